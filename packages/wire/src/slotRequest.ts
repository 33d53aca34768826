import { bool, opaque, optional, u32, u53, u8, type Of } from "@conclave/codec";
import { slotContent } from "./append.js";
import { atSlot, id32, inRoom, signature } from "./field.js";
import { frame } from "./frameCodec.js";
import { InboxId, SlotId } from "./ids.js";

/**
 * Opens, reopens or refreshes a slot, by a proved member; on probation only a slot that exists and is open. The last three versions
 * of members are kept, and the last three of those on probation. Answer: `done`.
 */
export type PutSlotRequest = Of<typeof putSlot>;
export const putSlot = frame("putSlot", 16, {
  ...inRoom,
  slot: slotContent,
  /** Seconds after which the slot ends by itself; 0 for as long as it is refreshed. */
  life: u32,
});

/** Closes a slot, by a proved member: its token admits nobody until a member puts it again. Answer: `done`. */
export type CloseSlotRequest = Of<typeof closeSlot>;
export const closeSlot = frame("closeSlot", 17, atSlot);

/** Reads one version of a slot; whoever knows the id may. Answer: `slot`. */
export type GetSlotRequest = Of<typeof getSlot>;
export const getSlot = frame("getSlot", 18, {
  ...atSlot,
  /** 0 for the newest version of a member, 1 for the one before, …; after those of members come those of others. */
  back: u8,
});

/** Proves a slot's token on this connection: room for one external commit, and for join requests. Answer: `done`. */
export type ProveSlotRequest = Of<typeof proveSlot>;
export const proveSlot = frame("proveSlot", 19, {
  ...atSlot,
  /** Over `slotProofBytes(challenge, roomTag, slotId)`, by the slot's `tokenPub`. */
  signature,
  /** The token's public half. */
  tokenPub: id32,
});

/** Leaves a join request for those who may admit; the slot's token must be proved. Answer: `posted`. */
export type PostRequestRequest = Of<typeof postRequest>;
export const postRequest = frame("postRequest", 20, {
  ...atSlot,
  blob: opaque(),
});

/** Lists join requests and pleas with a number above `after`, by a proved member. Answer: `requests`. */
export type ListRequestsRequest = Of<typeof listRequests>;
export const listRequests = frame("listRequests", 21, {
  ...inRoom,
  after: u53,
});

/**
 * Removes a join request or a plea, by a proved member. Answer: `done`, also when it was gone already; `rate_limited` for a plea that
 * stays for now, see {@link postPlea}.
 */
export type DeleteRequestRequest = Of<typeof deleteRequest>;
export const deleteRequest = frame("deleteRequest", 22, {
  ...inRoom,
  request: u53,
});

/**
 * Removes a join request and leaves an answer in an inbox, both or neither, by a proved member: how a request is declined,
 * and a plea answered. Answer: `done`, also when the request was gone already; then nothing is left anywhere. A plea that stays for
 * now is answered and still there, see {@link postPlea}.
 */
export type AnswerRequestRequest = Of<typeof answerRequest>;
export const answerRequest = frame("answerRequest", 23, {
  ...inRoom,
  request: u53,
  inboxId: InboxId,
  blob: opaque(),
});

/**
 * Asks the members for help, with nothing but a write key of the room that was proved on this connection, live or retired: how
 * somebody whose keys no longer fit reaches those whose keys do. Members find it among the requests. `stays`: for two
 * minutes it is there for all, answered or not (docs/protocol.md §6). Answer: `posted`.
 */
export type PostPleaRequest = Of<typeof postPlea>;
export const postPlea = frame("postPlea", 24, {
  ...inRoom,
  stays: bool,
  blob: opaque(),
});

/** Lists the open slots with an id above `after`, in the order of their ids; a live write key must be proved. Answer: `slots`. */
export type ListSlotsRequest = Of<typeof listSlots>;
export const listSlots = frame("listSlots", 25, {
  ...inRoom,
  after: optional(SlotId),
});
