import { list, optional, u32, u53, type Of } from "@conclave/codec";
import { frame } from "./frameCodec.js";
import { InboxId, RoomTag } from "./ids.js";
import { signedHeadReceipt } from "./receipt.js";
import { logItem } from "./record.js";

/** New records of a subscribed room, in order and without gaps. */
export type RecordsPush = Of<typeof records>;
export const records = frame("records", 192, {
  roomTag: RoomTag,
  items: list(logItem),
  /** With a commit among the items: the relay's word on a head that includes it. Else null. */
  receipt: optional(signedHeadReceipt),
});

/** The client read too slowly, and this subscription has ended. Subscribe again from `fromN` when there is room. */
export type LaggedPush = Of<typeof lagged>;
export const lagged = frame("lagged", 193, {
  roomTag: RoomTag,
  /** The first record that was not pushed. */
  fromN: u53,
});

/** A join request arrived in a subscribed room; `listRequests` shows it to proved members. */
export type RequestsChangedPush = Of<typeof requestsChanged>;
export const requestsChanged = frame("requestsChanged", 194, {
  roomTag: RoomTag,
});

/** Something arrived in an inbox that this connection has proved. */
export type InboxChangedPush = Of<typeof inboxChanged>;
export const inboxChanged = frame("inboxChanged", 195, {
  inboxId: InboxId,
});

/** The relay is about to close this connection; come back after `retryAfter` ms. */
export type GoodbyePush = Of<typeof goodbye>;
export const goodbye = frame("goodbye", 196, {
  retryAfter: u32,
});
