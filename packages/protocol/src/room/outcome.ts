import type { AppendRequest, CreateRoomRequest } from "@conclave/wire";
import type { ActionHash, MessageId, MessageNonce, PersonId } from "../encoding/ids.js";
import type { Alarm } from "../evidence/alarm.js";
import type { Message } from "../message/message.js";
import type { SignedView } from "../message/signedView.js";
import type { Delta } from "../encoding/provider.js";
import type { Action } from "../roster/action.js";
import type { Rejection } from "../policy/rejection.js";
import type { DecisionRecord } from "./decisionRecord.js";
import type { Displaced } from "./displacement.js";

/** What the relay needs in order to open a room; the client adds request id and permit. */
export type RoomCreation = Pick<CreateRoomRequest, "roomTag" | "writeKey" | "attachment">;

/** What the relay needs in order to append; the client adds the request id. Send the same one again until answered. */
export type Append = Omit<AppendRequest, "type" | "id">;

/** An own commit on its way. Store `delta`, then send `append`; it takes effect when `receive` meets it in the log. */
export interface PendingCommit {
  readonly append: Append;
  readonly delta: Delta;
}

/** An own message on its way. Store `delta`, then send `append`. */
export interface OutgoingMessage {
  readonly message: Message;
  /** With it the same message is encrypted again. */
  readonly nonce: MessageNonce;
  readonly append: Append;
  readonly delta: Delta;
}

/** What happened, for screens and for the client's own work. Shown only after the delta is stored. */
export type RoomEvent =
  /** The roster changed. */
  | { readonly type: "entry"; readonly decision: DecisionRecord; readonly own: boolean }
  /** The own join is in the log: we are in. */
  | { readonly type: "joined" }
  /** New keys, same roster. */
  | { readonly type: "rekeyed"; readonly by: PersonId }
  /** A message, or something else inside a message that has no event of its own. */
  | { readonly type: "message"; readonly message: Message }
  /** Somebody's message of the present epoch was read: they had our roster. It comes before what the message says. */
  | { readonly type: "sign"; readonly sign: SignedView }
  /** An own message is in the log. */
  | { readonly type: "sent"; readonly id: MessageId; readonly n: number }
  /** Somebody asks for agreement, agrees, says no, or takes back what they asked for. See `Room.proposals`. */
  | {
      readonly type: "proposal";
      readonly actionHash: ActionHash;
      readonly action: Action;
      readonly message: Message;
      /** What gives way to it: who asked for that does not any more. */
      readonly displaced: readonly Displaced[];
    }
  | { readonly type: "approval"; readonly actionHash: ActionHash; readonly by: PersonId }
  | { readonly type: "decline"; readonly actionHash: ActionHash; readonly by: PersonId }
  | { readonly type: "withdrawal"; readonly actionHash: ActionHash; readonly by: PersonId }
  /** Somebody says farewell: carry it out with `act({ type: "leave", person })`. */
  | { readonly type: "farewell"; readonly person: PersonId }
  /** Somebody has taken their farewell back. */
  | { readonly type: "stayed"; readonly person: PersonId }
  /** A member has spoken in an epoch that we joined: the join is confirmed. */
  | { readonly type: "confirmed" }
  /** The own pending commit lost a race and is gone: build it again if it is still wanted. */
  | { readonly type: "lostRace"; readonly action: Action | null; readonly losses: number }
  /** We are not in the room any more. */
  | { readonly type: "removed"; readonly decision: DecisionRecord };

/** Why a message cannot be shown. A closed set. */
export type Unreadable =
  /** From before we joined. */
  | "before_join"
  /** From an epoch whose keys are gone. */
  | "epoch_gone"
  /** Its key was used already: a copy of another message. */
  | "replayed"
  /** The relay's retention removed it before we read it. */
  | "pruned"
  /** A newer app wrote it, in a form that this one does not know. */
  | "newer"
  /** It does not hold; see the alarm, if any. */
  | "invalid";

/**
 * What `Room.receive` answers for one record of the log. In every case but `withheld`, `upgraded` and `deferred` the record
 * is used up: store `delta` in one transaction, then act on the rest.
 */
export type Received =
  | {
      readonly kind: "accepted";
      readonly delta: Delta;
      readonly events: readonly RoomEvent[];
      readonly alarm: Alarm | null;
    }
  /** Refused: group and roster stay as they were. */
  | {
      readonly kind: "rejected";
      readonly delta: Delta;
      readonly rejection: Rejection;
      readonly alarm: Alarm;
      readonly events: readonly RoomEvent[];
    }
  /** Nothing to do, nothing to show (or, with `unreadable`, only a line that says why). */
  | {
      readonly kind: "ignored";
      readonly delta: Delta;
      readonly unreadable: Unreadable | null;
      readonly alarm: Alarm | null;
      readonly events: readonly RoomEvent[];
    }
  /** Not used up: the relay keeps back what it has to give. Store `delta`, send nothing, and ask for the record again. */
  | {
      readonly kind: "withheld";
      readonly delta: Delta;
      readonly alarm: Alarm | null;
      readonly events: readonly RoomEvent[];
    }
  /**
   * Not used up: a member has moved the room to a version that this app does not know (`Room.upgraded`). Store `delta`. Nothing more
   * of the log can be taken in, and nothing sent, until the app is updated.
   */
  | { readonly kind: "upgraded"; readonly delta: Delta; readonly alarm: null; readonly events: readonly RoomEvent[] }
  /** Not used up: fetch from `Room.cursor.n + 1` on (`gap`), or drop it (`seen`, `closed`). */
  | { readonly kind: "deferred"; readonly reason: "gap" | "seen" | "closed" };
