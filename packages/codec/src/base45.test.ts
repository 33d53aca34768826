import { describe, expect, it } from "vitest";
import { fromBase45, toBase45 } from "./base45.js";
import { utf8Bytes } from "./bytes.js";

describe("base45", () => {
  it("gives the examples of RFC 9285, both ways", () => {
    for (const [plain, text] of [
      ["", ""],
      ["AB", "BB8"],
      ["Hello!!", "%69 VD92EX0"],
      ["base-45", "UJCLQE7W581"],
      ["ietf!", "QED8WEX0"],
    ] as const) {
      expect(toBase45(utf8Bytes(plain))).toBe(text);
      expect(fromBase45(text)).toEqual(utf8Bytes(plain));
    }
    expect(fromBase45("FGW")).toEqual(new Uint8Array([255, 255]));
    for (let value = 0; value < 256; value++) {
      const bytes = new Uint8Array([value, 255 - value, value]);
      expect(fromBase45(toBase45(bytes))).toEqual(bytes);
    }
  });

  it("takes nothing else: a value too large, a letter outside, a length that none has", () => {
    for (const text of ["GGW", ":::", "::", "5:", "bb8", "BB_", "B_8", "_B8", "B", "BB8B", "BB8\n", "é00", "😀0"])
      expect([text, fromBase45(text)]).toEqual([text, null]);
  });
});
