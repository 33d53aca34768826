import { describe, expect, it } from "vitest";
import { displayWidth, fit, truncate, wrap } from "./displayWidth.js";
import { table } from "./table.js";

describe("display width", () => {
  it("counts columns, not code units", () => {
    expect(displayWidth("abc")).toBe(3);
    expect(displayWidth("你好")).toBe(4);
    expect(displayWidth("👩‍👩‍👧")).toBe(2);
    expect(displayWidth("e\u0301")).toBe(1);
  });

  it("cuts and fills", () => {
    expect(truncate("abcdef", 4)).toBe("abc…");
    expect(truncate("你好吗", 4)).toBe("你…");
    expect(fit("ab", 4)).toBe("ab  ");
    expect(displayWidth(fit("你好吗", 4))).toBe(4);
  });

  it("wraps at spaces, and inside words that are too long", () => {
    expect(wrap("one two three", 7)).toEqual(["one two", "three"]);
    expect(wrap("abcdefgh", 3)).toEqual(["abc", "def", "gh"]);
    expect(wrap("a\n\nb", 10)).toEqual(["a", "", "b"]);
    for (const line of wrap("你好 世界 hello 👩‍👩‍👧 wide", 5)) expect(displayWidth(line)).toBeLessThanOrEqual(5);
  });

  it("aligns columns", () => {
    expect(
      table([
        ["Alice", "owner", "x"],
        ["你好", "member", "yy"],
      ]),
    ).toEqual(["Alice  owner   x", "你好   member  yy"]);
  });
});
