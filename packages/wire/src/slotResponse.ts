import { bool, list, opaque, optional, struct, u53, u8, type Of } from "@conclave/codec";
import { numbered } from "./field.js";
import { frame } from "./frameCodec.js";
import { RoomTag, SlotId } from "./ids.js";

/** One version of a slot. */
export type SlotResponse = Of<typeof slot>;
export const slot = frame("slot", 144, {
  ...numbered,
  blob: opaque(),
  /** Length of the log when this version was put: read the log from the record after it. */
  n: u53,
  /** The relay's clock in ms, informative. */
  time: u53,
  /** How many versions the relay keeps now: 1 to 6, those of members first. */
  versions: u8,
  /** Log position of the room's newest commit, 0 for none: which version knows it, only what is in it says. */
  lastCommit: u53,
});

/** The request is stored under this number. */
export type PostedResponse = Of<typeof posted>;
export const posted = frame("posted", 145, {
  ...numbered,
  request: u53,
});

/** A join request, or a plea, as it was left. */
export type JoinRequestItem = Of<typeof joinRequestItem>;
export const joinRequestItem = struct({
  request: u53,
  /** The slot that it came through; null for a plea, which needs none. */
  slotId: optional(SlotId),
  blob: opaque(),
  /** The relay's clock in ms, informative. */
  time: u53,
});

/** A page of join requests and pleas, oldest first. */
export type RequestsResponse = Of<typeof requests>;
export const requests = frame("requests", 146, {
  ...numbered,
  requests: list(joinRequestItem),
  /** Whether there are more after the last one. */
  more: bool,
});

/** A delivery that came with an accepted commit. */
export type InboxItem = Of<typeof inboxItem>;
export const inboxItem = struct({
  item: u53,
  roomTag: RoomTag,
  /** Log position of the commit that released it. */
  n: u53,
  blob: opaque(),
});

/** A page of an inbox, oldest first. */
export type InboxResponse = Of<typeof inbox>;
export const inbox = frame("inbox", 147, {
  ...numbered,
  items: list(inboxItem),
  more: bool,
});

/** An open slot, without what is in it. */
export type SlotListItem = Of<typeof slotListItem>;
export const slotListItem = struct({
  slotId: SlotId,
  /** Bytes of its versions. */
  bytes: u53,
  /** When it ends by itself, by the relay's clock in ms; 0 for a slot without an end. */
  end: u53,
});

/** A page of the room's open slots, in the order of their ids. */
export type SlotsResponse = Of<typeof slots>;
export const slots = frame("slots", 148, {
  ...numbered,
  slots: list(slotListItem),
  /** Whether there are more after the last one. */
  more: bool,
});
