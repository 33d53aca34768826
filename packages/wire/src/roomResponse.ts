import { list, mapped, opaque, optional, struct, u16, u32, u53, DecodeError, type Of } from "@conclave/codec";
import { RELAY_ERRORS, relayErrorOf, type RelayError } from "./errorCode.js";
import { id32, numbered } from "./field.js";
import { frame } from "./frameCodec.js";
import { signedCommitReceipt, signedHeadReceipt } from "./receipt.js";
import { logItem } from "./record.js";

/** The request was carried out, durably, and there is nothing to say about it. */
export type DoneResponse = Of<typeof done>;
export const done = frame("done", 129, numbered);

/** Where a room stands; with `stale_epoch` the sender learns how far to catch up. */
export type RoomPosition = Of<typeof roomPosition>;
export const roomPosition = struct({
  /** The newest epoch: one above that of the newest commit. */
  epoch: u53,
  /** Length of the log. */
  n: u53,
  /** Log position of the newest commit, 0 for none: what `append.lastCommit` is compared with. */
  lastCommit: u53,
});

const relayError = mapped(
  u16,
  (number, what): RelayError => {
    const error = relayErrorOf(number);
    if (error === null) throw new DecodeError("bad_value", what);
    return error;
  },
  (error) => RELAY_ERRORS[error],
);

/** The request was refused, and nothing changed. `id` 0 answers a message that could not be read. */
export type ErrorResponse = Of<typeof error>;
export const error = frame("error", 130, {
  ...numbered,
  error: relayError,
  /** Ms to wait before trying again; 0 when trying again is of no use or may be done at once. */
  retryAfter: u32,
  /** With `stale_epoch`, else null. */
  position: optional(roomPosition),
});

/** The room exists from now on (or did, with the same content). */
export type CreatedResponse = Of<typeof created>;
export const created = frame("created", 131, {
  ...numbered,
  receipt: signedHeadReceipt,
});

/** The record is in the log, durably. */
export type AppendedResponse = Of<typeof appended>;
export const appended = frame("appended", 132, {
  ...numbered,
  n: u53,
  /** The log head after record `n`. */
  head: id32,
  /** For a commit; null for a message. */
  receipt: optional(signedCommitReceipt),
});

/** A part of the log, without gaps. */
export type PageResponse = Of<typeof page>;
export const page = frame("page", 133, {
  ...numbered,
  items: list(logItem),
  /** Length of the log now. */
  n: u53,
  /** The relay's word on what is pruned, where something among the items is; else null. */
  receipt: optional(signedHeadReceipt),
});

/** A part of the roster log: the record that was asked for, and as many of those that it follows as fit; none where it is not there. */
export type RosterResponse = Of<typeof roster>;
export const roster = frame("roster", 134, {
  ...numbered,
  /** Sealed roster records, the newest first; each follows from the one before it (`recordBefore`). */
  records: list(opaque()),
});

/** What was brought is in the log, durably, as far as it was missing. */
export type BroughtResponse = Of<typeof brought>;
export const brought = frame("brought", 136, {
  ...numbered,
  /** Length of the log now. */
  n: u53,
});

/** The subscription is live: each record after `receipt.receipt.n` will be pushed. */
export type SubscribedResponse = Of<typeof subscribed>;
export const subscribed = frame("subscribed", 135, {
  ...numbered,
  receipt: signedHeadReceipt,
  position: roomPosition,
  /** The first page from the requested `fromN` on. */
  items: list(logItem),
});
