import { describe, expect, it } from "vitest";
import { select } from "./format.js";
import { isolated } from "./isolated.js";

describe("a name in a sentence", () => {
  it("is isolated where it may be written the other way, and only there", () => {
    for (const name of ["שרה", "Sara שרה", "فاطمة", "𞤀𞤣𞤤𞤢𞤥"]) expect(isolated("ltr", name)).toBe(`\u2068${name}\u2069`);
    for (const name of ["Alice", "Ζωή", "Ольга", "美咲", "3", "🌻", ""]) expect(isolated("ltr", name)).toBe(name);
    for (const name of ["Alice", "فاطمة"]) expect(isolated("rtl", name)).toBe(`\u2068${name}\u2069`);
    expect(isolated("rtl", "3")).toBe("3");
  });

  it("that is a word to choose by is still chosen by", () => {
    expect(select(isolated("rtl", "owner"), { owner: "an owner", other: "a member" })).toBe("an owner");
  });
});
