import type { AlarmCode, MessageContent, Rejection, Unreadable } from "@conclave/protocol";
import type { Decision } from "./decision.js";
import type { NamedPerson } from "./person.js";

/** A message as a screen shows it. */
export interface TimelineMessage extends MessageContent {
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
  /** One sentence: what was seen. */
  readonly sentence: string;
  /** Whose device it came from, where that is proved. */
  readonly person: NamedPerson | null;
  readonly rejection: Rejection | null;
  /** A JSON document that anybody can check with `verifyProof`; null when the evidence proves nothing to others. */
  readonly proof: string | null;
  /** How often it was seen (junk is counted, not listed). */
  readonly count: number;
}

/** One line of a room, in the order of the log. */
export type TimelineItem =
  | { readonly kind: "message"; readonly message: TimelineMessage }
  | { readonly kind: "decision"; readonly decision: Decision }
  | { readonly kind: "alarm"; readonly alarm: TimelineAlarm }
  /** Something that cannot be shown, and why. */
  | { readonly kind: "unreadable"; readonly n: number; readonly reason: Unreadable };

/** Which part of a timeline to read. */
export interface TimelinePage {
  /** Only items before this place in the log; else the newest, with what is still pending at the end. */
  readonly before?: number;
  /** At most this many (100). */
  readonly limit?: number;
}
