import { preset } from "@conclave/client/pure";
import { describe, expect, it } from "vitest";
import { COUNTS, PRESETS, presetSentence, presetTitle, sayPolicy } from "./presets.js";

describe("who decides, in words", () => {
  it("every preset is known again by its rules, and no two are said alike", () => {
    const said = PRESETS.map((name) => sayPolicy(preset(name, 3)));
    expect(said).toEqual(PRESETS.map((name) => ({ title: presetTitle(name), text: presetSentence(name, 3) })));
    expect(new Set(said.map(({ text }) => text)).size).toBe(PRESETS.length);
    for (const count of COUNTS) expect(sayPolicy(preset("admins", count)).text).toContain(String(count));
  });
  it("other rules are said to be the room's own", () => {
    const policy = preset("ownerLed");
    const own = { ...policy, rules: { ...policy.rules, remove: { kind: "anyMember" } as const } };
    expect(sayPolicy(own)).toEqual({ title: null, text: "This room has custom rules." });
    expect(sayPolicy(preset("sealed")).text).toContain("sealed");
  });
});
