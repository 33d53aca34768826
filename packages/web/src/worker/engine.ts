// What the worker takes of the engine: the rest of `@conclave/client/browser` (passkeys are asked for by pages) stays out.
export { eraseBrowserHome, openBrowserHome, warmUp } from "@conclave/client/browser";
export { explain, imagined } from "@conclave/client/pure";
