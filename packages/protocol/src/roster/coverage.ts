import { toHex } from "@conclave/codec";
import type { PersonId } from "../encoding/ids.js";
import type { PolicyMatter } from "../policy/policy.js";
import { type DecidingRole, hasSay, isAtLeast } from "../policy/role.js";
import type { Rule } from "../policy/rule.js";
import type { Action } from "./action.js";
import type { Member, Roster } from "./roster.js";
import { isMet, tally } from "./tally.js";

/** What takes somebody out of the list, or gives others the right to: whoever has the say in all three has it in the list. */
const POWERS = ["remove", "setRole", "setPolicy"] as const satisfies readonly PolicyMatter[];
const ROLES: readonly DecidingRole[] = ["owner", "admin", "member"];
const MATTER: Partial<Record<Action["type"], PolicyMatter>> = {
  remove: "remove",
  removeDevice: "remove",
  setRole: "setRole",
  transferOwnership: "setRole",
  setPolicy: "setPolicy",
};

/** A yes to one action that may be used, now or later, whatever who said it says since. */
export interface GivenYes {
  readonly action: Action;
  /** Hexadecimal ids of the members who said it. */
  readonly yes: ReadonlySet<string>;
}

/**
 * Whether the word of these members (hexadecimal ids) suffices for the list of members: nobody can have been removed without one
 * of them (docs/protocol.md §8). More people never cover less. `given`: yeses in the log that may still be used.
 *
 * RULE: freshness.coverage: it takes those without whom no decision about people or rules passes, as `tally` counts: one admin
 * among several who may remove vouches for nothing, as the others may have removed them (attacks A20, A119).
 */
export function covers(roster: Roster, people: ReadonlySet<string>, given: readonly GivenYes[] = []): boolean {
  if (roster.sealed) return true;
  const others = new Set([...roster.members.keys()].filter((person) => !people.has(person)));
  const newcomers = newcomersBy(roster, others, given);
  const { rules } = roster.policy;
  if (POWERS.some((matter) => passes(roster, rules[matter], others, newcomers))) return false;
  // RULE: freshness.given-yes: who has agreed to a removal may not know that it was carried out: their yes counts against the list,
  // whatever they say since (attack A120).
  return given.every(({ action, yes }) => {
    const matter = MATTER[action.type];
    return matter === undefined || !passes(roster, rules[matter], withYes(roster, others, yes), newcomers);
  });
}

/** Whether a yes to this action counts against the list. */
export function bearsOnList(action: Action): boolean {
  return MATTER[action.type] !== undefined || admissionBy(action) !== null;
}

/** The members whose word about the list counts for something: those of the highest roles that cover it together. */
export function vouchersOf(roster: Roster): readonly Member[] {
  const members = [...roster.members.values()].filter(({ role }) => hasSay(role));
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
  const rankOf = ({ role }: Member) => (hasSay(role) ? ROLES.indexOf(role) : ROLES.length);
  const byRole = (a: Member, b: Member) => rankOf(a) - rankOf(b);
  const vouchers = vouchersOf(roster);
  const others = vouchers.filter((member) => !people.has(toHex(member.person)));
  const everybody = [...roster.members.values()].filter(({ role }) => hasSay(role)).length;
  for (const [index, other] of others.sort(byRole).slice(0, most).entries()) {
    people.add(toHex(other.person));
    const isEverybody = people.size === vouchers.length && vouchers.length === everybody && people.size > 2;
    if (covers(roster, people)) return isEverybody ? null : index + 1;
  }
  return null;
}

/**
 * Whether a rule can be met by these members alone, now or later, also with people whom they let in for that.
 *
 * RULE: freshness.tenure: who may not vote yet may after entries that others outside make: those outside count as if they could
 * (attack A119).
 */
function passes(roster: Roster, rule: Rule, yes: ReadonlySet<string>, newcomers: DecidingRole | null): boolean {
  if (rule.kind === "anyOf") return rule.rules.some((each) => passes(roster, each, yes, newcomers));
  const { policy } = roster;
  const later = { ...roster, policy: { ...policy, settings: { ...policy.settings, minTenure: 0 } } };
  const { need } = tally(rule, { before: roster, yes, self: false, invite: null });
  const { have } = tally(rule, { before: later, yes, self: false, invite: null });
  return isMet({ have, need }) || (newcomers !== null && isMetByMore(rule, newcomers));
}

/**
 * Whether as many more people of this role as one likes meet a rule.
 *
 * RULE: freshness.puppets: members are counted as we know them, and who can let people in can make more of them: there a ballot
 * binds nobody to ask those we know, and a link that makes admins gives its bearer what admins may (attacks A46, A119).
 */
function isMetByMore(rule: Rule, role: DecidingRole): boolean {
  switch (rule.kind) {
    case "owner":
      return role === "owner";
    case "role":
    case "quorum":
      return isAtLeast(role, rule.role);
    case "anyMember":
    case "majority":
      return true;
    default:
      return false;
  }
}

/** The highest role in which people may come in without anybody but these members, and those who come; null for nobody. */
function newcomersBy(roster: Roster, others: ReadonlySet<string>, given: readonly GivenYes[]): DecidingRole | null {
  const { rules } = roster.policy;
  const links = [...roster.openInvites.values()].filter(({ mode }) => mode !== "return").map(({ role }) => role);
  let newcomers = highest(links);
  // Who comes in may let in more, and higher ones by what was agreed to.
  for (;;) {
    const before = newcomers;
    const isOpen = passes(roster, rules.add, others, before) || passes(roster, rules.invite, others, before);
    const agreed = given.flatMap(({ action, yes }) => {
      const admission = admissionBy(action);
      const all = withYes(roster, others, yes);
      return admission?.matters.every((matter) => passes(roster, rules[matter], all, before)) ? [admission.role] : [];
    });
    newcomers = highest([...(before ? [before] : []), ...(isOpen ? (["member"] as const) : []), ...agreed]);
    if (newcomers === before) return newcomers;
  }
}

function highest(roles: readonly DecidingRole[]): DecidingRole | null {
  return ROLES.find((role) => roles.includes(role)) ?? null;
}

/** In which role an action lets people in, and by which rules; null where it lets in nobody. */
function admissionBy(
  action: Action,
): { readonly role: DecidingRole; readonly matters: readonly PolicyMatter[] } | null {
  const by = (matter: PolicyMatter, role: DecidingRole) => ({
    role,
    matters: role === "member" ? [matter] : [matter, "setRole" as const],
  });
  switch (action.type) {
    case "add":
      // Who comes as a steward says yes to nothing.
      return hasSay(action.role) ? by("add", action.role) : null;
    case "createInvite":
      return by("invite", action.invite.role);
    case "allow":
      return by("invite", "member");
    default:
      return null;
  }
}

function withYes(roster: Roster, others: ReadonlySet<string>, yes: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...others, ...[...yes].filter((person) => roster.members.has(person))]);
}
