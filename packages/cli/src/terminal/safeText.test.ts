import { describe, expect, it } from "vitest";
import { safeName, safeText } from "./safeText.js";

describe("safeText", () => {
  it("RULE cli.text: escape sequences, bells, cursor movements and C1 controls are gone", () => {
    expect(safeText("a\u001b[2J\u001b]0;title\u0007b\u009b31mc\u007f")).toBe("a[2J]0;titleb31mc");
    expect(safeText("over\rwritten")).toBe("over\nwritten");
    expect(safeText("a\u0008b\u0000c")).toBe("abc");
  });

  it("RULE cli.text: bidi overrides, isolates and marks, zero-width characters and tags are gone", () => {
    for (const code of [
      0x202a, 0x202e, 0x2066, 0x2069, 0x200e, 0x200f, 0x061c, 0x200b, 0x2060, 0xfeff, 0xad, 0xe0041,
    ]) {
      expect(safeText(`x${String.fromCodePoint(code)}y`), code.toString(16)).toBe("xy");
    }
  });

  it("RULE cli.text: piles of combining marks are cut to four", () => {
    expect(safeText(`e${"\u0301".repeat(100_000)}!`)).toBe(`e${"\u0301".repeat(4)}!`);
  });

  it("keeps line feeds, emoji families and ordinary letters of any script", () => {
    expect(safeText("one\r\ntwo\nthree")).toBe("one\ntwo\nthree");
    expect(safeText("👩‍👩‍👧 ❤️ žluťoučký שלום 你好")).toBe("👩‍👩‍👧 ❤️ žluťoučký שלום 你好");
  });

  it("names are one line, short, and never empty", () => {
    expect(safeName("Alice\n-- Bob was removed")).toBe("Alice -- Bob was removed");
    expect(safeName("\u200b\u202e ")).toBe("(no name)");
    expect(safeName("x".repeat(500))).toHaveLength(40);
  });
});
