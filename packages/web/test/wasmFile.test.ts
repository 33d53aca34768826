import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { wasmFile } from "../src/worker/wasmFile.js";

/** The smallest there is: magic and version. */
const WASM = Buffer.from("0061736d01000000", "hex");

describe("the file of libsodium's WebAssembly", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("is asked for until it comes: after an error, a broken connection, and what is no WebAssembly", async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url!);
      if (asked.length === 1) response.writeHead(503).end(WASM);
      else if (asked.length === 2) response.destroy();
      else if (asked.length === 3) response.end("<!doctype html>Please log in.");
      else response.end(WASM);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const bytes = await wasmFile(`http://127.0.0.1:${String(port)}/assets/libsodium.wasm`, 1);
      expect(Buffer.from(bytes)).toEqual(WASM);
      expect(asked).toHaveLength(4);
    } finally {
      server.close();
    }
  });

  it("is not asked for where there is no WebAssembly", async () => {
    vi.stubGlobal("WebAssembly", undefined);
    await expect(wasmFile("http://127.0.0.1:9/none", 1)).rejects.toThrow(TypeError);
  });
});
