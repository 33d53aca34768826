import { done, failed, type Result } from "@conclave/codec";
import type { BlobId } from "@conclave/wire";
import type { FileCard, FileWords, MessageId } from "@conclave/protocol";
import type { CancelSignal, TransferProgress } from "../api/fileTransfer.js";
import type { Problem } from "../api/problem.js";
import type { RoomSession } from "../api/roomSession.js";
import type { TimelineMessage } from "../api/timeline.js";
import type { RoomKey } from "./roomKey.js";

/** Bytes that are read a piece at a time: a `Blob` or a `File`, which a page hands over without reading it. */
export interface Readable {
  readonly size: number;
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

/** A file that a page wants to send. */
export interface OfferedFile extends Partial<FileWords> {
  readonly name: string;
  readonly bytes: Readable;
  /** The message that the file answers. */
  readonly ref?: MessageId | null;
  /** Goes on with an unfinished upload of this same file (`uploads`), by its id. */
  readonly resume?: BlobId;
}

/** Names a transfer across threads: random, chosen by the page. */
export type TransferKey = string;

/** Files, as a page calls them. What is going on with one is told as {@link TransferEvent}. */
export interface TransferCalls {
  /** Sends a file, then its message: see `RoomSession.attach`. */
  attachFile(room: RoomKey, transfer: TransferKey, file: OfferedFile): Promise<Result<TimelineMessage, Problem>>;
  /** Fetches and verifies a file: see `RoomSession.fetchFile`. The `Blob` has no type: what it is, the page finds out itself. */
  fetchFile(room: RoomKey, transfer: TransferKey, card: FileCard): Promise<Result<Blob, Problem>>;
  /** Ends a transfer, which then resolves with the problem `cancelled`. */
  cancelTransfer(transfer: TransferKey): void;
}

/** How far a file is. */
export interface TransferEvent {
  readonly type: "transfer";
  readonly transfer: TransferKey;
  readonly progress: TransferProgress;
}

/** Carries out a page's transfers in the thread that has the home. */
export class Transfers {
  private readonly running = new Map<TransferKey, Ending>();

  constructor(
    private readonly session: (key: RoomKey) => RoomSession | null,
    private readonly tell: (event: TransferEvent) => void,
  ) {}

  calls(): TransferCalls {
    return {
      attachFile: (room, transfer, file) => this.attach(room, transfer, file),
      fetchFile: (room, transfer, card) => this.fetch(room, transfer, card),
      cancelTransfer: (transfer) => this.running.get(transfer)?.end(),
    };
  }

  private async attach(
    room: RoomKey,
    transfer: TransferKey,
    file: OfferedFile,
  ): Promise<Result<TimelineMessage, Problem>> {
    const { bytes, resume, ...words } = file;
    const session = this.session(room);
    if (!session) return failed({ kind: "unknown" });
    const read = async (offset: number, length: number) =>
      new Uint8Array(await bytes.slice(offset, offset + length).arrayBuffer());
    return this.run(transfer, (options) =>
      session.attach({ ...words, size: bytes.size, read }, { ...options, ...(resume ? { resume } : {}) }),
    );
  }

  private async fetch(room: RoomKey, transfer: TransferKey, card: FileCard): Promise<Result<Blob, Problem>> {
    const session = this.session(room);
    if (!session) return failed({ kind: "unknown" });
    // A Blob for each piece: the browser may put them on disk, and nothing large stands in memory.
    const pieces: Blob[] = [];
    const write = (piece: Uint8Array) => void pieces.push(new Blob([piece.slice()]));
    const fetched = await this.run(transfer, (options) => session.fetchFile(card, { ...options, write }));
    return fetched.ok ? done(new Blob(pieces)) : fetched;
  }

  private async run<T>(
    transfer: TransferKey,
    start: (options: {
      onProgress: (progress: TransferProgress) => void;
      signal: CancelSignal;
    }) => Promise<Result<T, Problem>>,
  ): Promise<Result<T, Problem>> {
    const signal = new Ending();
    this.running.set(transfer, signal);
    try {
      const onProgress = (progress: TransferProgress) => this.tell({ type: "transfer", transfer, progress });
      return await start({ onProgress, signal });
    } finally {
      this.running.delete(transfer);
    }
  }
}

/** An abort signal, without the browser's types. */
class Ending implements CancelSignal {
  aborted = false;
  private readonly listeners = new Set<() => void>();

  addEventListener(_type: "abort", listener: () => void): void {
    this.listeners.add(listener);
  }

  removeEventListener(_type: "abort", listener: () => void): void {
    this.listeners.delete(listener);
  }

  end(): void {
    if (this.aborted) return;
    this.aborted = true;
    for (const listener of [...this.listeners]) listener();
  }
}
