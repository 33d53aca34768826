import type { Policy, Role, Rule, Settings } from "./policy.js";

export type PresetName = "owner-led" | "admins" | "everyone" | "add-only" | "open" | "sealed";

const nobody: Rule = { rule: "nobody" };
const self: Rule = { rule: "self" };
const owner: Rule = { rule: "owner" };
const unanimous: Rule = { rule: "unanimous" };
const anyMember: Rule = { rule: "anyMember" };
const admin: Rule = { rule: "role", role: "admin" };
const single: Rule = { rule: "invite", class: "single" };
const multi: Rule = { rule: "invite", class: "multi" };
const personal: Rule = { rule: "invite", class: "personal" };
const anyOf = (...rules: Rule[]): Rule => ({ rule: "anyOf", rules });
const quorum = (role: Role, k: number, half = false): Rule => ({ rule: "quorum", role, k, half });

/** The settings a new room begins with. Times in ms. */
export function defaultSettings(title: string): Settings {
  return { title, minTenure: 0, maxStale: 900_000, history: false, removeRate: 0, recovery: null };
}

/**
 * The policy of a preset (the table of docs/protocol.md §4). `k` is the number of admins who must agree, for `admins`.
 */
export function presetPolicy(name: PresetName, settings: Settings, k = 2): Policy {
  switch (name) {
    case "owner-led":
      return {
        add: anyOf(owner, single, multi, personal),
        remove: owner, setRole: owner, setPolicy: owner, invite: owner, addDevice: self, settings,
      }; // prettier-ignore
    case "admins": {
      const few = quorum("admin", k);
      const many = quorum("admin", k, true);
      const add = anyOf(few, single, multi, personal);
      return { add, remove: few, setRole: many, setPolicy: many, invite: few, addDevice: self, settings };
    }
    case "everyone":
      return {
        add: unanimous, remove: anyMember, setRole: unanimous, setPolicy: unanimous, invite: nobody, addDevice: self,
        settings: { ...settings, removeRate: settings.removeRate === 0 ? 2 : settings.removeRate },
      }; // prettier-ignore
    case "add-only":
      return {
        add: anyOf(owner, single, multi, personal),
        remove: nobody, setRole: unanimous, setPolicy: unanimous, invite: owner, addDevice: self, settings,
      }; // prettier-ignore
    case "open":
      return { add: multi, remove: admin, setRole: owner, setPolicy: owner, invite: admin, addDevice: self, settings };
    case "sealed":
      return {
        add: nobody, remove: self, setRole: nobody, setPolicy: nobody, invite: nobody, addDevice: self, settings,
      }; // prettier-ignore
  }
}
