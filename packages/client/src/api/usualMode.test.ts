import { preset, type Preset } from "@conclave/protocol";
import { describe, expect, it } from "vitest";
import { usualMode } from "./usualMode.js";

describe("how newcomers by a link come in", () => {
  it("they ask wherever the rules say that several agree on who comes in", () => {
    const all: readonly Preset[] = ["owner", "admins:2", "everyone", "add-only", "open"];
    expect(all.filter((name) => usualMode(preset(name)) === "ask")).toEqual(["admins:2", "everyone"]);
    expect(usualMode(preset("admins:1"))).toBe("direct");
    expect(usualMode(null)).toBe("direct");
  });
});
