/** What pages and their workers use: {@link webCrypto}. */
import { makeWebCrypto } from "./webCrypto.js";

export { systemRandom } from "./webCrypto.js";

/**
 * The implementation for any browser: on the noble packages until `quicken` has loaded libsodium. It runs in Node too, some
 * ten times slower than `nodeCrypto`.
 */
export const webCrypto = makeWebCrypto();
