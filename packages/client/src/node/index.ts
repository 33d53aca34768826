/** What a client needs in Node: the `ws` transport, and (with `@conclave/sqlite`) storage and the lock of a home. */
export { WsTransport } from "./wsTransport.js";
export { systemClock, systemRandom } from "../ports/system.js";
