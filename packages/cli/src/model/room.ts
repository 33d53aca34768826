import type { Alarm } from "./timeline.js";
import type { Person } from "./person.js";

/** A room in a list of rooms. */
export interface RoomSummary {
  readonly id: string;
  readonly title: string;
  readonly relay: string;
  /** `member`, `requested` (somebody has to decide), `pending` (joined, nobody confirmed it yet), `left`, `removed`. */
  readonly membership: string;
  readonly role: string | null;
  readonly people: number;
}

/** How a room stands just now. */
export interface RoomStatus {
  readonly connection: "connected" | "connecting" | "offline";
  /** Who last confirmed the list of members and when, and how good that is. */
  readonly freshness: { readonly state: string; readonly by: string | null; readonly time: number | null };
  readonly epoch: number;
  /** The roster's head: how many decisions there have been. */
  readonly seq: number;
  /** Messages waiting to be sent. */
  readonly pending: number;
  readonly requests: number;
  /** Whether sending is stopped, and why. */
  readonly paused: string | null;
  readonly alarms: readonly Alarm[];
}

/** An invite as the members see it: never with its secret. */
export interface Invitation {
  readonly id: string;
  readonly label: string;
  readonly mode: string;
  readonly role: string;
  readonly createdBy: Person;
  readonly uses: number;
  readonly maxUses: number | null;
  readonly expires: number | null;
  readonly isOpen: boolean;
}

/** Somebody who asks to be let in, or an action that waits for approvals. */
export interface JoinRequest {
  readonly id: string;
  readonly name: string;
  readonly tag: string;
  readonly words: string;
  readonly note: string;
  /** The invite they hold: `the link "Newsletter", made by Alice`. */
  readonly via: string;
  readonly time: number;
  readonly approvedBy: readonly string[];
  readonly approvalsNeeded: number;
}

/** What people compare to be sure that they see the same. */
export interface Fingerprints {
  readonly person: Person;
  readonly words: readonly string[];
  readonly digits: string;
  readonly roomCode: string;
  readonly peopleCode: string;
}
