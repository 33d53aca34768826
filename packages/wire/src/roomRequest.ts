import { readId, SIGNATURE_BYTES, writeFixed, writeId } from "./field.js";
import type { FrameCodec } from "./frameCodec.js";

/** Creates a room at epoch 0 with an empty log. Idempotent for identical content. Answer: `created`. */
export interface CreateRoomRequest {
  readonly type: "createRoom";
  readonly id: number;
  readonly roomTag: Uint8Array;
  /** Proves membership in epoch 0 (Ed25519 public key). */
  readonly writeKey: Uint8Array;
  /** The charter's sealed record: index 0 of the roster log. */
  readonly attachment: Uint8Array;
  /** What the operator gave to people who may create rooms; empty where anybody may. At most 256 bytes. */
  readonly permit: Uint8Array;
}

/** Proves a write key on this connection, once for each epoch. Answer: `done`, or `proof_invalid` / `write_denied`. */
export interface ProveRequest {
  readonly type: "prove";
  readonly id: number;
  readonly roomTag: Uint8Array;
  readonly epoch: number;
  /** The write key's public half. */
  readonly writeKey: Uint8Array;
  /** Over `writeProofBytes(challenge, roomTag, epoch)`. */
  readonly signature: Uint8Array;
}

/** Reads a page of the log from `fromN` on. Answer: `page`. */
export interface ReadRequest {
  readonly type: "read";
  readonly id: number;
  readonly roomTag: Uint8Array;
  /** At least 1. */
  readonly fromN: number;
  /** At most so many records; the relay's own limits may make the page shorter. */
  readonly limit: number;
}

/** Reads a page of the roster log. Answer: `roster`. */
export interface ReadRosterRequest {
  readonly type: "readRoster";
  readonly id: number;
  readonly roomTag: Uint8Array;
  readonly fromIndex: number;
}

/**
 * Subscribes to a room and reads the first page from `fromN` on. Answer: `subscribed`; then every record after its
 * receipt's `n` is pushed. Records between the page and that `n` are read with `read`. Subscribing again is allowed.
 */
export interface SubscribeRequest {
  readonly type: "subscribe";
  readonly id: number;
  readonly roomTag: Uint8Array;
  /** At least 1. */
  readonly fromN: number;
}

/** Ends a subscription. Answer: `done`. */
export interface UnsubscribeRequest {
  readonly type: "unsubscribe";
  readonly id: number;
  readonly roomTag: Uint8Array;
}

export const createRoomCodec: FrameCodec<CreateRoomRequest> = {
  number: 2,
  write: (writer, frame) => {
    writer.u32(frame.id);
    writeId(writer, frame.roomTag);
    writeId(writer, frame.writeKey);
    writer.opaque(frame.attachment).opaque(frame.permit);
  },
  read: (reader) => ({
    type: "createRoom",
    id: reader.u32("request id"),
    roomTag: readId(reader, "room tag"),
    writeKey: readId(reader, "write key"),
    attachment: reader.opaque(undefined, "attachment"),
    permit: reader.opaque(256, "permit"),
  }),
};

export const proveCodec: FrameCodec<ProveRequest> = {
  number: 4,
  write: (writer, frame) => {
    writer.u32(frame.id);
    writeId(writer, frame.roomTag);
    writer.u53(frame.epoch);
    writeId(writer, frame.writeKey);
    writeFixed(writer, frame.signature, SIGNATURE_BYTES);
  },
  read: (reader) => ({
    type: "prove",
    id: reader.u32("request id"),
    roomTag: readId(reader, "room tag"),
    epoch: reader.u53("epoch"),
    writeKey: readId(reader, "write key"),
    signature: reader.fixed(SIGNATURE_BYTES, "signature"),
  }),
};

export const readRequestCodec: FrameCodec<ReadRequest> = {
  number: 5,
  write: (writer, frame) => {
    writer.u32(frame.id);
    writeId(writer, frame.roomTag);
    writer.u53(frame.fromN).u32(frame.limit);
  },
  read: (reader) => ({
    type: "read",
    id: reader.u32("request id"),
    roomTag: readId(reader, "room tag"),
    fromN: reader.u53("from n"),
    limit: reader.u32("limit"),
  }),
};

export const readRosterCodec: FrameCodec<ReadRosterRequest> = {
  number: 6,
  write: (writer, frame) => {
    writer.u32(frame.id);
    writeId(writer, frame.roomTag);
    writer.u53(frame.fromIndex);
  },
  read: (reader) => ({
    type: "readRoster",
    id: reader.u32("request id"),
    roomTag: readId(reader, "room tag"),
    fromIndex: reader.u53("from index"),
  }),
};

export const subscribeCodec: FrameCodec<SubscribeRequest> = {
  number: 7,
  write: (writer, frame) => {
    writer.u32(frame.id);
    writeId(writer, frame.roomTag);
    writer.u53(frame.fromN);
  },
  read: (reader) => ({
    type: "subscribe",
    id: reader.u32("request id"),
    roomTag: readId(reader, "room tag"),
    fromN: reader.u53("from n"),
  }),
};

export const unsubscribeCodec: FrameCodec<UnsubscribeRequest> = {
  number: 8,
  write: (writer, frame) => {
    writer.u32(frame.id);
    writeId(writer, frame.roomTag);
  },
  read: (reader) => ({ type: "unsubscribe", id: reader.u32("request id"), roomTag: readId(reader, "room tag") }),
};
