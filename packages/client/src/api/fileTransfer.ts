import type { BlobId } from "@conclave/wire";
import type { FileWords, MessageId } from "@conclave/protocol";

/** A file to be sent: what is said of it, and its bytes, which are read a piece at a time. */
export interface OutgoingFile extends Partial<FileWords> {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /**
   * Exactly `length` bytes from `offset` on; the same each time. Called one at a time, and again for what has to be sent
   * again. What rejects, or is of another length, ends the upload with the problem `source`.
   */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** The message that the file answers. */
  readonly ref?: MessageId | null;
}

/** How far a file is on its way, in bytes at the relay: a little more than the file has. */
export interface TransferProgress {
  /** `waiting`: there is no connection now; it goes on by itself. */
  readonly state: "waiting" | "moving";
  readonly done: number;
  readonly total: number;
}

/** What ends a transfer: an `AbortSignal` is one. */
export interface CancelSignal {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** How a transfer is watched and ended. */
export interface TransferOptions {
  /** Called now and then, in order. Must not throw. */
  readonly onProgress?: (progress: TransferProgress) => void;
  /** Ends it with the problem `cancelled`. */
  readonly signal?: CancelSignal;
}

/** How a file is sent. */
export interface AttachOptions extends TransferOptions {
  /** The id of an unfinished upload of this same file, from {@link UnfinishedUpload}: it goes on where it was. */
  readonly resume?: BlobId;
}

/** How a file is fetched. */
export interface FetchOptions extends TransferOptions {
  /**
   * Takes the file's bytes in order, each piece after it was verified; the next one is asked for when this resolves. A
   * transfer that ends with a problem may have written the beginning: throw that away.
   */
  readonly write?: (piece: Uint8Array) => Promise<void> | void;
  /** Without `write`: the most bytes that are put together in memory (64 MiB); a larger file is `too_large`. */
  readonly most?: number;
}

/** An upload that was begun and is neither complete nor given up, from this run or an earlier one. */
export interface UnfinishedUpload {
  readonly id: BlobId;
  readonly name: string;
  /** Bytes of the file. */
  readonly size: number;
  /** When it was begun, by this device's clock (ms). */
  readonly started: number;
  /** It is on its way now: not one to be resumed. */
  readonly isRunning: boolean;
}
