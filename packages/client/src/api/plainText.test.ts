import { describe, expect, it } from "vitest";
import { plainName, plainText } from "./plainText.js";

describe("plainText", () => {
  it("A78: RULE view.plain-text: escape sequences, bells, cursor movements and C1 controls are gone", () => {
    expect(plainText("a\u001b[2J\u001b]0;title\u0007b\u009b31mc\u007f")).toBe("a[2J]0;titleb31mc");
    expect(plainText("a\u0008b\u0000c\u0001d\u0002e\u0003f\u0004")).toBe("abcdef");
    expect(plainText("over\rwritten")).toBe("over\nwritten");
  });

  it("A78: RULE view.plain-text: bidi overrides, isolates and marks, zero-width characters, fillers and tags are gone", () => {
    const invisible = [
      ...[0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069, 0x200e, 0x200f, 0x061c],
      ...[
        0x200b, 0x200c, 0x200d, 0x2060, 0xfeff, 0xad, 0x034f, 0x115f, 0x3164, 0xffa0, 0x180e, 0xfff9, 0xe0041, 0xe0100,
      ],
    ];
    for (const code of invisible) {
      expect(plainText(`x${String.fromCodePoint(code)}y`), code.toString(16)).toBe("xy");
    }
    expect(plainText("gpj.\u202eexe")).toBe("gpj.exe");
    expect(plainText("\ud800x\udc00")).toBe("\ufffdx\ufffd");
  });

  it("A78: RULE view.plain-text: piles of marks, chains of joined emoji and towers of blank lines are cut, fast", () => {
    const began = process.cpuUsage();
    expect(plainText(`e${"\u0301".repeat(60_000)}!`)).toBe(`e${"\u0301".repeat(4)}!`);
    expect(plainText("👩\u200d".repeat(10_000)).length).toBeLessThan(40);
    expect(plainText(`a${"\n".repeat(30_000)}b`)).toBe("a\n\n\nb");
    expect(plainText(`a${"\n \u200b\t".repeat(10_000)}\nb`)).toBe("a\n\n\nb");
    expect(plainText("\u1100".repeat(20_000), 3).length).toBeLessThan(60);
    expect(plainText(`\n${" ".repeat(60_000)}x`)).toHaveLength(60_002);
    // Microseconds of the processor: how busy the machine is otherwise does not matter.
    expect(process.cpuUsage(began).user).toBeLessThan(2_000_000);
  });

  it("keeps line feeds, emoji, and letters of any script with what shapes them", () => {
    const texts = [
      "one\ntwo\n\nthree",
      "👩‍👩‍👧 ❤️ 👍🏽 🏳️‍🌈 1️⃣ 🇨🇿",
      "žluťoučký kůň, e\u0301, שָׁלוֹם, 你好, สวัสดี",
      "می\u200cخواهم",
      "क्\u200dष",
    ];
    for (const text of texts) expect(plainText(text)).toBe(text);
    expect(plainText("one\r\ntwo\u2028three\tfour")).toBe("one\ntwo\nthree    four");
  });

  it("cuts to so many characters as a reader counts them", () => {
    expect(plainText("abcdef", 6)).toBe("abcdef");
    expect(plainText("abcdefg", 6)).toBe("abcde…");
    expect(plainText("👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧", 2)).toBe("👩‍👩‍👧…");
    expect(plainText("x".repeat(1_000_000), 10)).toBe("xxxxxxxxx…");
    expect(plainText(`${"\u200b".repeat(1_000_000)}x`, 10)).toBe("…");
  });

  it("names are one line and short; what shows nothing is empty", () => {
    expect(plainName("Alice\n-- Bob was removed")).toBe("Alice -- Bob was removed");
    expect(plainName("  Alice \t ")).toBe("Alice");
    expect(plainName("\u200b\u202e ")).toBe("");
    expect(plainName("x".repeat(500))).toHaveLength(40);
    expect(plainName("Alice\u202eecilA")).toBe("AliceecilA");
  });
});
