import { opaque, u53, u8, type Of } from "@conclave/codec";
import { slotContent } from "./append.js";
import { atSlot, id32, inRoom, signature } from "./field.js";
import { frame } from "./frameCodec.js";
import { InboxId } from "./ids.js";

/** Opens or refreshes an invite's slot, by a proved member. The last three versions are kept. Answer: `done`. */
export type PutSlotRequest = Of<typeof putSlot>;
export const putSlot = frame("putSlot", 16, {
  ...inRoom,
  slot: slotContent,
});

/** Closes a slot for good, by a proved member: its token admits nobody any more. Answer: `done`. */
export type CloseSlotRequest = Of<typeof closeSlot>;
export const closeSlot = frame("closeSlot", 17, atSlot);

/** Reads one version of a slot; whoever knows the id may. Answer: `slot`. */
export type GetSlotRequest = Of<typeof getSlot>;
export const getSlot = frame("getSlot", 18, {
  ...atSlot,
  /** 0 for the newest version, 1 for the one before, … */
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

/** Lists join requests with a number above `after`, by a proved member. Answer: `requests`. */
export type ListRequestsRequest = Of<typeof listRequests>;
export const listRequests = frame("listRequests", 21, {
  ...inRoom,
  after: u53,
});

/** Removes a join request, by a proved member. Answer: `done`, also when it was gone already. */
export type DeleteRequestRequest = Of<typeof deleteRequest>;
export const deleteRequest = frame("deleteRequest", 22, {
  ...inRoom,
  request: u53,
});

/**
 * Removes a join request and leaves an answer in an inbox, both or neither, by a proved member: how a request is declined.
 * Answer: `done`, also when the request was gone already; then nothing is left anywhere. Since version 3.
 */
export type AnswerRequestRequest = Of<typeof answerRequest>;
export const answerRequest = frame("answerRequest", 23, {
  ...inRoom,
  request: u53,
  inboxId: InboxId,
  blob: opaque(),
});
