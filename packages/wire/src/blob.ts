import { concatBytes, DecodeError, utf8Bytes, type Reader } from "@conclave/codec";
import { ID_BYTES, readId, writeFixed, writeId } from "./field.js";
import type { FrameCodec } from "./frameCodec.js";
import type { Sha256 } from "./record.js";

/** Bytes of every chunk of a blob but the last, which has what is left. */
export const BLOB_CHUNK_BYTES = 65_536;

/** How many chunks a blob of so many bytes has. */
export function blobChunks(size: number): number {
  return Math.ceil(size / BLOB_CHUNK_BYTES);
}

/** How long the chunk at `index` (from 0) of a blob of `size` bytes is; 0 when it has none there. */
export function blobChunkLength(size: number, index: number): number {
  return Math.max(0, Math.min(BLOB_CHUNK_BYTES, size - index * BLOB_CHUNK_BYTES));
}

/**
 * The name of a blob: a hash of 32 random bytes that its uploader keeps, so that nobody else can delete it. The name is no
 * hash of the content: what the content has to be is in the message that names the blob.
 */
export function blobIdOf(sha256: Sha256, secret: Uint8Array): Uint8Array {
  return sha256(concatBytes(utf8Bytes("conclave/blob/v1"), secret));
}

/**
 * Begins a blob, or asks how far one is: repeating it changes nothing. Takes a write proof, as all that is done to blobs.
 * Answer: `blobState`; `quota_exceeded` when the room has no space for the whole of it, `blob_conflict` for another size.
 */
export interface BeginBlobRequest {
  readonly type: "beginBlob";
  readonly id: number;
  readonly roomTag: Uint8Array;
  readonly blobId: Uint8Array;
  /** Bytes of the whole blob, at least 1. */
  readonly size: number;
}

/**
 * Writes one chunk. Chunks come in order; one that is there already may be sent again. Answer: `blobState`, once it is
 * durable; `blob_conflict` for other content, another length, or a chunk that is not the next.
 */
export interface WriteBlobRequest {
  readonly type: "writeBlob";
  readonly id: number;
  readonly roomTag: Uint8Array;
  readonly blobId: Uint8Array;
  /** From 0. */
  readonly index: number;
  /** {@link blobChunkLength} bytes. */
  readonly chunk: Uint8Array;
}

/** Reads one chunk of a blob that is complete. Answer: `blob`; `blob_unknown` when there is none. */
export interface ReadBlobRequest {
  readonly type: "readBlob";
  readonly id: number;
  readonly roomTag: Uint8Array;
  readonly blobId: Uint8Array;
  readonly index: number;
}

/** Deletes a blob, complete or not, and frees its space. Answer: `done`, also when there is none. */
export interface DropBlobRequest {
  readonly type: "dropBlob";
  readonly id: number;
  readonly roomTag: Uint8Array;
  /** What {@link blobIdOf} makes the blob's name from. */
  readonly secret: Uint8Array;
}

/** How far a blob is. */
export interface BlobStateResponse {
  readonly type: "blobState";
  readonly id: number;
  /** How many chunks the relay has, durably; the blob is complete when these are all. */
  readonly chunks: number;
}

/** A chunk. Nothing says that it is the one that was written but its hash. */
export interface BlobResponse {
  readonly type: "blob";
  readonly id: number;
  readonly chunk: Uint8Array;
}

export const beginBlobCodec: FrameCodec<BeginBlobRequest> = {
  number: 11,
  write: (writer, frame) => {
    writer.u32(frame.id);
    writeId(writer, frame.roomTag);
    writeId(writer, frame.blobId);
    writer.u53(frame.size);
  },
  read: (reader) => ({ type: "beginBlob", ...readTarget(reader), size: readSize(reader) }),
};

export const writeBlobCodec: FrameCodec<WriteBlobRequest> = {
  number: 12,
  write: (writer, frame) => {
    writer.u32(frame.id);
    writeId(writer, frame.roomTag);
    writeId(writer, frame.blobId);
    writer.u32(frame.index).opaque(frame.chunk);
  },
  read: (reader) => ({
    type: "writeBlob",
    ...readTarget(reader),
    index: reader.u32("index"),
    chunk: readChunk(reader),
  }),
};

export const readBlobCodec: FrameCodec<ReadBlobRequest> = {
  number: 13,
  write: (writer, frame) => {
    writer.u32(frame.id);
    writeId(writer, frame.roomTag);
    writeId(writer, frame.blobId);
    writer.u32(frame.index);
  },
  read: (reader) => ({ type: "readBlob", ...readTarget(reader), index: reader.u32("index") }),
};

export const dropBlobCodec: FrameCodec<DropBlobRequest> = {
  number: 14,
  write: (writer, frame) => {
    writer.u32(frame.id);
    writeId(writer, frame.roomTag);
    writeFixed(writer, frame.secret, ID_BYTES);
  },
  read: (reader) => ({
    type: "dropBlob",
    id: reader.u32("request id"),
    roomTag: readId(reader, "room tag"),
    secret: reader.fixed(ID_BYTES, "secret"),
  }),
};

export const blobStateCodec: FrameCodec<BlobStateResponse> = {
  number: 138,
  write: (writer, frame) => writer.u32(frame.id).u32(frame.chunks),
  read: (reader) => ({ type: "blobState", id: reader.u32("request id"), chunks: reader.u32("chunks") }),
};

export const blobCodec: FrameCodec<BlobResponse> = {
  number: 139,
  write: (writer, frame) => writer.u32(frame.id).opaque(frame.chunk),
  read: (reader) => ({ type: "blob", id: reader.u32("request id"), chunk: readChunk(reader) }),
};

function readTarget(reader: Reader): { id: number; roomTag: Uint8Array; blobId: Uint8Array } {
  const id = reader.u32("request id");
  const roomTag = readId(reader, "room tag");
  return { id, roomTag, blobId: readId(reader, "blob id") };
}

function readSize(reader: Reader): number {
  const size = reader.u53("blob size");
  if (size === 0) throw new DecodeError("bad_value", "blob size");
  return size;
}

// RULE: wire.chunk-bounded: a chunk longer than any is refused before it is copied, whichever side sends it (attack A83).
function readChunk(reader: Reader): Uint8Array {
  return reader.opaque(BLOB_CHUNK_BYTES, "chunk");
}
