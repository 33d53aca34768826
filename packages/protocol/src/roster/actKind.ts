import { equalBytes } from "@conclave/codec";
import { InviteId, PersonId } from "../encoding/ids.js";
import type { DecidingRole, Role } from "../policy/role.js";
import type { Action } from "./action.js";
import type { Member, Roster } from "./roster.js";

const nobody = PersonId.of(new Uint8Array(32));

/** Some members of each role, two where there are as many: one of them is not the author. */
export type Subjects = ReadonlyMap<Role, readonly Member[]>;

/** Some action of a kind, in a room, by this member; null where there is nobody whom they could do it to. */
type Example = (before: Roster, author: Member, subjects: Subjects) => Action | null;

/** About somebody who is not the author. Of the plain members anybody will do, also one who is yet to come. */
function toAnother(role: DecidingRole, action: (person: PersonId) => Action): Example {
  if (role === "member") return () => action(nobody);
  return (_, author, subjects) => {
    const other = subjects.get(role)?.find(({ person }) => !equalBytes(person, author.person));
    return other === undefined ? null : action(other.person);
  };
}

function removing(person: PersonId): Action {
  return { type: "remove", person, ban: false };
}

function giving(role: DecidingRole): (person: PersonId) => Action {
  return (person) => ({ type: "setRole", person, role });
}

/**
 * The kinds of acts that a room decides about differently, with an action that stands for all of a kind. What is judged as one of
 * these is not named again: to withdraw others' links and to list SSH keys as `invite`, to take out a device as `remove`, to let in
 * a steward as `add`. Giving a role to a newcomer takes what `makeAdmin` takes too.
 */
const EXAMPLES = {
  add: () => ({ type: "add", leafCert: nobody, role: "member" }),
  invite: () => ({ type: "createInvite", invite: { ...EXAMPLE_TERMS, role: "member" } }),
  remove: toAnother("member", removing),
  removeAdmin: toAnother("admin", removing),
  removeOwner: toAnother("owner", removing),
  makeAdmin: toAnother("member", giving("admin")),
  makeOwner: toAnother("member", giving("owner")),
  demoteAdmin: toAnother("admin", giving("member")),
  demoteOwner: toAnother("owner", giving("member")),
  handOver: toAnother("member", (person) => ({ type: "transferOwnership", person })),
  setPolicy: ({ policy }) => ({ type: "setPolicy", policy }),
  seal: () => ({ type: "seal" }),
  upgrade: ({ version }) => ({ type: "upgrade", version: version + 1 }),
  setTitle: ({ title }) => ({ type: "setTitle", title }),
  addDevice: () => ({ type: "addDevice", leafCert: nobody }),
} satisfies Record<string, Example>;

/** Terms of an invite that nobody has made, to ask who may make one: {@link explain} and screens do. */
export const EXAMPLE_TERMS = {
  inviteId: InviteId.of(new Uint8Array(16)),
  joinPub: nobody,
  slotPub: nobody,
  tokenPub: nobody,
  for: { class: "single" },
  notAfter: null,
  mode: "direct",
  welcomeText: "",
} as const;

/** A kind of act that {@link explain} tells about. */
export type ActKind = keyof typeof EXAMPLES;

/** Every kind of act, in the order in which they are told. */
export const ACTS = Object.keys(EXAMPLES) as readonly ActKind[];

/** Those to whom the acts of a room can be done, for {@link exampleOf}. */
export function subjectsIn({ members }: Roster): Subjects {
  const subjects = new Map<Role, Member[]>();
  for (const member of members.values()) {
    const some = subjects.get(member.role) ?? [];
    if (some.length < 2) subjects.set(member.role, [...some, member]);
  }
  return subjects;
}

/** An action of this kind by this member; null where there is nobody but themselves to do it to. */
export function exampleOf(act: ActKind, before: Roster, author: Member, subjects: Subjects): Action | null {
  const example: Example = EXAMPLES[act];
  return example(before, author, subjects);
}
