import type { Result } from "@conclave/codec";
import type {
  Action,
  ActionHash,
  Alarm,
  Append,
  CommitRequest,
  Delta,
  MessageId,
  MessageNonce,
  OutgoingMessage,
  Received,
  Rejection,
  Room,
  RoomEvent,
} from "@conclave/protocol";
import type { LogItem } from "@conclave/wire";

/** The clock of everybody: no verdict depends on it. */
export const NOW = 1_700_000_000_000;

/**
 * What a device does with its room. `label` names it among all that could be done, and seeds its
 * randomness.
 */
export type Operation =
  | { readonly type: "receive"; readonly label: string; readonly item: LogItem; readonly availableFrom: number }
  | { readonly type: "act"; readonly label: string; readonly what: CommitRequest }
  | { readonly type: "say"; readonly label: string; readonly kind: "farewell" | "stay" | "text" }
  | { readonly type: "propose"; readonly label: string; readonly action: Action }
  | { readonly type: "approve" | "decline" | "withdraw"; readonly label: string; readonly hash: ActionHash }
  | { readonly type: "resend"; readonly label: string; readonly message: SaidMessage }
  | { readonly type: "renew" | "giveUp" | "resume"; readonly label: string };

/** What a device has said, as it is encrypted again where the relay refused it. */
export interface SaidMessage {
  readonly nonce: MessageNonce;
  readonly kind: string;
  readonly ref: MessageId | null;
  readonly body: Uint8Array;
  readonly time: number;
}

/** What came of an operation. */
export interface OperationResult {
  /** What is to be stored; null when nothing was done. */
  readonly delta: Delta | null;
  /** Why nothing was done; null when it was. */
  readonly refused: string | null;
  /** What is to be sent now. */
  readonly append: Append | null;
  readonly message: SaidMessage | null;
  readonly received: Received["kind"] | null;
  readonly events: readonly RoomEvent[];
  readonly alarm: Alarm | null;
}

const NOTHING: OperationResult = {
  ...{ delta: null, refused: null, append: null, message: null, received: null, events: [], alarm: null },
};

/** Lets a room do it. */
export function perform(room: Room, operation: Operation): OperationResult {
  switch (operation.type) {
    case "receive": {
      const received = room.receive(operation.item, operation.availableFrom);
      if (received.kind === "deferred") return { ...NOTHING, received: received.kind, refused: received.reason };
      const { kind, delta, events, alarm } = received;
      return { ...NOTHING, received: kind, delta, events, alarm };
    }
    case "act": {
      const made = room.act(operation.what, { now: NOW });
      return made.ok ? { ...NOTHING, ...made.value } : { ...NOTHING, refused: made.error.code };
    }
    case "say": {
      const text = { kind: "text", ref: null, body: new TextEncoder().encode("hello") };
      const { kind } = operation;
      const said = kind === "farewell" ? room.farewell(NOW) : kind === "stay" ? room.stay(NOW) : room.say(text, NOW);
      return toldOf(said);
    }
    case "propose": {
      const said = toldOf(room.proposals.propose(operation.action, NOW));
      if (said.delta === null) return said;
      const { put, delete: gone } = room.proposals.note(operation.action).delta;
      return { ...said, delta: { put: [...put, ...said.delta.put], delete: [...gone, ...said.delta.delete] } };
    }
    case "approve":
    case "decline":
    case "withdraw":
      return toldOf(room.proposals[operation.type](operation.hash, NOW));
    case "resend":
      return toldOf(room.resend(operation.message));
    case "renew": {
      const made = room.renewPending();
      return made === null ? NOTHING : { ...NOTHING, ...made };
    }
    case "giveUp":
      return { ...NOTHING, delta: room.discardPending() };
    case "resume":
      return { ...NOTHING, delta: room.resume() };
  }
}

function toldOf(said: Result<OutgoingMessage, Rejection>): OperationResult {
  if (!said.ok) return { ...NOTHING, refused: said.error.code };
  const { nonce, message, append, delta } = said.value;
  return { ...NOTHING, append, delta, message: { ...message, nonce } };
}
