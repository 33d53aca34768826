import type { RecordDigest, RecordKind } from "@conclave/wire";
import type { PageSize } from "./recordPage.js";

/** A log record as it is stored. When pruned, `payload` and `attachment` are their hashes. */
export interface RecordRow {
  readonly n: number;
  readonly kind: RecordKind;
  readonly epoch: number;
  readonly time: number;
  readonly appendId: Uint8Array;
  readonly head: Uint8Array;
  /** A message written on probation, or a commit that no member has confirmed. */
  readonly isOnProbation: boolean;
  /** The commit that this commit follows; 0 for none, and in a message. */
  readonly parent: number;
  readonly pruned: boolean;
  readonly payload: Uint8Array;
  readonly attachment: Uint8Array;
}

/** What is asked of a commit. */
export type CommitRow = Pick<RecordRow, "isOnProbation" | "parent" | "time">;

/** The hashes that stay of a pruned message. */
export type PrunedDigest = Pick<RecordDigest, "payloadHash" | "attachmentHash">;

/** What stands for the key of a commit on probation that came back after a restore, and whose key nobody has told. */
export const UNKNOWN_KEY = new Uint8Array(0);

/** Port: the log's records of a store; see `Store`. */
export interface RecordTable {
  /** `nextKey`: the write key that a commit on probation registers. */
  add(room: number, record: RecordRow, nextKey?: Uint8Array): void;
  /** Adds a message; false where one with its append id is there already, however old, and then nothing is added. */
  addOnce(room: number, message: RecordRow): boolean;
  /** Records from `fromN` on, in order. `isPartial`: a store that reads ahead may know fewer of them now. */
  page(room: number, fromN: number, size: PageSize, isPartial?: boolean): RecordRow[];
  /** The `n` of the record that was appended under this id, however long ago; null where there is none. */
  appended(room: number, appendId: Uint8Array): number | null;
  /** The `n` of the newest record; 0 where there is none. */
  last(room: number): number;
  /** The head that record `n` led to, if it is the newest or the one before a page; null where there is none. */
  head(room: number, n: number): Uint8Array | null;
  /** Replaces payload and attachment of a message by their hashes. */
  prune(room: number, n: number, digest: PrunedDigest): void;
  /** The commit at `n`; null where there is none. */
  commitAt(room: number, n: number): CommitRow | null;
  /** The newest commit of this epoch that is on probation: that with this key, or any; null where there is none. */
  commitOnProbation(room: number, epoch: number, nextKey: Uint8Array | null): number | null;
  /** The commit at `n` is on probation no longer. */
  confirmCommit(room: number, n: number): void;
}
