/** What programs in Node use. */
import type { Crypto } from "./crypto.js";
import { makeNodeCrypto } from "./nodeCrypto.js";

export { KeyImportError } from "./keyImport.js";
export { systemRandom } from "./nodeCrypto.js";

/**
 * The implementation on `node:crypto` for programs that people run: synchronous OpenSSL calls with cached key objects;
 * signatures are checked ahead on Node's threads, and ML-KEM is in TypeScript until `quicken` has loaded libsodium.
 */
export const quickNodeCrypto = makeNodeCrypto();

const { verifyAhead: _ahead, quicken: _quicken, ...synchronous } = quickNodeCrypto;
/** The same with nothing that takes time of its own: for servers, and for simulated time, which passes while nobody computes. */
export const nodeCrypto: Crypto = synchronous;
