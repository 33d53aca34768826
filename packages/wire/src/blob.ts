import { checked, concatBytes, opaque, u32, u53, utf8Bytes, type Of } from "@conclave/codec";
import { id32, inRoom, numbered } from "./field.js";
import { frame } from "./frameCodec.js";
import { BlobId } from "./ids.js";
import type { Sha256 } from "./record.js";

/** Bytes of every chunk of a blob but the last, which has the rest. */
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
 * The name of a blob: a hash of 32 random bytes that its uploader keeps, so that nobody else can delete it. The name is not
 * a hash of the content: the message that names the blob says what the content has to be.
 */
export function blobIdOf(sha256: Sha256, secret: Uint8Array): BlobId {
  return BlobId.of(sha256(concatBytes(utf8Bytes("conclave/blob/v1"), secret)));
}

const ofBlob = { ...inRoom, blobId: BlobId };

// RULE: wire.chunk-bounded: a chunk longer than any is refused before it is copied, whichever side sends it (attack A83).
const chunk = opaque(BLOB_CHUNK_BYTES);

/**
 * Begins a blob, or asks how far one is: repeating it changes nothing. Takes a write proof, as all that is done to blobs.
 * Answer: `blobState`; `quota_exceeded` when the room has no space for the whole of it, `blob_conflict` for another size.
 */
export type BeginBlobRequest = Of<typeof beginBlob>;
export const beginBlob = frame("beginBlob", 11, {
  ...ofBlob,
  /** Bytes of the whole blob, at least 1. */
  size: checked(u53, (size) => size > 0),
});

/**
 * Writes one chunk. Chunks come in order; one that is there already may be sent again. Answer: `blobState`, once it is
 * durable; `blob_conflict` for other content, another length, or a chunk that is not the next.
 */
export type WriteBlobRequest = Of<typeof writeBlob>;
export const writeBlob = frame("writeBlob", 12, {
  ...ofBlob,
  /** From 0. */
  index: u32,
  /** {@link blobChunkLength} bytes. */
  chunk,
});

/** Reads one chunk of a blob that is complete. Answer: `blob`; `blob_unknown` when there is none. */
export type ReadBlobRequest = Of<typeof readBlob>;
export const readBlob = frame("readBlob", 13, {
  ...ofBlob,
  index: u32,
});

/** Deletes a blob, complete or not, and frees its space. Answer: `done`, also when there is none. */
export type DropBlobRequest = Of<typeof dropBlob>;
export const dropBlob = frame("dropBlob", 14, {
  ...inRoom,
  /** What {@link blobIdOf} makes the blob's name from. */
  secret: id32,
});

/** How far a blob is. */
export type BlobStateResponse = Of<typeof blobState>;
export const blobState = frame("blobState", 138, {
  ...numbered,
  /** How many chunks the relay has, durably; the blob is complete when these are all. */
  chunks: u32,
});

/** A chunk. Only its hash shows that it is the one that was written. */
export type BlobResponse = Of<typeof blob>;
export const blob = frame("blob", 139, {
  ...numbered,
  chunk,
});
