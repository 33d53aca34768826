import { describe, expect, it } from "vitest";
import { phraseFault, placesToAsk, wordsIn } from "./phrase.js";

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
  it("two different ones are asked for, in their order, and any pair may come", () => {
    const parts = Array.from({ length: 24 }, (_, at) => (at + 0.5) / 24);
    const pairs = new Set<string>();
    for (const one of parts) {
      for (const other of parts) {
        const drawn = [one, other];
        const [first, second] = placesToAsk(() => drawn.shift()!);
        expect(first).toBeGreaterThanOrEqual(1);
        expect(second).toBeGreaterThan(first);
        expect(second).toBeLessThanOrEqual(24);
        pairs.add(`${first} ${second}`);
      }
    }
    expect(pairs.size).toBe((24 * 23) / 2);
  });
});
