import { done, encode, equalBytes, failed, type Result } from "@conclave/codec";
import { MAX_YESES, type Policy, policyLayout, type PolicySettings } from "./policy.js";
import type { Rule } from "./rule.js";

/** The presets that a founder picks from, without the number that `admins` takes; the usual one first. */
export const PRESET_NAMES = ["owner", "admins", "everyone", "add-only", "open"] as const;
/** A preset's name, without a number. */
export type PresetName = (typeof PRESET_NAMES)[number];

/**
 * A ready-made policy, by the word that people give it everywhere: in the terminal, in JSON and in the page. `admins:3` is three
 * admins together. To freeze a room is no way of deciding but a decision, `seal`.
 */
export type Preset = Exclude<PresetName, "admins"> | `admins:${number}`;

/** Why a text is no {@link Preset}: no such word, admins without a number, or a number that is no number of people. */
export type PresetFault = "unknown" | "no_count" | "bad_count";

const nobody: Rule = { kind: "nobody" };
const self: Rule = { kind: "self" };
const owner: Rule = { kind: "owner" };
const admin: Rule = { kind: "role", role: "admin" };
const unanimous: Rule = { kind: "unanimous" };
const anyMember: Rule = { kind: "anyMember" };
const anyInvite: Rule = { kind: "invite", inviteClass: "any" };

function either(...rules: Rule[]): Rule {
  return { kind: "anyOf", rules };
}

const settings: PolicySettings = { minTenure: 0, maxStale: 24 * 60 * 60 * 1000, history: "none", removals: null };

/** The owner, or the owner's invite, lets people in; the owner decides the rest. */
function ownerDecides(): Policy {
  return {
    rules: {
      add: either(owner, anyInvite),
      remove: owner,
      setRole: owner,
      setPolicy: owner,
      invite: owner,
      addDevice: self,
    },
    settings,
  };
}

/** `count` admins decide together, or all while there are fewer; for roles and policy at least half of them too. */
function adminsTogether(count: number): Policy {
  const some: Rule = { kind: "quorum", role: "admin", count, half: false };
  const half: Rule = { kind: "quorum", role: "admin", count, half: true };
  return {
    rules: {
      add: either(some, anyInvite),
      remove: some,
      setRole: half,
      setPolicy: half,
      invite: some,
      addDevice: self,
    },
    settings,
  };
}

/** Everyone agrees on who comes in; any member may remove somebody, a few at a time. */
function everyoneAgrees(): Policy {
  return {
    rules: {
      add: either(unanimous, anyInvite),
      remove: anyMember,
      setRole: unanimous,
      setPolicy: unanimous,
      invite: unanimous,
      addDevice: self,
    },
    settings: { ...settings, removals: { count: 2, entries: 3 } },
  };
}

/** Nobody is ever removed; people leave by themselves. The owner admits people, and all agree on anything else. */
function addOnly(): Policy {
  return {
    rules: {
      add: either(owner, anyInvite),
      remove: nobody,
      setRole: unanimous,
      setPolicy: unanimous,
      invite: owner,
      addDevice: self,
    },
    settings,
  };
}

/** Anyone who has the link may come in; admins remove people. */
function openHouse(): Policy {
  return {
    rules: {
      add: either(admin, anyInvite),
      remove: admin,
      setRole: owner,
      setPolicy: owner,
      invite: admin,
      addDevice: self,
    },
    settings: { ...settings, minTenure: 20 },
  };
}

/** The policy of a preset: a plain value, to be changed at will. @throws RangeError for a number of admins that is none. */
export function preset(word: Preset): Policy {
  const read = readPreset(word);
  if (!read.ok) throw new RangeError(`no preset: ${word}`);
  switch (word) {
    case "owner":
      return ownerDecides();
    case "everyone":
      return everyoneAgrees();
    case "add-only":
      return addOnly();
    case "open":
      return openHouse();
    default:
      return adminsTogether(adminsOf(word));
  }
}

/** The one reader of what people type: `owner`, `admins:3`, `everyone`, `add-only` or `open`. */
export function readPreset(text: string): Result<Preset, PresetFault> {
  const [word, count, ...more] = text.split(":");
  const name = PRESET_NAMES.find((each) => each === word);
  if (name === undefined || more.length > 0 || (name !== "admins" && count !== undefined)) return failed("unknown");
  if (name !== "admins") return done(name);
  if (count === undefined) return failed("no_count");
  if (!/^[1-9][0-9]{0,2}$/u.test(count) || Number(count) > MAX_YESES) return failed("bad_count");
  return done<Preset>(`admins:${Number(count)}`);
}

/** The name of a preset. */
export function presetNameOf(word: Preset): PresetName {
  return PRESET_NAMES.find((name) => name === word) ?? "admins";
}

/** How many admins decide together in a preset; 1 in one where admins do not. */
export function adminsOf(word: Preset): number {
  return presetNameOf(word) === "admins" ? Number(word.slice("admins:".length)) : 1;
}

/** The preset that a policy is, in all its rules and settings; null for one of the room's own. */
export function presetOf(policy: Policy): Preset | null {
  const { setPolicy } = policy.rules;
  const admins = setPolicy.kind === "quorum" ? readPreset(`admins:${setPolicy.count}`) : null;
  const words: readonly Preset[] = ["owner", "everyone", "add-only", "open", ...(admins?.ok ? [admins.value] : [])];
  const bytes = encode(policy, policyLayout.write);
  return words.find((word) => equalBytes(encode(preset(word), policyLayout.write), bytes)) ?? null;
}
