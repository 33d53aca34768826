import { describe, expect, it } from "vitest";
import { phraseFault, wordsIn } from "./phrase.js";

const good = Array.from({ length: 24 }, () => "abandon");

describe("recovery words as they are typed", () => {
  it("are read from any list", () => {
    expect(wordsIn("1. Abandon, 2. ZOO\n 3) able ")).toEqual(["abandon", "zoo", "able"]);
    expect(wordsIn(" 12 … ")).toEqual([]);
  });
  it("a slip is named with its place, but not while it is being typed", () => {
    expect(phraseFault(["abandon", "zooo", "ab"], false)).toContain("Word 2, “zooo”");
    expect(phraseFault(["abandon", "zo"], false)).toBe(null);
    expect(phraseFault(["abandon", "zo"], true)).toContain("Word 2");
  });
  it("too few or too many are counted", () => {
    expect(phraseFault(good.slice(1), true)).toBe("One word is missing.");
    expect(phraseFault([...good, "zoo"], true)).toContain("more than 24");
    expect(phraseFault(good, true)).toBe(null);
  });
});
