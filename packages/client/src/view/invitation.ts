import type { Action, InviteFor, Outlook, Policy, Rejection, Role } from "@conclave/protocol";
import type { Result } from "./problem.js";
import type { NamedPerson, RoomMember } from "./person.js";
import type { RoomSession } from "./roomSession.js";

/** What to make an invite of. */
export interface InviteOptions {
  /** What this home calls it. Stays here. */
  readonly label: string;
  readonly for: InviteFor;
  /** The role that newcomers get ("member" when left out). */
  readonly role?: Role;
  /**
   * When it ends, by this device's clock (ms); null for never. Where the room's own time is ahead (`RoomStatus.roomAhead`), it
   * ends so much later. One that lies in the past is refused with `invite_expired`.
   */
  readonly notAfter: number | null;
  /** `direct`: the link is the permission. `ask`: somebody who may add decides. */
  readonly mode: "direct" | "ask";
  /** The address of the pages that its link is to open; without one no link is made. */
  readonly host?: string;
}

/** What came of making an invite. */
export interface InviteMade {
  readonly progress: Progress;
  /** Names it among the invitations, once it is there. */
  readonly inviteId: Uint8Array;
  /** Null where it was proposed only. */
  readonly invitation: Invitation | null;
  /** The link to hand on; null where it was proposed only, or no `host` was named. */
  readonly link: string | null;
  /** Whether its link works by now; else it does as soon as this home is connected again. False where it was proposed only. */
  readonly isReady: boolean;
}

/** An invite, as the roster has it and this home knows it. */
export interface Invitation {
  readonly inviteId: Uint8Array;
  /** What this home calls it; null for other people's invites. */
  readonly label: string | null;
  readonly for: InviteFor;
  readonly role: Role;
  readonly mode: "direct" | "ask";
  readonly createdBy: NamedPerson;
  /** How many came by it, and how many may. */
  readonly uses: number;
  readonly limit: number;
  readonly notAfter: number | null;
  readonly isRevoked: boolean;
  /** It still lets somebody in. */
  readonly isOpen: boolean;
  /** The link for {@link RoomSession.inviteLink} is in this home. */
  readonly hasLink: boolean;
}

/** Somebody who asks to be let in. */
export interface JoinRequest {
  /** The relay's number: the name of the request in `admit` and `decline`. */
  readonly id: number;
  readonly person: Uint8Array;
  readonly name: string;
  readonly tag: string;
  /** The person's fingerprint words. */
  readonly words: string;
  readonly note: string;
  /** The invite they hold. */
  readonly invite: { readonly inviteId: Uint8Array; readonly label: string | null; readonly by: NamedPerson };
  /** The role that the invite gives. */
  readonly role: Role;
  /** The relay's clock (ms), informative. */
  readonly time: number;
  /** The action that admits them: what has to be approved, where several must agree. */
  readonly action: Action;
  readonly approvedBy: readonly NamedPerson[];
  /** Who said no to the proposal to admit them: it keeps nobody else from agreeing. */
  readonly declinedBy: readonly NamedPerson[];
  /** How many approvals it takes in all; 0 while nobody has proposed to admit them. */
  readonly approvalsNeeded: number;
  /** Whether our person may let them in: alone, together with others, or not at all. */
  readonly can: Outlook["can"];
}

/** An action that waits for approvals. */
export interface OpenProposal {
  /** Names it in `approve`. */
  readonly actionHash: Uint8Array;
  readonly action: Action;
  /** Who asks for it: this person where they do, else the person who asked first. */
  readonly by: NamedPerson;
  /** Whom it is about, if anybody. */
  readonly person: NamedPerson | null;
  /** Whose signed yes counts by the room's rules, the proposer among them. The last one to say yes carries it out. */
  readonly approvedBy: readonly NamedPerson[];
  /** How many yeses there would be if this device carried it out now: its own person's is counted. */
  readonly have: number;
  readonly need: number;
  /** Who has said no. It keeps nobody else from agreeing. */
  readonly declinedBy: readonly NamedPerson[];
  /** It waits for this person's yes: that would count, and neither it nor a no was said. */
  readonly isAsked: boolean;
  /** Why it cannot be done any more, even if all agreed; null while it can. */
  readonly refusal: Rejection | null;
}

/** What came of a decision. */
export type Progress =
  | { readonly done: true; readonly seq: number }
  /** More people must agree: it was proposed to the room, or this device's yes was added. */
  | { readonly done: false; readonly actionHash: Uint8Array; readonly have: number; readonly need: number };

/** What an invite leads to, with the whole history of the room checked, before anything was sent or stored. */
export interface Invited {
  readonly roomId: Uint8Array;
  readonly title: string;
  /** The relay's address, as the room's charter says. */
  readonly relay: string;
  /** `return`: we are a member who lost a device, and this one takes its place (docs/decisions/0006). */
  readonly mode: "direct" | "ask" | "return";
  /** The role that the invite gives. */
  readonly role: Role;
  readonly members: readonly RoomMember[];
  readonly owners: readonly NamedPerson[];
  readonly invitedBy: NamedPerson | null;
  readonly policy: Policy;
  /** When a member last confirmed the list of members, by their clock (ms). */
  readonly confirmed: number;
  /** The member whose signed view of the room this is. */
  readonly confirmedBy: NamedPerson;
  /**
   * Takes the place, or asks for it. `direct`: resolves when the join is in the room's log; until a member's message
   * confirms it, `status().isConfirmed` is false. `ask`: resolves when the request is at the relay; the session's
   * standing turns from `asking` to `member` when somebody lets us in.
   *
   * `return`: as `direct`; the name stays the one that the room knows us by, whatever is given here. With `isLast` nobody
   * comes back in this way again before `prepareReturn`: neither we nor whoever has the lost device.
   *
   * A lost race or a stale slot is tried again with a fresh slot, a few times.
   *
   * It waits until the next newcomer finds the room's slots fresh, unless `staying` says that this home stays open: then
   * that is done right after.
   */
  readonly accept: (
    name: string,
    note?: string,
    options?: { readonly staying?: boolean; readonly isLast?: boolean },
  ) => Promise<Result<RoomSession>>;
}
