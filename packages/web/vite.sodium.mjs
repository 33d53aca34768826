import { Buffer } from "node:buffer";
import { fileURLToPath } from "node:url";

// libsodium comes with its WebAssembly as base64 inside a script, which a browser cannot use before it has decoded it, and
// which packs badly: a third more bytes to fetch. The very same bytes become a file of their own here, beside the script.
const SCRIPT = /\/libsodium\/dist\/modules-esm\/libsodium\.mjs$/u;
// What decodes it, applied to it.
const DECODED = /\?\?=\(A=>\{for\(var [^{}]*\)\{?[^{}]*\}?return E\}\)\("([A-Za-z0-9+/=]{100000,})"\)/u;

const wasmFile = fileURLToPath(new URL("src/worker/wasmFile.ts", import.meta.url));

/** A plugin of Vite. The build fails where libsodium is not written as it was when this was. */
export function sodiumFile() {
  return {
    name: "sodium-file",
    apply: "build",
    transform: {
      filter: { id: SCRIPT },
      handler(code) {
        const found = DECODED.exec(code);
        const bytes = found && Buffer.from(found[1], "base64");
        if (!bytes || !globalThis.WebAssembly.validate(bytes))
          this.error("The WebAssembly was not found in libsodium.mjs: see vite.sodium.mjs.");
        const file = this.emitFile({ type: "asset", name: "libsodium.wasm", source: bytes });
        const fetched = code.replace(found[0], () => `??=await wasmFile(import.meta.ROLLUP_FILE_URL_${file})`);
        return { code: `import{wasmFile}from${JSON.stringify(wasmFile)};${fetched}`, map: null };
      },
    },
  };
}
