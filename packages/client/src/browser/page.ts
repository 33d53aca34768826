/**
 * What a page, or a worker that has not opened its home yet, needs of a browser home: to look whether there is one, to ask
 * for passkeys, and for storage that lasts. None of it brings the engine along: that is in `@conclave/client/browser`.
 */
export { type HomeState, inspectBrowserHome } from "./vault/homeState.js";
export { askPasskey, createPasskey, type PasskeyProblem, type PasskeySecret } from "./passkey.js";
export { askPersist } from "./askPersist.js";
