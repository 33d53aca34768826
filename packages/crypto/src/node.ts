/** What programs in Node use: {@link nodeCrypto}. */
import { makeNodeCrypto } from "./nodeCrypto.js";

export { KeyImportError } from "./keyImport.js";
export { systemRandom } from "./nodeCrypto.js";

/**
 * The implementation on `node:crypto`: synchronous OpenSSL calls with cached key objects. ML-KEM is in TypeScript until
 * `quicken` has loaded libsodium.
 */
export const nodeCrypto = makeNodeCrypto();
