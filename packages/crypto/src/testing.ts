/** What tests of other packages need of the inside of the implementations: never for a program. */
export { HeldSignatures } from "./heldSignatures.js";
export { SEPARATING, verifyAhead } from "./verifyAhead.js";
