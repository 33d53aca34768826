/** What tests of other packages need of the inside of the implementations: never for a program. */
export { HeldSignatures } from "./heldSignatures.js";
export { loadSodium } from "./sodium.js";
export { SEPARATING } from "./separating.js";
export { verifyAhead } from "./verifyAhead.js";
export { makeNodeCrypto } from "./nodeCrypto.js";
export { makeWebCrypto } from "./webCrypto.js";
