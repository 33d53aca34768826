/** What tests of other packages need of the engine's inside: for tests and attackers, never for a program. */
export { signFramedContent } from "./framing.js";
