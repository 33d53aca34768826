import { describe, expect, it } from "vitest";
import { roomSign } from "./roomSign.js";

describe("the sign of a room", () => {
  it("is the emoji of its name, whole", () => {
    expect(roomSign("Garden club 🌻")).toEqual({ sign: "🌻", isEmoji: true });
    expect(roomSign("👩‍🌾 Allotments").sign).toBe("👩‍🌾");
    expect(roomSign("🏳️‍🌈 choir").sign).toBe("🏳️‍🌈");
  });

  it("is letters of the first words otherwise; numbers only where there are no letters", () => {
    expect(roomSign("Garden club")).toEqual({ sign: "GC", isEmoji: false });
    expect(roomSign("Neighbours of house 12").sign).toBe("NO");
    expect(roomSign("Allotments").sign).toBe("AL");
    expect(roomSign("Room 7").sign).toBe("RO");
    expect(roomSign("2026").sign).toBe("20");
    expect(roomSign("# © …").sign).toBe("?");
    expect(roomSign("").sign).toBe("?");
  });
});
