import type { BlobId, RoomTag } from "@conclave/wire";

/** A blob without its bytes. */
export interface BlobRow {
  /** The store's own number of the blob. */
  readonly no: number;
  readonly size: number;
  /** How many chunks are there: those from 0 on. */
  readonly chunks: number;
}

/** Port: the blobs of a store; see `Store`. */
export interface BlobTable {
  get(room: number, blobId: BlobId): BlobRow | null;
  /** `chunks`: how many it will have. */
  add(room: number, blob: { blobId: BlobId; size: number; chunks: number; time: number }): void;
  /** Adds the chunk that is next. `time` is the blob's from then on. */
  addChunk(blob: number, index: number, chunk: Uint8Array, time: number): void;
  chunk(blob: number, index: number): Uint8Array | null;
  /** Forgets a blob. Its bytes go with `purge`. */
  drop(blob: number): void;
  /** Blobs whose time is before that of their kind, with their rooms' tags. */
  expired(before: { complete: number; unfinished: number }, limit: number): { roomTag: RoomTag; blob: BlobRow }[];
  /** Deletes at most so many chunks of forgotten blobs, of one or of several. True when there are more. */
  purge(limit: number): boolean;
}
