import { preset, PRESET_NAMES } from "@conclave/client/pure";
import { describe, expect, it } from "vitest";
import { COUNTS, presetSentence, presetsWith, presetTitle, sayPolicy } from "./presets.js";

describe("who decides, in words", () => {
  it("every preset is known again by its policy, and no two are said alike", () => {
    const said = presetsWith(3).map((each) => sayPolicy(preset(each)));
    expect(said).toEqual(
      presetsWith(3).map((each, at) => ({ title: presetTitle(PRESET_NAMES[at]!), text: presetSentence(each) })),
    );
    expect(new Set(said.map(({ text }) => text)).size).toBe(PRESET_NAMES.length);
    for (const count of COUNTS) expect(sayPolicy(preset(`admins:${count}`)).text).toContain(String(count));
  });
  it("other rules are said to be the room's own", () => {
    const policy = preset("owner");
    const own = { ...policy, rules: { ...policy.rules, remove: { kind: "anyMember" } as const } };
    expect(sayPolicy(own)).toEqual({ title: null, text: "This room has custom rules." });
  });
});
