import type { Returning, RoomStatus as ClientStatus } from "@conclave/client";
import type { Policy } from "@conclave/protocol";
import type { Alarm } from "./timeline.js";
import type { InviteRef, Person } from "./person.js";

/** A room in a list of rooms. */
export interface RoomSummary {
  readonly id: string;
  readonly title: string;
  readonly relay: string;
  /** How this device stands in it: `member`, `asking` (somebody has to decide), `left`, `removed`, … */
  readonly standing: ClientStatus["standing"];
  /** Why the way in ended, or the room is over here: null where it has not, or it says itself. */
  readonly ended: { readonly code: string; readonly message: string } | null;
  /** False after a join until a member has confirmed it by doing something in the room. */
  readonly isConfirmed: boolean;
  /** Its people, roles and rules stay as they are for ever. */
  readonly isSealed: boolean;
  readonly role: string | null;
  readonly people: number;
}

/** How a room stands just now. */
export interface RoomStatus {
  readonly connection: ClientStatus["connection"];
  /** Who last confirmed the list of members and when, and how good that is. */
  readonly freshness: { readonly state: string; readonly by: Person | null; readonly time: number | null };
  readonly epoch: number;
  /** The roster's head: how many decisions there have been after the founding. */
  readonly seq: number;
  /** How far the relay's log has been taken in. */
  readonly n: number;
  /** Messages waiting to be sent. */
  readonly pending: number;
  readonly requests: number;
  /** We have asked to leave, and nobody has carried it out yet: nothing is sent, and nothing shown that came since. */
  readonly isLeaving: boolean;
  /** How it came that we are not in the room, or not any more; null while we are, or are on the way in. */
  readonly ending: Ending | null;
  /** Of owners, whether the recovery words alone bring them back: `ready`, `preparing`, `possible`; null for the others. */
  readonly returning: Returning | null;
  /** Whether sending is stopped, and why. */
  readonly paused: { readonly code: string; readonly message: string } | null;
  /** How far the room's own time is ahead of this machine's clock (ms), 0 where it is not: links end by it. */
  readonly roomAhead: number;
  readonly alarms: readonly Alarm[];
}

/** How it came that we are not in a room. */
export interface Ending {
  /** Who decided it; null where nobody did, or it is not known. */
  readonly by: Person | null;
  /** When, by that person's clock (ms). */
  readonly time: number | null;
  /** Removed for good: no link lets us in again. */
  readonly isBan: boolean;
  /** Why the way in ended, DECLINED for example; null where we were in the room. */
  readonly code: string | null;
  /** The same for people. */
  readonly text: string;
}

/** An invite as the members see it: never with its secret. */
export interface Invitation {
  readonly id: string;
  /** What this home calls it; null for other people's. */
  readonly label: string | null;
  readonly mode: "direct" | "ask";
  readonly role: string;
  readonly createdBy: Person;
  readonly uses: number;
  readonly limit: number;
  readonly expires: number | null;
  readonly isOpen: boolean;
}

/** Somebody who asks to be let in. */
export interface JoinRequest {
  readonly id: string;
  readonly name: string;
  readonly tag: string;
  readonly words: string;
  readonly note: string;
  /** The invite they hold. */
  readonly invite: InviteRef;
  /** The same for people: `Alice's link "Newsletter"`. */
  readonly via: string;
  readonly role: string;
  readonly time: number;
  readonly approvedBy: readonly Person[];
  /** 0 while nobody has proposed to admit them. */
  readonly approvalsNeeded: number;
}

/** An action that waits until enough people agree. */
export interface Proposal {
  readonly id: string;
  readonly by: Person;
  /** What would be done: `remove`, `setRole`, `add`, … as in a decision. */
  readonly action: string;
  /** Whom it is about, if that is somebody in the room. */
  readonly subject: Person | null;
  /** The same for people, as something that has not happened: `remove Bob`. */
  readonly summary: string;
  readonly approvedBy: readonly Person[];
  /** Who has said no. It keeps nobody else from agreeing. */
  readonly declinedBy: readonly Person[];
  readonly have: number;
  readonly need: number;
}

/** Who decides what. */
export interface PolicyDocument {
  readonly preset: string;
  readonly about: string | null;
  readonly rules: Readonly<Record<string, string>>;
  /** The policy itself, as the protocol has it. */
  readonly policy: Policy;
}

/** What people compare to be sure that they see the same. Codes are null while this device is not in the room. */
export interface Fingerprints {
  readonly person: Person;
  readonly words: readonly string[];
  readonly digits: string;
  readonly roomCode: string | null;
  readonly peopleCode: string | null;
}
