import { bool, choice, encode, mapped, stored, struct, u53, variant } from "@conclave/codec";
import type { Message, Unreadable } from "@conclave/protocol";
import { type LoggedProposal, proposalLayout } from "./proposalLog.js";
import { messageLayout } from "./storedMessage.js";

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
  /** A decision: its details are in the decision log under this number. */
  | { readonly kind: "decision"; readonly n: number; readonly seq: number }
  /** An alarm, after the record at `n`: its details are in the alarm log under this number. */
  | { readonly kind: "alarm"; readonly n: number; readonly order: number }
  /** Somebody asked the others to agree to something, and what became of it. */
  | { readonly kind: "proposal"; readonly n: number; readonly proposal: LoggedProposal }
  /** How many records in a row, from `n` on, cannot be shown, and why: one of a closed list. */
  | HistoryGap;

/** Records in a row that cannot be shown. */
export interface HistoryGap {
  readonly kind: "unreadable";
  readonly n: number;
  readonly reason: Unreadable;
  readonly count: number;
}

type Line<Item> = Item extends HistoryItem ? Omit<Item, "n"> : never;

// Numbers are stored: never change one.
const line = variant<Line<HistoryItem>, "kind">("kind", {
  message: [1, { own: bool, message: messageLayout }],
  decision: [2, { seq: u53 }],
  unreadable: [
    3,
    {
      reason: choice<Unreadable>({ before_join: 0, epoch_gone: 1, replayed: 2, pruned: 3, invalid: 4, newer: 5 }),
      count: u53,
    },
  ],
  alarm: [4, { order: u53 }],
  proposal: [5, { proposal: proposalLayout }],
});
const layout = mapped(
  struct({ n: u53, line }),
  (item): HistoryItem => ({ n: item.n, ...item.line }),
  (item) => ({ n: item.n, line: item }),
);

export function encodeHistoryItem(item: HistoryItem): Uint8Array {
  return encode(item, layout.write);
}

/** @throws TypeError when the stored bytes are damaged. */
export function decodeHistoryItem(bytes: Uint8Array): HistoryItem {
  return stored("history", bytes, layout);
}
