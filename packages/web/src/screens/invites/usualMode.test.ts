import { preset } from "@conclave/client/pure";
import { describe, expect, it } from "vitest";
import { PRESETS } from "../startRoom/presets.js";
import { usualMode } from "./usualMode.js";

describe("how newcomers by a link come in", () => {
  it("they ask wherever the rules say that several agree on who comes in", () => {
    const asking = PRESETS.filter((name) => usualMode(preset(name)) === "ask");
    expect(asking).toEqual(["admins", "everyoneAgrees"]);
    expect(usualMode(preset("admins", 1))).toBe("direct");
    expect(usualMode(null)).toBe("direct");
  });
});
