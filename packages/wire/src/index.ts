/**
 * What client and relay say to each other over one WebSocket, and what the relay's log and receipts are made of
 * (docs/protocol.md §6). Pure: bytes in, values out.
 *
 * A connection: the client sends `hello`, the relay answers `welcome` with a challenge; then requests and their answers,
 * matched by id, and pushes. One binary WebSocket message holds a list of frames.
 */
export { BlobId, ID_BYTES, InboxId, RoomTag, SlotId } from "./ids.js";
export { APPEND_ID_BYTES, SIGNATURE_BYTES, type RecordKind } from "./field.js";
export { DEFAULT_LIMITS, type Limits } from "./limits.js";
export { CLOSE_CODES, RELAY_ERRORS, relayErrorOf, type RelayError } from "./errorCode.js";
export {
  decodeLogItem,
  digestHash,
  encodeLogItem,
  firstLogHead,
  itemHash,
  nextLogHead,
  recordDigest,
  recordHash,
  type LogItem,
  type LogRecord,
  type PrunedRecord,
  type RecordContent,
  type RecordDigest,
  recordBefore,
  type Sha256,
} from "./record.js";
export {
  commitReceiptBytes,
  decodeCommitReceipt,
  decodeHeadReceipt,
  encodeCommitReceipt,
  encodeHeadReceipt,
  headReceiptBytes,
  type CommitReceipt,
  type HeadReceipt,
  type Signed,
} from "./receipt.js";
export { inboxIdOf, inboxProofBytes, slotIdOfToken, slotProofBytes, writeProofBytes } from "./proof.js";
export { chooseVersion, VERSIONS, type Hello, type RelayWelcome } from "./handshake.js";
export type { AppendGround, AppendRequest, Delivery, SlotContent } from "./append.js";
export { MOST_BROUGHT_HASHES } from "./roomRequest.js";
export {
  copyEnd,
  copyHeadAt,
  copyHeads,
  copyProofBytes,
  copyTag,
  decodeCopyPart,
  encodeCopyPart,
  MOST_COPY_HASHES,
  rivalTag,
  type BringCopyRequest,
  type CopyPart,
  type CopySource,
} from "./mirror.js";
export type {
  AdoptRoomRequest,
  BringRequest,
  BringRosterRequest,
  CreateRoomRequest,
  OfferRoomRequest,
  ProveRequest,
  ReadRequest,
  ReadRosterRequest,
  SubscribeRequest,
  UnsubscribeRequest,
} from "./roomRequest.js";
export {
  BLOB_CHUNK_BYTES,
  blobChunkLength,
  blobChunks,
  blobIdOf,
  type BeginBlobRequest,
  type BlobResponse,
  type BlobStateResponse,
  type DropBlobRequest,
  type ReadBlobRequest,
  type WriteBlobRequest,
} from "./blob.js";
export type {
  AnswerRequestRequest,
  CloseSlotRequest,
  DeleteRequestRequest,
  GetSlotRequest,
  ListRequestsRequest,
  ListSlotsRequest,
  PostPleaRequest,
  PostRequestRequest,
  ProveSlotRequest,
  PutSlotRequest,
} from "./slotRequest.js";
export type { ClearInboxRequest, FetchInboxRequest, ProveInboxRequest } from "./inboxRequest.js";
export type {
  AppendedResponse,
  BroughtResponse,
  CreatedResponse,
  DoneResponse,
  ErrorResponse,
  PageResponse,
  RoomPosition,
  RosterResponse,
  SubscribedResponse,
} from "./roomResponse.js";
export type {
  InboxItem,
  InboxResponse,
  JoinRequestItem,
  PostedResponse,
  RequestsResponse,
  SlotListItem,
  SlotResponse,
  SlotsResponse,
} from "./slotResponse.js";
export type { GoodbyePush, InboxChangedPush, LaggedPush, RecordsPush, RequestsChangedPush } from "./push.js";
export {
  decodeClientMessage,
  encodeClientFrame,
  encodeClientMessage,
  type ClientFrame,
  type Request,
  withRequestId,
} from "./clientFrame.js";
export {
  decodeRelayMessage,
  encodeRelayFrame,
  encodeRelayMessage,
  MAX_RELAY_FRAMES,
  type Push,
  type RelayFrame,
  type Response,
} from "./relayFrame.js";
