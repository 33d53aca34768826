import { compile } from "./compile.mjs";

/** Before any test: what vitest runs is what the message files say now. */
export default () => compile();
