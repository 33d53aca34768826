import type { Policy, PolicySettings } from "./policy.js";
import type { Rule } from "./rule.js";

/** The policies that a room's creator picks from; all are plain values, to be changed at will. */
export type PresetName = "ownerLed" | "admins" | "everyoneAgrees" | "addOnly" | "openHouse" | "sealed";

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

/** Owner decides: the owner, or the owner's invite, lets people in; the owner does the rest. */
export function ownerLed(): Policy {
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

/** Admins decide together: `count` of them, or all while there are fewer; for roles and policy at least half of them too. */
export function adminsTogether(count: number): Policy {
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

/** Everyone agrees on who comes in; anyone may show somebody out, a few at a time. */
export function everyoneAgrees(): Policy {
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

/** Nobody is ever shown out; people leave by themselves. Whoever may add in `base` may add here. */
export function addOnly(base: Policy = ownerLed()): Policy {
  const { add, invite, addDevice } = base.rules;
  return {
    rules: { add, invite, addDevice, remove: nobody, setRole: unanimous, setPolicy: unanimous },
    settings: base.settings,
  };
}

/** Whoever has the link may come in; admins show out. */
export function openHouse(): Policy {
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

/** The people are as they are, for ever: one can leave, and have other devices, and that is all. */
export function sealedRoom(): Policy {
  return {
    rules: { add: nobody, remove: nobody, setRole: nobody, setPolicy: nobody, invite: nobody, addDevice: self },
    settings,
  };
}

/** A preset by its name. `count` is the number of admins for "admins". */
export function preset(name: PresetName, count = 2): Policy {
  switch (name) {
    case "ownerLed":
      return ownerLed();
    case "admins":
      return adminsTogether(count);
    case "everyoneAgrees":
      return everyoneAgrees();
    case "addOnly":
      return addOnly();
    case "openHouse":
      return openHouse();
    case "sealed":
      return sealedRoom();
  }
}
