import { toHex } from "@conclave/codec";
import type { PersonId } from "../encoding/ids.js";
import type { PolicyMatter } from "../policy/policy.js";
import { isAtLeast, type Role } from "../policy/role.js";
import type { Rule } from "../policy/rule.js";
import type { Action } from "./action.js";
import type { Member, Roster } from "./roster.js";
import { isMet, tally } from "./tally.js";

/** What takes somebody out of the list, or gives others the right to: whoever has the say in all three has it in the list. */
const POWERS = ["remove", "setRole", "setPolicy"] as const satisfies readonly PolicyMatter[];
const ROLES: readonly Role[] = ["owner", "admin", "member"];
const MATTER: Partial<Record<Action["type"], PolicyMatter>> = {
  remove: "remove",
  removeDevice: "remove",
  setRole: "setRole",
  transferOwnership: "setRole",
  setPolicy: "setPolicy",
};

/** A yes to one action that may be used, now or later, whatever who said it says since. */
export interface GivenYes {
  readonly action: Action["type"];
  /** Hexadecimal ids of the members who said it. */
  readonly yes: ReadonlySet<string>;
}

/**
 * Whether the word of these members (hexadecimal ids) suffices for the list of members: nobody can have been removed without one
 * of them (docs/protocol.md §8). More people never cover less. `given`: yeses in the log that still wait.
 *
 * RULE: freshness.coverage: it takes those without whom no decision about people or rules passes, as `tally` counts: one admin
 * among several who may remove vouches for nothing, as the others may have removed them (attacks A20, A119).
 */
export function covers(roster: Roster, people: ReadonlySet<string>, given: readonly GivenYes[] = []): boolean {
  if (roster.sealed) return true;
  const others = new Set([...roster.members.keys()].filter((person) => !people.has(person)));
  if (POWERS.some((matter) => passes(roster, roster.policy.rules[matter], others))) return false;
  // RULE: freshness.given-yes: who has agreed to a removal may not know that it was carried out: their yes counts against the list,
  // whatever they say since (attack A120).
  return given.every(({ action, yes }) => {
    const matter = MATTER[action];
    if (matter === undefined) return true;
    const agreed = [...yes].filter((person) => roster.members.has(person));
    return !passes(roster, roster.policy.rules[matter], new Set([...others, ...agreed]));
  });
}

/** The members whose word about the list counts for something: those of the highest roles that cover it together. */
export function vouchersOf(roster: Roster): readonly Member[] {
  const members = [...roster.members.values()];
  if (covers(roster, new Set())) return [];
  for (const least of ROLES) {
    const some = members.filter(({ role }) => isAtLeast(role, least));
    if (covers(roster, new Set(some.map(({ person }) => toHex(person))))) return some;
  }
  return members;
}

/**
 * How many others have to vouch for the list beside this member, at best; null where it takes more than `most`, or everybody:
 * nobody waits for so many.
 */
export function othersNeeded(roster: Roster, person: PersonId, most: number): number | null {
  const people = new Set([toHex(person)]);
  if (covers(roster, people)) return 0;
  const byRole = (a: Member, b: Member) => ROLES.indexOf(a.role) - ROLES.indexOf(b.role);
  const vouchers = vouchersOf(roster);
  const others = vouchers.filter((member) => !people.has(toHex(member.person)));
  for (const [index, other] of others.sort(byRole).slice(0, most).entries()) {
    people.add(toHex(other.person));
    const isEverybody = people.size === vouchers.length && vouchers.length === roster.members.size && people.size > 2;
    if (covers(roster, people)) return isEverybody ? null : index + 1;
  }
  return null;
}

/** Whether a rule can be met by these members alone, also with people whom they let in for that. */
function passes(roster: Roster, rule: Rule, yes: ReadonlySet<string>): boolean {
  if (rule.kind === "anyOf") return rule.rules.some((each) => passes(roster, each, yes));
  if (isMet(tally(rule, { before: roster, yes, self: false, invite: null }))) return true;
  // RULE: freshness.puppets: members are counted as we know them, and who can let people in can make more of them: there a ballot
  // of all members binds nobody to ask those we know (attack A46).
  const countsMembers = rule.kind === "majority" || (rule.kind === "quorum" && rule.role === "member");
  return countsMembers && canLetIn(roster, yes);
}

function canLetIn(roster: Roster, yes: ReadonlySet<string>): boolean {
  const { policy, openInvites } = roster;
  if ([...openInvites.values()].some(({ mode }) => mode !== "return")) return true;
  const grounds = { before: roster, yes, self: false, invite: null };
  return isMet(tally(policy.rules.add, grounds)) || isMet(tally(policy.rules.invite, grounds));
}
