import { toHex } from "@conclave/codec";
import {
  type Action,
  EXAMPLE_TERMS,
  memberOf,
  type Outlook,
  PersonId,
  rightTo,
  type Role,
  type Roster,
} from "@conclave/protocol";

/** The kinds of things that somebody may do in a room. */
export type Power =
  "invite" | "inviteAdmin" | "add" | "remove" | "setRole" | "setPolicy" | "setTitle" | "resetTime" | "seal";
/** For each power, whether a person has it alone, together with others, or not at all. */
export type Powers = Readonly<Record<Power, Outlook["can"]>>;

const nobody = PersonId.of(new Uint8Array(32));

// Each stands for all actions of its kind: about a plain member, or giving plain membership, where nothing else is said.
const EXAMPLES: Readonly<Record<Power, (before: Roster) => Action>> = {
  invite: () => ({ type: "createInvite", invite: { ...EXAMPLE_TERMS, role: "member" } }),
  inviteAdmin: () => ({ type: "createInvite", invite: { ...EXAMPLE_TERMS, role: "admin" } }),
  add: () => ({ type: "add", leafCert: nobody, role: "member" }),
  remove: () => ({ type: "remove", person: nobody, ban: false }),
  setRole: () => ({ type: "setRole", person: nobody, role: "admin" }),
  setPolicy: ({ policy }) => ({ type: "setPolicy", policy }),
  setTitle: ({ title }) => ({ type: "setTitle", title }),
  resetTime: () => ({ type: "resetTime" }),
  seal: () => ({ type: "seal" }),
};

/** What a person may do in a room, by the judge that every member has. A person who is not in it may do nothing. */
export function powersOf(roster: Roster, person: PersonId): Powers {
  const can = (power: Power) => rightTo(roster, EXAMPLES[power](roster), person).can;
  return Object.fromEntries(Object.keys(EXAMPLES).map((power) => [power, can(power as Power)])) as unknown as Powers;
}

/** What `of` could do if a member had this role, everything else being as it is; the member themselves, if left out. */
export function powersAs(roster: Roster, person: PersonId, role: Role, of: PersonId = person): Powers {
  const member = memberOf(roster, person);
  if (member === null) return powersOf(roster, of);
  const members = new Map(roster.members).set(toHex(person), { ...member, role });
  return powersOf({ ...roster, members }, of);
}
