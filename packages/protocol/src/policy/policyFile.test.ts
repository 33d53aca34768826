import { decode, encode } from "@conclave/codec";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Policy, policyLayout } from "./policy.js";
import { MAX_POLICY_FILE_BYTES, POLICY_FAULT_CODES, readPolicyFile } from "./policyFile.js";
import { preset, type Preset } from "./presets.js";
import { repeatedNames } from "./repeatedNames.js";
import type { Rule } from "./rule.js";

const WORDS: readonly Preset[] = ["owner", "admins:3", "everyone", "add-only", "open"];
const { rules, settings } = preset("admins:2");
const quorum = { kind: "quorum", role: "admin", count: 2, half: false };

/** The faults of a file with something in place of what is in the preset, as "code place: expected". */
function faults(change: object, inSettings: object = {}): readonly string[] {
  return faultsOf(JSON.stringify({ rules: { ...rules, ...change }, settings: { ...settings, ...inSettings } }));
}

function faultsOf(text: string): readonly string[] {
  const read = readPolicyFile(text);
  if (read.ok) return [];
  return read.error.map(({ code, place, expected }) =>
    [code, place, ...(expected.length > 0 ? [expected.join("|")] : [])].join(" "),
  );
}

describe("a file with a policy", () => {
  it("is looked through for names that stand twice however long a string in it is", () => {
    const length = 20 * 1024 * 1024;
    for (const long of ["a".repeat(length), "\\n".repeat(length / 2)]) {
      const text = `{"a": {"text": "${long}", "b": 1, "b": [2, {"\\u0062": "\\"", "b": "]"}]}, "a": 1}`;
      expect(repeatedNames(text)).toEqual([
        { name: "b", path: ["a"] },
        { name: "b", path: ["a", "b", 1] },
        { name: "a", path: [] },
      ]);
    }
  });

  it("is read as `policy show --json` prints it, and as the policy alone", () => {
    for (const word of WORDS) {
      const policy = preset(word);
      const document = {
        v: 1,
        roomId: "00",
        kind: "policy show",
        preset: word,
        about: "",
        words: {},
        policy,
        warnings: [],
      };
      for (const file of [policy, document, { policy }])
        expect(readPolicyFile(JSON.stringify(file, null, 2))).toEqual({ ok: true, value: policy });
    }
  });

  it("says of each fault where it is, and what may be there", () => {
    expect(faults({ remove: { kind: "ownr" } })).toEqual([
      "unknown_value rules.remove.kind nobody|self|owner|role|quorum|majority|unanimous|anyMember|invite|anyOf",
    ]);
    for (const kind of [{ toString: 1 }, ["owner"], 1, null])
      expect(faults({ remove: { kind } })).toEqual(faults({ remove: { kind: "ownr" } }));
    expect(faults({ remove: { ...quorum, count: 0 } })).toEqual(["out_of_range rules.remove.count 1|65535"]);
    expect(faults({ remove: { ...quorum, role: "steward", half: 1 } })).toEqual([
      "unknown_value rules.remove.role owner|admin|member",
      "wrong_type rules.remove.half true|false",
    ]);
    expect(faults({ remove: { kind: "owner", count: 2 } })).toEqual(["unknown_field rules.remove kind"]);
    expect(faults({ remove: { kind: "role" } })).toEqual(["missing_field rules.remove role"]);
    expect(faults({ remove: {} })).toEqual(["missing_field rules.remove kind"]);
    expect(faults({ remove: undefined })).toEqual(["missing_field rules remove"]);
    expect(faults({ kick: { kind: "owner" } })[0]).toMatch(/^unknown_field rules add\|/u);
    expect(faults({ add: { kind: "anyOf", rules: [{ kind: "anyOf", rules: [] }] } })).toEqual([
      "nested_choice rules.add.rules[0]",
    ]);
    expect(faults({ add: { kind: "anyOf", rules: Array(9).fill({ kind: "owner" }) } })).toEqual([
      "too_many_choices rules.add.rules 8",
    ]);
    expect(faults({ add: { kind: "anyOf", rules: {} } })).toEqual(["wrong_type rules.add.rules […]"]);
    expect(faults({ setPolicy: { kind: "nobody" } })).toEqual(["unchangeable rules.setPolicy"]);
    expect(faults({}, { minTenure: 1001, history: "all", removals: { count: 65, entries: -1 } })).toEqual([
      "out_of_range settings.minTenure 0|1000",
      "unknown_value settings.history none|marked",
      "out_of_range settings.removals.count 1|64",
      "out_of_range settings.removals.entries 0|65535",
    ]);
    expect(faults({}, { maxStale: 1.5, removals: 3 })).toEqual([
      "out_of_range settings.maxStale 0|9007199254740991",
      "wrong_type settings.removals {…}",
    ]);
    const file = JSON.stringify({ rules: { ...rules, add: { kind: "anyOf", rules: [quorum] } }, settings });
    const twice = (text: string) => faultsOf(file.replace(text, `${text}:{},${text}`));
    expect([twice('"remove"'), twice('"settings"'), twice('"count"')]).toEqual([
      ["repeated_field rules remove"],
      ["repeated_field policy settings"],
      ["repeated_field rules.add.rules[0] count"],
    ]);
    expect(
      faultsOf(`{"words":{"a":1,"a":2},"policy":${file.replace('"remove"', '"\\u0072emove":1,"remove"')}}`),
    ).toEqual(["repeated_field rules remove"]);
    expect(faultsOf(`{"policy":1,"policy":${file}}`)).toEqual(["repeated_field policy policy"]);
    expect(faultsOf(file.replace("{", '{"hunter2":{"kind":1,"kind":2},"hunter2":1,'))).toEqual([
      "unknown_field policy rules|settings",
    ]);
    expect(["{", "", "owner"].map(faultsOf)).toEqual(Array(3).fill(["not_json policy"]));
    expect(["[]", "null", "3"].map(faultsOf)).toEqual(Array(3).fill(["wrong_type policy {…}"]));
    expect(faultsOf('{"policy":{}}')).toEqual(["missing_field policy rules|settings"]);
    expect(faultsOf(" ".repeat(MAX_POLICY_FILE_BYTES + 1))).toEqual(["too_large policy"]);
    expect(faultsOf(`"${"ä".repeat(MAX_POLICY_FILE_BYTES / 2)}"`)).toEqual(["too_large policy"]);
  });

  it("RULE policy.file-strict: what is read is what the signed form holds, whatever is changed in a file", () => {
    const junk = fc.constantFrom<unknown>(
      null,
      0,
      -1,
      1.5,
      "",
      "owner",
      true,
      [],
      {},
      { kind: "owner" },
      1e9,
      2,
      3,
      "admin",
      "member",
      "marked",
      false,
      { kind: "unanimous" },
      "__proto__",
    );
    const leaves = placesIn(preset("admins:2"));
    let accepted = 0;
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(leaves.length - 1), junk), { minLength: 1, maxLength: 3 }), (changes) => {
        const policy = structuredClone(preset("admins:2")) as unknown as Record<string, unknown>;
        for (const [at, value] of changes) put(policy, leaves[at]!, structuredClone(value));
        const read = readPolicyFile(JSON.stringify(policy));
        if (!read.ok) {
          expect(read.error.every(({ code }) => POLICY_FAULT_CODES.includes(code))).toBe(true);
          return;
        }
        accepted++;
        const again = decode(encode(read.value, policyLayout.write), policyLayout.read);
        expect(again).toEqual({ ok: true, value: read.value });
        expect(JSON.parse(JSON.stringify(policy))).toEqual(read.value);
      }),
      { numRuns: 1500, seed: 3 },
    );
    expect(accepted).toBeGreaterThan(20);
  });

  it("tells sixteen faults at most, and holds nothing of the file", () => {
    const wrong = Object.fromEntries(
      Object.keys(rules).map((matter) => [matter, { ...quorum, role: "secret", count: 0, half: 0 }]),
    );
    const read = readPolicyFile(JSON.stringify({ rules: wrong, settings, secret: 1 }));
    expect(read.ok ? 0 : read.error.length).toBe(16);
    expect(JSON.stringify(read)).not.toContain("secret");
  });

  it("reads every kind of rule", () => {
    const every: Rule[] = [
      ...(["self", "owner", "majority", "unanimous", "anyMember"] as const).map((kind) => ({ kind })),
      { kind: "role", role: "member" },
      { kind: "invite", inviteClass: "listed" },
      { kind: "anyOf", rules: [{ kind: "owner" }, { kind: "quorum", role: "member", count: 3, half: true }] },
    ];
    for (const add of every) {
      const policy: Policy = { rules: { ...rules, add }, settings };
      expect(readPolicyFile(JSON.stringify(policy))).toEqual({ ok: true, value: policy });
    }
  });
});

type Place = readonly (string | number)[];

/** Every place in a value, from the outside in. */
function placesIn(value: unknown, at: Place = []): Place[] {
  if (typeof value !== "object" || value === null) return [at];
  const inner = Object.entries(value).flatMap(([key, each]) => placesIn(each, [...at, key]));
  return at.length > 0 ? [at, ...inner] : inner;
}

function put(into: Record<string, unknown>, [first, ...rest]: Place, value: unknown): void {
  const next = into[first!];
  if (rest.length === 0) into[first!] = value;
  else if (typeof next === "object" && next !== null) put(next as Record<string, unknown>, rest, value);
}
