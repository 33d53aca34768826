import { u53, type Of } from "@conclave/codec";
import { id32, numbered, signature } from "./field.js";
import { frame } from "./frameCodec.js";
import { InboxId } from "./ids.js";

/** Proves that an inbox is the client's own; from then on `inboxChanged` is pushed when something arrives. Answer: `done`. */
export type ProveInboxRequest = Of<typeof proveInbox>;
export const proveInbox = frame("proveInbox", 32, {
  ...numbered,
  /** Ed25519; the inbox's id is `inboxIdOf(inboxPub)`. */
  inboxPub: id32,
  /** Over `inboxProofBytes(challenge, inboxId)`. */
  signature,
});

/** Reads the inbox's items with a number above `after`; the inbox must be proved. Answer: `inbox`. */
export type FetchInboxRequest = Of<typeof fetchInbox>;
export const fetchInbox = frame("fetchInbox", 33, {
  ...numbered,
  inboxId: InboxId,
  after: u53,
});

/** Removes the inbox's items up to and including number `upTo`; the inbox must be proved. Answer: `done`. */
export type ClearInboxRequest = Of<typeof clearInbox>;
export const clearInbox = frame("clearInbox", 34, {
  ...numbered,
  inboxId: InboxId,
  upTo: u53,
});
