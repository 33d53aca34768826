import { describe, expect, it } from "vitest";
import { skeleton } from "./lookalike.js";

describe("skeleton", () => {
  it("is the same for names that look the same (attack A77)", () => {
    for (const fake of ["Аlice", "ALICE", "AIice", "Al\u200bice", "Alíce", "a l i c e", "Ａｌｉｃｅ"]) {
      expect(skeleton(fake)).toBe(skeleton("Alice"));
    }
    expect(skeleton("Сarol")).toBe(skeleton("Carol"));
    expect(skeleton("rnark")).toBe(skeleton("mark"));
  });
  it("tells apart what looks different, in any script", () => {
    const names = ["Alice", "Bob", "李小龙", "李小虎", "Ζωή", "👩‍👩‍👧", "👨‍👩‍👧", ""];
    expect(new Set(names.map(skeleton)).size).toBe(names.length);
  });
});
