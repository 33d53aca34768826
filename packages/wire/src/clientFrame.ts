import { concatBytes } from "@conclave/codec";
import { appendCodec, type AppendRequest } from "./append.js";
import {
  beginBlobCodec,
  dropBlobCodec,
  readBlobCodec,
  writeBlobCodec,
  type BeginBlobRequest,
  type DropBlobRequest,
  type ReadBlobRequest,
  type WriteBlobRequest,
} from "./blob.js";
import { FrameSet, type DecodedFrames } from "./frameCodec.js";
import { helloCodec, type Hello } from "./handshake.js";
import {
  clearInboxCodec,
  fetchInboxCodec,
  proveInboxCodec,
  type ClearInboxRequest,
  type FetchInboxRequest,
  type ProveInboxRequest,
} from "./inboxRequest.js";
import type { Limits } from "./limits.js";
import {
  createRoomCodec,
  proveCodec,
  readRequestCodec,
  readRosterCodec,
  subscribeCodec,
  unsubscribeCodec,
  type CreateRoomRequest,
  type ProveRequest,
  type ReadRequest,
  type ReadRosterRequest,
  type SubscribeRequest,
  type UnsubscribeRequest,
} from "./roomRequest.js";
import {
  answerRequestCodec,
  closeSlotCodec,
  deleteRequestCodec,
  getSlotCodec,
  listRequestsCodec,
  postRequestCodec,
  proveSlotCodec,
  putSlotCodec,
  type AnswerRequestRequest,
  type CloseSlotRequest,
  type DeleteRequestRequest,
  type GetSlotRequest,
  type ListRequestsRequest,
  type PostRequestRequest,
  type ProveSlotRequest,
  type PutSlotRequest,
} from "./slotRequest.js";

/** Everything a client asks for. `id` is chosen by the client and not 0; the answer carries it. */
export type Request =
  | CreateRoomRequest
  | AppendRequest
  | ProveRequest
  | ReadRequest
  | ReadRosterRequest
  | SubscribeRequest
  | UnsubscribeRequest
  | BeginBlobRequest
  | WriteBlobRequest
  | ReadBlobRequest
  | DropBlobRequest
  | PutSlotRequest
  | CloseSlotRequest
  | GetSlotRequest
  | ProveSlotRequest
  | PostRequestRequest
  | ListRequestsRequest
  | DeleteRequestRequest
  | AnswerRequestRequest
  | ProveInboxRequest
  | FetchInboxRequest
  | ClearInboxRequest;

/** Everything a client sends. */
export type ClientFrame = Hello | Request;

/** What a kind of frame is on the wire, for each of them. */
export const clientFrames = new FrameSet<ClientFrame>({
  hello: helloCodec,
  createRoom: createRoomCodec,
  append: appendCodec,
  prove: proveCodec,
  read: readRequestCodec,
  readRoster: readRosterCodec,
  subscribe: subscribeCodec,
  unsubscribe: unsubscribeCodec,
  beginBlob: beginBlobCodec,
  writeBlob: writeBlobCodec,
  readBlob: readBlobCodec,
  dropBlob: dropBlobCodec,
  putSlot: putSlotCodec,
  closeSlot: closeSlotCodec,
  getSlot: getSlotCodec,
  proveSlot: proveSlotCodec,
  postRequest: postRequestCodec,
  listRequests: listRequestsCodec,
  deleteRequest: deleteRequestCodec,
  answerRequest: answerRequestCodec,
  proveInbox: proveInboxCodec,
  fetchInbox: fetchInboxCodec,
  clearInbox: clearInboxCodec,
});

/** One client frame with its length in front; several of them joined are a message. */
export function encodeClientFrame(frame: ClientFrame): Uint8Array {
  return clientFrames.encode(frame);
}

/** A client's WebSocket message from its frames. The relay carries them out in order. */
export function encodeClientMessage(list: readonly ClientFrame[]): Uint8Array {
  return concatBytes(...list.map(encodeClientFrame));
}

/** The frames of a client's WebSocket message: all or none. */
export function decodeClientMessage(
  bytes: Uint8Array,
  limits: Pick<Limits, "messageBytes" | "frames">,
): DecodedFrames<ClientFrame> {
  return clientFrames.decode(bytes, limits.messageBytes, limits.frames);
}
