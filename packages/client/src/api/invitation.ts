import type {
  Action,
  ActionHash,
  DecidingRole,
  InviteFor,
  InviteId,
  Outlook,
  PersonId,
  Rejection,
  Role,
  SshKey,
} from "@conclave/protocol";
import type { ShownSshKey } from "./decision.js";
import type { NamedPerson } from "./person.js";

/** What to make an invite of. */
export interface InviteOptions {
  /** What this home calls it. Stays here. */
  readonly label: string;
  readonly for: InviteFor;
  /** The role that newcomers get ("member" when left out). */
  readonly role?: DecidingRole;
  /**
   * When it ends, by this device's clock (ms); null for never. Where the room's own time is ahead (`RoomStatus.roomAhead`), it
   * ends later by that much. One in the past is refused with `invite_expired`.
   */
  readonly notAfter: number | null;
  /**
   * `direct`: the link is the permission. `ask`: somebody who may add decides. `auto`: the link is the permission, and the first device
   * that is on, of a member or a steward, lets them in.
   */
  readonly mode: "direct" | "ask" | "auto";
  /** A few words to who comes, in the invite itself: at most 500 bytes of UTF-8 (`malformed` when longer). None when left out. */
  readonly welcomeText?: string;
  /** The address of the pages that its link is to open; without one no link is made. */
  readonly host?: string;
}

/** What came of making an invite. */
export interface InviteMade {
  readonly progress: DecisionProgress;
  /** Names it among the invitations, once it is there. */
  readonly inviteId: InviteId;
  /** Null where it was proposed only. */
  readonly invitation: RoomInvite | null;
  /** The link to hand on; null where it was proposed only, or no `host` was named. */
  readonly link: string | null;
  /** Whether its link works by now; else it does as soon as this home is connected again. False where it was proposed only. */
  readonly isReady: boolean;
}

/** An invite, as the roster has it and this home knows it. */
export interface RoomInvite {
  readonly inviteId: InviteId;
  /** What this home calls it; null for other people's invites. */
  readonly label: string | null;
  readonly for: InviteFor;
  readonly role: DecidingRole;
  readonly mode: "direct" | "ask" | "auto";
  readonly createdBy: NamedPerson;
  /** How many came by it, and how many may; null for one that ends with the listed keys only. */
  readonly uses: number;
  readonly limit: number | null;
  readonly notAfter: number | null;
  /** What who made it says to who comes; empty for nothing. A screen shows it with {@link plainText}. */
  readonly welcomeText: string;
  readonly isRevoked: boolean;
  /** It still lets somebody in. */
  readonly isOpen: boolean;
  /**
   * Why nobody can join by it now although it is open: `closed`, the relay does not let its slot be opened; `rules`, the room's
   * rules of now let nobody in by a link of this kind. Null where people can, as far as this device knows.
   */
  readonly trouble: "closed" | "rules" | null;
  /** The link for {@link RoomSession.inviteLink} is in this home. */
  readonly hasLink: boolean;
}

/** An SSH key on the room's list: by an invite for listed keys it lets in one person, once. */
export interface RoomSshKey extends ShownSshKey {
  readonly key: SshKey;
  /** Who came by it; null while nobody has. */
  readonly usedBy: NamedPerson | null;
}

/** What came of listing keys, or of taking some off the list. */
export interface KeysListed {
  /** Null where there was nothing to do. */
  readonly progress: DecisionProgress | null;
  /** How many keys this was about. */
  readonly count: number;
  /** How many are left for another time, because others have to agree to these first. */
  readonly left: number;
}

/** Somebody who asks to join. */
export interface RoomJoinRequest {
  /** The relay's number: the name of the request in `admit` and `decline`. */
  readonly id: number;
  readonly person: PersonId;
  readonly name: string;
  readonly tag: string;
  /** The person's fingerprint words. */
  readonly words: string;
  readonly note: string;
  /** The invite that they have. */
  readonly invite: { readonly inviteId: InviteId; readonly label: string | null; readonly by: NamedPerson };
  /** What they would be: what the invite gives, or a steward, where they ask for that. */
  readonly role: Role;
  /** The relay's clock (ms), informative. */
  readonly time: number;
  /** The action that admits them: what has to be approved, where several must agree. */
  readonly action: Action;
  readonly approvedBy: readonly NamedPerson[];
  /** Who declined the proposal to admit them: that keeps nobody else from agreeing. */
  readonly declinedBy: readonly NamedPerson[];
  /** How many approvals it takes in all; 0 while nobody has proposed to admit them. */
  readonly approvalsNeeded: number;
  /**
   * They were let in before and have never been here: admitting them removes them and lets them in again. The invites that they
   * came by end with that.
   */
  readonly isAgain: boolean;
  /** Whether our person may admit them: alone, together with others, or not at all. */
  readonly can: Outlook["can"];
}

/** An action that waits for approvals. */
export interface RoomProposal {
  /** Names it in `approve`. */
  readonly actionHash: ActionHash;
  readonly action: Action;
  /** Who asks for it: this person where they do, else the person who asked first. */
  readonly by: NamedPerson;
  /** Whom it is about, if anybody. */
  readonly person: NamedPerson | null;
  /** Whose signed approval counts by the room's rules, the proposer among them. The last one to approve carries it out. */
  readonly approvedBy: readonly NamedPerson[];
  /** How many yeses there would be if this device carried it out now: its own person's is counted. */
  readonly have: number;
  readonly need: number;
  /** Who has declined. That keeps nobody else from agreeing. */
  readonly declinedBy: readonly NamedPerson[];
  /** It waits for this person: their approval would count, and they have neither approved nor declined. */
  readonly isAsked: boolean;
  /** Why it cannot be done any more, even if all agreed; null while it can. */
  readonly refusal: Rejection | null;
}

/** Somebody's approval that came as a file or a QR code, and counts. */
export interface ApprovalImported {
  readonly by: NamedPerson;
  /** What it approves. */
  readonly actionHash: ActionHash;
  /** How it stands with that now. */
  readonly progress: DecisionProgress;
}

/** What came of a decision. */
export type DecisionProgress =
  | { readonly done: true; readonly seq: number }
  /** More people must agree: it was proposed to the room, or this device's approval was added. */
  | { readonly done: false; readonly actionHash: ActionHash; readonly have: number; readonly need: number };
