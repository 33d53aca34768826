import type { InviteRef, Person } from "./person.js";

/** A message. `sent`: it is in the room's log. `pending`: it is stored here and will be sent. */
export interface Message {
  readonly id: string;
  /** Place in the room's log; 0 while it is not in it. */
  readonly n: number;
  readonly time: number;
  readonly author: Person;
  readonly kind: string;
  /** The outside party that says it, through its author's gateway and by their word alone; else null. */
  readonly via: { readonly party: string; readonly label: string } | null;
  /** The file that it brings, or null. */
  readonly file: SharedFile | null;
  /** As it reads now; empty when it was taken back. */
  readonly text: string;
  readonly state: "sent" | "pending";
  readonly isEdited: boolean;
  /** Who took it back: its author, or an admin or owner. */
  readonly deletedBy: Person | null;
  /** It was written before a change of the room that was known when it arrived. */
  readonly isLate: boolean;
  /** Its author was not in the room any more when it arrived. */
  readonly isAuthorGone: boolean;
  /** The same for people, or null. */
  readonly note: string | null;
  /** The beginning of the message that it answers, or null. */
  readonly answers: { readonly id: string; readonly author: Person; readonly text: string } | null;
  readonly reactions: readonly { readonly emoji: string; readonly by: readonly Person[] }[];
  /** It names you with an @. */
  readonly mentionsYou: boolean;
}

/** A file of a room, as its author describes it. */
export interface SharedFile {
  readonly name: string;
  /** Empty when its author did not say. */
  readonly mediaType: string;
  /** Bytes. */
  readonly size: number;
}

/** By what right somebody decided. */
export interface DecisionRight {
  /** The author's role before it; null for somebody who was not in the room. */
  readonly role: string | null;
  /** Whose signed agreement came with it, beside the author's. */
  readonly approvedBy: readonly Person[];
  /** The invite that was used. */
  readonly invite: InviteRef | null;
  /** The person themself said that they leave. */
  readonly isFarewell: boolean;
  /** The same for people: `as owner`, `with Alice's link "Newsletter"`; may be empty. */
  readonly text: string;
}

/** One membership decision of the room's roster, checked on this machine. */
export interface Decision {
  readonly seq: number;
  readonly time: number;
  readonly action: string;
  readonly author: Person;
  readonly subject: Person | null;
  /** For people: `Alice removed Bob`. */
  readonly summary: string;
  readonly right: DecisionRight;
  /** Invites that ended with it. */
  readonly closedInvites: readonly string[];
}

/** A violation that this machine detected. */
export interface Alarm {
  readonly order: number;
  readonly code: string;
  readonly time: number;
  /** What was seen. */
  readonly sentence: string;
  /** What it means and what to do. */
  readonly advice: string;
  /** Whose device it came from, where that is proved. */
  readonly person: Person | null;
  /** Why the room refused it, or null. */
  readonly refused: string | null;
  /** How often it was seen. */
  readonly count: number;
  /** The file with the proof, or null when there is nothing that proves it to others. */
  readonly proof: string | null;
}

/** What somebody asked the others to agree to, and what became of it. */
export interface ProposalLine {
  /** Names it in `approve`. */
  readonly id: string;
  readonly time: number;
  readonly by: Person;
  /** Null while it is open. */
  readonly ending: "done" | "withdrawn" | "void" | null;
  readonly sentence: string;
}

/** What a room shows, oldest first. */
export type TimelineItem =
  | { readonly kind: "message"; readonly message: Message }
  | { readonly kind: "decision"; readonly decision: Decision }
  | { readonly kind: "alarm"; readonly alarm: Alarm }
  | { readonly kind: "proposal"; readonly proposal: ProposalLine }
  /** `count` records in a row, from `n` on. The same line comes again when there are more. */
  | {
      readonly kind: "unreadable";
      readonly n: number;
      readonly reason: string;
      readonly count: number;
      readonly sentence: string;
    };
