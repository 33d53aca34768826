import type {
  Action,
  ActionHash,
  AlarmCode,
  MessageContent,
  MessageId,
  Rejection,
  Unreadable,
} from "@conclave/protocol";
import type { Decision } from "./decision.js";
import type { NamedPerson } from "./person.js";

/** A message as a screen shows it, with all that was done to it since by those who are allowed to (docs/protocol.md §9). */
export interface TimelineMessage extends MessageContent {
  /** As it was first sent; empty once it is deleted. Show `edited.body` where there is one. */
  readonly body: Uint8Array;
  readonly author: NamedPerson;
  /** The author's clock (ms). */
  readonly time: number;
  /** Place in the log; 0 while it is not in it. */
  readonly n: number;
  /** `sent`: in the room's log. `pending`: durable here, and will be sent. */
  readonly state: "sent" | "pending";
  /** Sent before a change of the room that was known when it arrived: never show it as new. */
  readonly late: boolean;
  /** The author was not in the room any more when it arrived. */
  readonly authorGone: boolean;
  /** The newest text of its author, or null. */
  readonly edited: Edited | null;
  /** It was deleted: there is nothing left of it on this device. */
  readonly deleted: Deleted | null;
  /** In the order of their first use. */
  readonly reactions: readonly Reaction[];
  /** What it answers; null where it answers nothing, or something that this device never had (`ref` tells which). */
  readonly answers: QuotedMessage | null;
  /** Its text names you with an @, or everybody with `@room`. */
  readonly mentionsYou: boolean;
  /** `@room` in its text names everybody: its author is an admin or owner. */
  readonly namesRoom: boolean;
}

/** A correction of a message by its author. */
export interface Edited {
  /** UTF-8. */
  readonly body: Uint8Array;
  /** The author's clock (ms). */
  readonly time: number;
  /** Place of the correction in the log; 0 while it is not in it. */
  readonly n: number;
  /** Your own, and not in the log yet. */
  readonly pending: boolean;
}

/** That a message was deleted. */
export interface Deleted {
  /** Its author, or an admin or owner who removed it. */
  readonly by: NamedPerson;
  /** That person's clock (ms). */
  readonly time: number;
  /** Your own, and not in the log yet. */
  readonly pending: boolean;
}

/** One emoji on a message, and whose it is. */
export interface Reaction {
  readonly emoji: string;
  readonly people: readonly NamedPerson[];
  /** You are among them. */
  readonly mine: boolean;
}

/** The beginning of a message that another one answers. */
export interface QuotedMessage {
  readonly id: MessageId;
  readonly author: NamedPerson;
  readonly kind: string;
  /** Of a text as it reads now, or a file's caption and name: at most 200 characters; else empty. */
  readonly text: string;
  readonly deleted: boolean;
}

/** A violation that this device detected, with its evidence. */
export interface TimelineAlarm {
  /** Counts up; the same alarm keeps its number. */
  readonly order: number;
  /** The log's length when it was seen. */
  readonly n: number;
  /** When it was seen, by this device's clock (ms). */
  readonly time: number;
  readonly code: AlarmCode;
  /** Whose device it came from, where that is proved. */
  readonly person: NamedPerson | null;
  readonly rejection: Rejection | null;
  /** A JSON document that anybody can check with `verifyProof`; null when the evidence proves nothing to others. */
  readonly proof: string | null;
  /** How often it was seen (junk is counted, not listed). */
  readonly count: number;
  /** A person has looked at it: it makes no banner any more. */
  readonly acknowledged: boolean;
}

/** What somebody asked the others to agree to. How far it has come, while it is open: `RoomSession.proposals`. */
export interface TimelineProposal {
  /** Names it in `approve`, `declineProposal` and `withdrawProposal`. */
  readonly actionHash: ActionHash;
  readonly action: Action;
  readonly by: NamedPerson;
  /** Whom it is about, if anybody. */
  readonly person: NamedPerson | null;
  /** Their clock (ms). */
  readonly time: number;
  /**
   * Null while nothing has become of it. `done`: it was decided; the decision says who agreed. `withdrawn`: by the member
   * who asked. `void`: that member is not in the room any more. `displaced`: it gave way to newer ones, as one member proposes
   * few things at a time.
   */
  readonly ending: "done" | "withdrawn" | "void" | "displaced" | null;
}

/** One line of a room, in the order of the log. */
export type TimelineItem = {
  /** The same for the same line, for as long as it exists: also when a message turns from pending to sent. */
  readonly key: string;
  /** Its place in the log, for {@link TimelinePage}; 0 for a message that is not in it yet. Alarms share the place before them. */
  readonly n: number;
} & (
  | { readonly kind: "message"; readonly message: TimelineMessage }
  | { readonly kind: "decision"; readonly decision: Decision }
  | { readonly kind: "alarm"; readonly alarm: TimelineAlarm }
  | { readonly kind: "proposal"; readonly proposal: TimelineProposal }
  /** How many records in a row cannot be shown, and why. The line stays the same one while more come. */
  | { readonly kind: "unreadable"; readonly reason: Unreadable; readonly count: number }
);

/** Which part of a timeline to read: at most one of `before`, `after` and `around`; without one the newest. */
export interface TimelinePage {
  /** Only items before this place in the log. */
  readonly before?: number;
  /** Only items after this place: the oldest of those. */
  readonly after?: number;
  /** Half of the page up to and with this place, half after it. */
  readonly around?: number;
  /**
   * At most this many of the log (100), more only where several alarms share a place: places are never split. A page that
   * has fewer has reached the end. A page that has the newest ends with all that is pending, in addition.
   */
  readonly limit?: number;
}
