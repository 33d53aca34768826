import { encode } from "@conclave/codec";
import type { Message, Unreadable } from "@conclave/protocol";
import { stored } from "./roomMeta.js";
import { readMessage, writeMessage } from "./storedMessage.js";

/** One line of a room's history, by its place in the log. */
export type HistoryItem =
  | { readonly kind: "message"; readonly n: number; readonly message: Message; readonly own: boolean }
  /** A membership decision: `Session.log` has the details under this number. */
  | { readonly kind: "decision"; readonly n: number; readonly seq: number }
  /** Something that cannot be shown, and why: one of a closed list. */
  | { readonly kind: "unreadable"; readonly n: number; readonly reason: Unreadable };

const REASONS: readonly Unreadable[] = ["before_join", "epoch_gone", "replayed", "pruned", "invalid"];

export function encodeHistoryItem(item: HistoryItem): Uint8Array {
  return encode(item, (w, i) => {
    w.u53(i.n);
    if (i.kind === "message") writeMessage(w.u8(1).bool(i.own), i.message);
    else if (i.kind === "decision") w.u8(2).u53(i.seq);
    else w.u8(3).u8(REASONS.indexOf(i.reason));
  });
}

/** @throws Error when the stored bytes are damaged. */
export function decodeHistoryItem(bytes: Uint8Array): HistoryItem {
  return stored(bytes, "history", (r): HistoryItem => {
    const n = r.u53();
    const kind = r.u8();
    if (kind === 1) return { kind: "message", n, own: r.bool(), message: readMessage(r) };
    if (kind === 2) return { kind: "decision", n, seq: r.u53() };
    return { kind: "unreadable", n, reason: REASONS[r.u8()]! };
  });
}
