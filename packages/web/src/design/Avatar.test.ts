import { describe, expect, it } from "vitest";
import { initials } from "./Avatar.js";

describe("letters of an avatar", () => {
  it("are those of the first and the last word; a number is one only where there are no letters", () => {
    expect(initials("Garden club")).toBe("GC");
    expect(initials("Neighbours, house 12")).toBe("NH");
    expect(initials("Person 7")).toBe("P");
    expect(initials("2026")).toBe("2");
    expect(initials("\u2696 …")).toBe("?");
  });
});
