import { nodeCrypto as crypto } from "@conclave/crypto/node";
import { decode, encode } from "@conclave/codec";
import { describe, expect, it } from "vitest";
import { type Policy, policyHash, policyLayout } from "./policy.js";
import { preset, type PresetName } from "./presets.js";
import { isAtLeast } from "./role.js";
import { type Rule, ruleLayout } from "./rule.js";

const names: PresetName[] = ["ownerLed", "admins", "everyoneAgrees", "addOnly", "openHouse", "sealed"];

function isReadable(rule: Rule): boolean {
  return decode(encode(rule, ruleLayout.write), ruleLayout.read).ok;
}

describe("policy", () => {
  it("is one value in bytes, and its hash tells the presets apart", () => {
    const hashes = new Set<string>();
    for (const name of names) {
      const policy = preset(name);
      expect(decode(encode(policy, policyLayout.write), policyLayout.read)).toEqual({ ok: true, value: policy });
      hashes.add(String(policyHash(crypto, policy)));
    }
    expect(hashes.size).toBe(names.length);
    expect(policyHash(crypto, preset("admins", 2))).not.toEqual(policyHash(crypto, preset("admins", 3)));
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
    const policy = preset("ownerLed");
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
