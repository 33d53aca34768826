import { type Codec, type Fields, is, struct, type Result } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import type { PersonId } from "../../encoding/ids.js";
import type { JoinPlace } from "../../invite/inviteProof.js";
import type { PolicyMatter } from "../../policy/policy.js";
import type { DecidingRole, Role } from "../../policy/role.js";
import type { Change, Effect, Newcomer } from "../change.js";
import type { EntryHeader, Evidence } from "../entryHeader.js";
import type { Rejection } from "../../policy/rejection.js";
import type { Member, Roster } from "../roster.js";
import { FIRST_VERSION } from "../version.js";

/** Everything that the protocol knows of one kind of action (docs/protocol.md §4). One file each, beside this one. */
export interface ActionRule<A extends { readonly type: string }> {
  readonly type: A["type"];
  /** Part of signed bytes: never change one. 100 to 102 are kept for succession (claim, veto, complete). */
  readonly number: number;
  /** The version of rooms from which on it exists. */
  readonly since: number;
  /** What it says, as bytes. */
  readonly layout: Codec<A>;
  /** The role that one must have to author it, whatever the policy says. */
  readonly leastRole: DecidingRole;
  /** Whether a steward may author it. */
  readonly isStewards: boolean;
  /** Whether it is still possible in a sealed room. */
  readonly isOpenWhenSealed: (action: A, author: PersonId) => boolean;
  /** Evidence, besides approvals, that it may carry. */
  readonly evidence: Exclude<keyof Evidence, "approvals"> | null;
  /** The matters of the policy whose rules must all hold; none when the author's own right is enough. */
  readonly matters: (action: A, by: Authorship) => readonly PolicyMatter[];
  /** Roles that it gives, or whose holders it touches. */
  readonly roles: (action: A, before: Roster, author: Member) => readonly Role[];
  /** The person whom it is about; null when it is about the room. */
  readonly subject: (action: A, crypto: Crypto) => PersonId | null;
  /** The newest entry that changed what it does to its subject: yeses from before are void. */
  readonly lastChange: (action: A, subject: Member) => number;
  /** The same of an action that is about the room. */
  readonly lastRoomChange: (action: A, before: Roster) => number;
  /** Whether the author acts about themselves, for rules that allow that. */
  readonly isOwn: (action: A, author: PersonId) => boolean;
  /** Who agrees to it agrees to its author: nobody else carries it out with the same yeses. */
  readonly isAuthors: (action: A) => boolean;
  /** Nobody else's to propose, approve or carry out. */
  readonly isOwnAffair: boolean;
  /** Who comes in or comes back by it, after everything but the policy's own rule was checked; null when nobody does. */
  readonly newcomer: ((arrival: Arrival, action: A) => Result<Newcomer, Rejection>) | null;
  /** The one place at which whoever comes in by it alone may do so, as this proof says; null when somebody else lets them in. */
  readonly placeOf: (proof: Uint8Array) => JoinPlace | null;
  /** Only who is in by none of the present leaves carries it, by an external commit. */
  readonly isOnlyAlone: boolean;
  /** Changes the draft and says what else follows, or refuses what makes no sense in the state before. */
  readonly apply: (change: Change, action: A) => Result<Effect, Rejection>;
}

/** Who authors an action, in which state. */
export interface Authorship {
  readonly before: Roster;
  readonly author: PersonId;
  /** The newcomer acts by an invite, on whose role those who made it agreed. */
  readonly isInvited: boolean;
}

/** An entry that brings somebody in. */
export interface Arrival {
  readonly crypto: Crypto;
  readonly before: Roster;
  readonly header: EntryHeader;
  /** The newcomer signs in themselves, with an external commit. */
  readonly isDirect: boolean;
}

type Required = "type" | "number" | "apply";

/** What has to be said of an action, and what may be. `fields`: those of the action, in their order in bytes. */
type Said<A extends { readonly type: string }> = Pick<ActionRule<A>, Required> &
  Partial<Omit<ActionRule<A>, Required | "layout">> & { readonly fields: Fields<Omit<A, "type">> };

/**
 * The rule of one kind of action: what it says, and the strictest answer to what it leaves out.
 *
 * RULE: permission.allow-list: what a plain member may author at all is said of each action; a new one is the admins', and
 * not possible in a sealed room, until somebody says otherwise (docs/protocol.md §4; attack A2).
 */
export function actionRule<A extends { readonly type: string }>({ fields, ...said }: Said<A>): ActionRule<A> {
  return {
    layout: struct({ type: is(said.type), ...fields } as unknown as Fields<A>),
    since: FIRST_VERSION,
    leastRole: "admin",
    isStewards: false,
    isOpenWhenSealed: () => false,
    evidence: null,
    matters: () => [],
    roles: () => [],
    subject: () => null,
    lastChange: (_, { changedSeq }) => changedSeq,
    lastRoomChange: (_, before) => before.changedSeq,
    isOwn: () => false,
    isAuthors: () => false,
    isOwnAffair: false,
    newcomer: null,
    placeOf: () => null,
    isOnlyAlone: false,
    ...said,
  };
}
