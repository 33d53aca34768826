import type { Person } from "./person.js";

/** A message. `sent` is in the room's log, `pending` is stored here and will be sent, `failed` says why in `note`. */
export interface Message {
  readonly id: string;
  readonly time: number;
  readonly author: Person;
  readonly text: string;
  readonly state: "sent" | "pending" | "failed";
  /** Something to say about it (late, edited, why it cannot be read), or null. */
  readonly note: string | null;
}

/** One membership decision of the room's roster, checked on this machine. */
export interface Decision {
  readonly seq: number;
  readonly time: number;
  readonly action: string;
  readonly author: Person;
  readonly subject: Person | null;
  /** `Alice admitted Bob`. */
  readonly summary: string;
  /** By what right: `as the owner`, `with the link "Newsletter", made by Alice`. */
  readonly right: string;
}

/** A violation that this machine detected. */
export interface Alarm {
  readonly code: string;
  readonly time: number;
  /** What was seen. */
  readonly sentence: string;
  /** What it means and what to do. */
  readonly advice: string;
  /** Where the proof is, or null when there is nothing that proves it to others. */
  readonly proof: string | null;
}

/** What a room shows, oldest first. */
export type TimelineItem =
  | { readonly kind: "message"; readonly message: Message }
  | { readonly kind: "decision"; readonly decision: Decision }
  | { readonly kind: "alarm"; readonly alarm: Alarm };
