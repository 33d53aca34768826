import { encode } from "@conclave/codec";
import type { Message, Unreadable } from "@conclave/protocol";
import { type LoggedProposal, readProposal, writeProposal } from "./proposalLog.js";
import { stored } from "./stored.js";
import { readMessage, writeMessage } from "./storedMessage.js";

/** A message that is a line. */
export interface HistoryMessage {
  readonly kind: "message";
  readonly n: number;
  readonly message: Message;
  readonly own: boolean;
}

/** One line of a room's history, by its place in the log. */
export type HistoryItem =
  | HistoryMessage
  /** A decision: its details are in the deed log under this number. */
  | { readonly kind: "decision"; readonly n: number; readonly seq: number }
  /** An alarm, after the record at `n`: its details are in the alarm log under this number. */
  | { readonly kind: "alarm"; readonly n: number; readonly order: number }
  /** Somebody asked the others to agree to something, and what became of it. */
  | { readonly kind: "proposal"; readonly n: number; readonly proposal: LoggedProposal }
  /** So many records in a row that cannot be shown, from `n` on, and why: one of a closed list. */
  | HistoryGap;

/** Records in a row that cannot be shown. */
export interface HistoryGap {
  readonly kind: "unreadable";
  readonly n: number;
  readonly reason: Unreadable;
  readonly count: number;
}

// Numbers are stored: never change one.
const REASONS: readonly Unreadable[] = ["before_join", "epoch_gone", "replayed", "pruned", "invalid"];

export function encodeHistoryItem(item: HistoryItem): Uint8Array {
  return encode(item, (w, i) => {
    w.u53(i.n);
    if (i.kind === "message") writeMessage(w.u8(1).bool(i.own), i.message);
    else if (i.kind === "decision") w.u8(2).u53(i.seq);
    else if (i.kind === "proposal") writeProposal(w.u8(5), i.proposal);
    else if (i.kind === "unreadable") w.u8(3).u8(REASONS.indexOf(i.reason)).u53(i.count);
    else w.u8(4).u53(i.order);
  });
}

/** @throws Error when the stored bytes are damaged. */
export function decodeHistoryItem(bytes: Uint8Array): HistoryItem {
  return stored(bytes, "history", (r): HistoryItem => {
    const n = r.u53();
    switch (r.u8()) {
      case 1:
        return { kind: "message", n, own: r.bool(), message: readMessage(r) };
      case 2:
        return { kind: "decision", n, seq: r.u53() };
      case 3:
        // Each was a line of its own, before they were counted.
        return { kind: "unreadable", n, reason: REASONS[r.u8()]!, count: r.remaining === 0 ? 1 : r.u53() };
      case 4:
        return { kind: "alarm", n, order: r.u53() };
      case 5:
        return { kind: "proposal", n, proposal: readProposal(r) };
      default:
        throw new Error("the stored history record is damaged");
    }
  });
}
