import type { Action, MessageId } from "@conclave/protocol";
import type { Rival } from "./problem.js";
import type { Decision } from "./decision.js";
import type { Standing } from "./status.js";
import type { TimelineAlarm, TimelineItem, TimelineMessage } from "./timeline.js";

/** A message that was deleted from this device alone, and where it was in the log. */
export interface ForgottenMessage {
  readonly id: MessageId;
  readonly n: number;
}

/** Something happened in a room. Every event comes after the change that it tells about was stored. */
export type SessionEvent =
  /** A new line of the timeline; a message also when it turns from `pending` to `sent`. */
  | { readonly type: "item"; readonly item: TimelineItem }
  /** A message that is a line already was edited, deleted, or reacted to: show it as it is now. */
  | { readonly type: "amended"; readonly message: TimelineMessage }
  /** These messages were deleted from this device alone: take their lines away. */
  | { readonly type: "forgotten"; readonly messages: readonly ForgottenMessage[] }
  /** Members, status, requests, proposals or invitations have changed: read them again. */
  | { readonly type: "changed" }
  | { readonly type: "standing"; readonly standing: Standing }
  /** An alarm that pauses sending, or any other. Also in the timeline. */
  | { readonly type: "alarm"; readonly alarm: TimelineAlarm }
  /** This device's change lost its third race, or more: somebody keeps coming first (attack A23). */
  | { readonly type: "starved"; readonly action: Action | null; readonly losses: number; readonly by: readonly Rival[] }
  /** This device was removed, or its farewell was carried out. */
  | { readonly type: "gone"; readonly decision: Decision };
