import { nodeCrypto as crypto } from "@conclave/crypto/node";
import { decode, encode } from "@conclave/codec";
import { describe, expect, it } from "vitest";
import { type Policy, policyHash, policyLayout } from "./policy.js";
import { adminsOf, preset, PRESET_NAMES, presetNameOf, presetOf, type Preset, readPreset } from "./presets.js";
import { isAtLeast } from "./role.js";
import { type Rule, ruleLayout } from "./rule.js";

const words: Preset[] = ["owner", "admins:2", "admins:3", "everyone", "add-only", "open"];

function isReadable(rule: Rule): boolean {
  return decode(encode(rule, ruleLayout.write), ruleLayout.read).ok;
}

describe("policy", () => {
  it("is one value in bytes, and its hash tells the presets apart", () => {
    const hashes = new Set<string>();
    for (const word of words) {
      const policy = preset(word);
      expect(decode(encode(policy, policyLayout.write), policyLayout.read)).toEqual({ ok: true, value: policy });
      hashes.add(String(policyHash(crypto, policy)));
    }
    expect(hashes.size).toBe(words.length);
  });

  it("every preset has one word, which is read, and known again by its policy", () => {
    for (const word of words) {
      expect([word, readPreset(word), presetOf(preset(word))]).toEqual([word, { ok: true, value: word }, word]);
    }
    expect(words.map(presetNameOf).filter((name, at, all) => all.indexOf(name) === at)).toEqual(PRESET_NAMES);
    expect(words.map(adminsOf)).toEqual([1, 2, 3, 1, 1, 1]);
    const { rules, settings } = preset("owner");
    expect(presetOf({ rules: { ...rules, remove: { kind: "anyMember" } }, settings })).toBeNull();
    expect(presetOf({ rules, settings: { ...settings, minTenure: 1 } })).toBeNull();
    expect(presetOf({ rules: preset("admins:2").rules, settings })).toBe("admins:2");
    const { setPolicy } = preset("admins:3").rules;
    expect(presetOf({ rules: { ...preset("admins:2").rules, setPolicy }, settings })).toBeNull();
  });

  it("whatever else is typed is no preset, and it is said why", () => {
    const why = (text: string) => {
      const read = readPreset(text);
      return read.ok ? read.value : read.error;
    };
    for (const text of ["", "ownerLed", "owner-led", "sealed", "Owner", "owner:1", "open:", "admins:2:3", "./owner"])
      expect([text, why(text)]).toEqual([text, "unknown"]);
    expect(why("admins")).toBe("no_count");
    for (const count of ["", "0", "-1", "1.5", "02", "2x", "242", "1e2", " 2", "99999"])
      expect([count, why(`admins:${count}`)]).toEqual([count, "bad_count"]);
    expect([why("admins:1"), why("admins:241")]).toEqual(["admins:1", "admins:241"]);
    expect(() => preset("admins:0")).toThrow(RangeError);
  });

  it("reads every kind of rule", () => {
    const rules: Rule[] = [
      { kind: "nobody" },
      { kind: "self" },
      { kind: "owner" },
      { kind: "role", role: "admin" },
      { kind: "quorum", role: "member", count: 65_535, half: true },
      { kind: "majority" },
      { kind: "unanimous" },
      { kind: "anyMember" },
      { kind: "invite", inviteClass: "personal" },
      { kind: "anyOf", rules: [{ kind: "owner" }, { kind: "invite", inviteClass: "multi" }] },
    ];
    for (const rule of rules)
      expect(decode(encode(rule, ruleLayout.write), ruleLayout.read)).toEqual({ ok: true, value: rule });
    for (const bytes of [[0], [11], [4, 2], [9, 7], []])
      expect(decode(new Uint8Array(bytes), ruleLayout.read).ok).toBe(false);
  });

  it("RULE policy.quorum-positive: a quorum of none is no rule", () => {
    expect(isReadable({ kind: "quorum", role: "admin", count: 1, half: false })).toBe(true);
    expect(isReadable({ kind: "quorum", role: "admin", count: 0, half: false })).toBe(false);
  });

  it("RULE policy.rule-bounded: choices do not nest and are eight at most", () => {
    const owner: Rule = { kind: "owner" };
    expect(isReadable({ kind: "anyOf", rules: Array<Rule>(8).fill(owner) })).toBe(true);
    expect(isReadable({ kind: "anyOf", rules: Array<Rule>(9).fill(owner) })).toBe(false);
    expect(isReadable({ kind: "anyOf", rules: [{ kind: "anyOf", rules: [owner] }] })).toBe(false);
  });

  it("RULE policy.tenure-bounded: newcomers wait for 1,000 entries at most", () => {
    const policy = preset("owner");
    const isFine = (settings: Partial<Policy["settings"]>) =>
      decode(
        encode({ ...policy, settings: { ...policy.settings, ...settings } }, policyLayout.write),
        policyLayout.read,
      ).ok;
    expect([1000, 1001].map((minTenure) => isFine({ minTenure }))).toEqual([true, false]);
    expect([0, 1, 64, 65].map((count) => isFine({ removals: { count, entries: 5 } }))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it("orders roles", () => {
    expect(isAtLeast("owner", "admin") && isAtLeast("admin", "admin") && isAtLeast("admin", "member")).toBe(true);
    expect(isAtLeast("member", "admin") || isAtLeast("admin", "owner")).toBe(false);
  });
});
