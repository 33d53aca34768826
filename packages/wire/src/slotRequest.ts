import { readSlotContent, writeSlotContent, type SlotContent } from "./append.js";
import { readId, SIGNATURE_BYTES, writeFixed, writeId } from "./field.js";
import type { FrameCodec } from "./frameCodec.js";

/** Opens or refreshes an invite's slot, by a proved member. The last three versions are kept. Answer: `done`. */
export interface PutSlotRequest {
  readonly type: "putSlot";
  readonly id: number;
  readonly roomTag: Uint8Array;
  readonly slot: SlotContent;
}

/** Closes a slot for good, by a proved member: its token admits nobody any more. Answer: `done`. */
export interface CloseSlotRequest {
  readonly type: "closeSlot";
  readonly id: number;
  readonly roomTag: Uint8Array;
  readonly slotId: Uint8Array;
}

/** Reads one version of a slot; whoever knows the id may. Answer: `slot`. */
export interface GetSlotRequest {
  readonly type: "getSlot";
  readonly id: number;
  readonly roomTag: Uint8Array;
  readonly slotId: Uint8Array;
  /** 0 for the newest version, 1 for the one before, … */
  readonly back: number;
}

/** Proves a slot's token on this connection: room for one external commit, and for join requests. Answer: `done`. */
export interface ProveSlotRequest {
  readonly type: "proveSlot";
  readonly id: number;
  readonly roomTag: Uint8Array;
  readonly slotId: Uint8Array;
  /** Over `slotProofBytes(challenge, roomTag, slotId)`, by the slot's `tokenPub`. */
  readonly signature: Uint8Array;
  /** The token's public half. */
  readonly tokenPub: Uint8Array;
}

/** Leaves a join request for those who may admit; the slot's token must be proved. Answer: `posted`. */
export interface PostRequestRequest {
  readonly type: "postRequest";
  readonly id: number;
  readonly roomTag: Uint8Array;
  readonly slotId: Uint8Array;
  readonly blob: Uint8Array;
}

/** Lists join requests with a number above `after`, by a proved member. Answer: `requests`. */
export interface ListRequestsRequest {
  readonly type: "listRequests";
  readonly id: number;
  readonly roomTag: Uint8Array;
  readonly after: number;
}

/** Removes a join request, by a proved member. Answer: `done`, also when it was gone already. */
export interface DeleteRequestRequest {
  readonly type: "deleteRequest";
  readonly id: number;
  readonly roomTag: Uint8Array;
  readonly request: number;
}

/**
 * Removes a join request and leaves an answer in an inbox, both or neither, by a proved member: how a request is declined.
 * Answer: `done`, also when the request was gone already; then nothing is left anywhere. Since version 3.
 */
export interface AnswerRequestRequest {
  readonly type: "answerRequest";
  readonly id: number;
  readonly roomTag: Uint8Array;
  readonly request: number;
  readonly inboxId: Uint8Array;
  readonly blob: Uint8Array;
}

export const putSlotCodec: FrameCodec<PutSlotRequest> = {
  number: 16,
  write: (writer, frame) => {
    writer.u32(frame.id);
    writeId(writer, frame.roomTag);
    writeSlotContent(writer, frame.slot);
  },
  read: (reader) => ({
    type: "putSlot",
    id: reader.u32("request id"),
    roomTag: readId(reader, "room tag"),
    slot: readSlotContent(reader),
  }),
};

export const closeSlotCodec: FrameCodec<CloseSlotRequest> = {
  number: 17,
  write: (writer, frame) => {
    writer.u32(frame.id);
    writeId(writer, frame.roomTag);
    writeId(writer, frame.slotId);
  },
  read: (reader) => ({
    type: "closeSlot",
    id: reader.u32("request id"),
    roomTag: readId(reader, "room tag"),
    slotId: readId(reader, "slot id"),
  }),
};

export const getSlotCodec: FrameCodec<GetSlotRequest> = {
  number: 18,
  write: (writer, frame) => {
    writer.u32(frame.id);
    writeId(writer, frame.roomTag);
    writeId(writer, frame.slotId);
    writer.u8(frame.back);
  },
  read: (reader) => ({
    type: "getSlot",
    id: reader.u32("request id"),
    roomTag: readId(reader, "room tag"),
    slotId: readId(reader, "slot id"),
    back: reader.u8("back"),
  }),
};

export const proveSlotCodec: FrameCodec<ProveSlotRequest> = {
  number: 19,
  write: (writer, frame) => {
    writer.u32(frame.id);
    writeId(writer, frame.roomTag);
    writeId(writer, frame.slotId);
    writeFixed(writer, frame.signature, SIGNATURE_BYTES);
    writeId(writer, frame.tokenPub);
  },
  read: (reader) => ({
    type: "proveSlot",
    id: reader.u32("request id"),
    roomTag: readId(reader, "room tag"),
    slotId: readId(reader, "slot id"),
    signature: reader.fixed(SIGNATURE_BYTES, "signature"),
    tokenPub: readId(reader, "token key"),
  }),
};

export const postRequestCodec: FrameCodec<PostRequestRequest> = {
  number: 20,
  write: (writer, frame) => {
    writer.u32(frame.id);
    writeId(writer, frame.roomTag);
    writeId(writer, frame.slotId);
    writer.opaque(frame.blob);
  },
  read: (reader) => ({
    type: "postRequest",
    id: reader.u32("request id"),
    roomTag: readId(reader, "room tag"),
    slotId: readId(reader, "slot id"),
    blob: reader.opaque(undefined, "request blob"),
  }),
};

export const listRequestsCodec: FrameCodec<ListRequestsRequest> = {
  number: 21,
  write: (writer, frame) => {
    writer.u32(frame.id);
    writeId(writer, frame.roomTag);
    writer.u53(frame.after);
  },
  read: (reader) => ({
    type: "listRequests",
    id: reader.u32("request id"),
    roomTag: readId(reader, "room tag"),
    after: reader.u53("after"),
  }),
};

export const deleteRequestCodec: FrameCodec<DeleteRequestRequest> = {
  number: 22,
  write: (writer, frame) => {
    writer.u32(frame.id);
    writeId(writer, frame.roomTag);
    writer.u53(frame.request);
  },
  read: (reader) => ({
    type: "deleteRequest",
    id: reader.u32("request id"),
    roomTag: readId(reader, "room tag"),
    request: reader.u53("request"),
  }),
};

export const answerRequestCodec: FrameCodec<AnswerRequestRequest> = {
  number: 23,
  write: (writer, frame) => {
    writer.u32(frame.id);
    writeId(writer, frame.roomTag);
    writer.u53(frame.request);
    writeId(writer, frame.inboxId);
    writer.opaque(frame.blob);
  },
  read: (reader) => ({
    type: "answerRequest",
    id: reader.u32("request id"),
    roomTag: readId(reader, "room tag"),
    request: reader.u53("request"),
    inboxId: readId(reader, "inbox id"),
    blob: reader.opaque(undefined, "answer"),
  }),
};
