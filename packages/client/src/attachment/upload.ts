import { done, failed, type Result } from "@conclave/codec";
import { BLOB_CHUNK_BYTES, type BlobId } from "@conclave/wire";
import type { Problem } from "../api/problem.js";
import { NEVER, relayProblem, type BlobLink } from "./blobLink.js";
import type { AttachOptions, TransferProgress } from "../api/fileTransfer.js";
import type { SealedFile } from "./sealedFile.js";

/** Chunks on their way at once: enough to keep a line busy, few enough that a message does not wait behind them. */
const WINDOW_CHUNKS = 4;
/** How many chunks are sent between two writes of the record: 1 MiB. */
const STORED_EVERY_CHUNKS = 16;

/** Brings one sealed file to the relay, and goes on through lost connections. */
export class Upload {
  private acknowledged = 0;
  private storedAt: number;

  constructor(
    private readonly link: BlobLink,
    private readonly file: SealedFile,
    private readonly blobId: BlobId,
    private readonly options: AttachOptions,
    /** Stores how far it is. */
    private readonly keep: () => Promise<Result<void, Problem>>,
  ) {
    this.storedAt = file.hashes.length;
  }

  /**
   * Resolves when the relay has all of it. The problem `relay` with `blob_conflict`: what the relay has of this blob is
   * another content. Rejects with `SourceFault`.
   */
  async run(): Promise<Result<void, Problem>> {
    const cancel = this.options.signal ?? NEVER;
    for (;;) {
      if (!this.link.canSend) this.tell("waiting");
      const { blobId, file } = this;
      const size = file.layout.blobSize;
      const begun = await this.link.ask<"beginBlob">(
        { type: "beginBlob", roomTag: this.link.roomTag, blobId, size },
        cancel,
      );
      if (!begun.ok) return begun;
      // What is there and not in our record has to be hashed again: the relay compares it.
      const from = Math.min(
        begun.value.chunks,
        file.hashes.length === file.layout.chunks ? Infinity : file.hashes.length,
      );
      this.acknowledged = from;
      this.tell("moving");
      const streamed = await this.stream(from);
      if (streamed !== null) return streamed;
    }
  }

  /** Sends chunk after chunk; null where the relay has to be asked again how far it is. */
  private async stream(from: number): Promise<Result<void, Problem> | null> {
    const cancel = this.options.signal ?? NEVER;
    const underway: ReturnType<Upload["send"]>[] = [];
    for (let index = from; index < this.file.chunks || underway.length > 0;) {
      if (cancel.aborted) return failed({ kind: "cancelled" });
      if (index < this.file.chunks && underway.length < WINDOW_CHUNKS) {
        underway.push(this.send(index, await this.file.chunk(index)));
        index++;
        continue;
      }
      const answer = await underway.shift()!;
      if (answer.type === "blobState") {
        const kept = await this.arrived(answer.chunks);
        if (!kept.ok) return kept;
        continue;
      }
      // Those that follow it are refused for the gap: they are waited for, and not looked at.
      await Promise.all(underway);
      if (answer.type === "problem" && !GO_ON.has(answer.error)) return failed(relayProblem(answer.error));
      const paused = await this.link.pause(answer.type === "notNow" ? answer.wait : PAUSE_MS, cancel);
      return paused.ok ? null : paused;
    }
    return done(undefined);
  }

  private send(index: number, chunk: Uint8Array) {
    const { roomTag } = this.link;
    return this.link.once<"writeBlob">({ type: "writeBlob", roomTag, blobId: this.blobId, index, chunk });
  }

  private async arrived(chunks: number): Promise<Result<void, Problem>> {
    this.acknowledged = Math.max(this.acknowledged, chunks);
    this.tell("moving");
    if (this.file.hashes.length - this.storedAt < STORED_EVERY_CHUNKS) return done(undefined);
    this.storedAt = this.file.hashes.length;
    return this.keep();
  }

  private tell(state: TransferProgress["state"]): void {
    const total = this.file.layout.blobSize;
    this.options.onProgress?.({ state, done: Math.min(total, this.acknowledged * BLOB_CHUNK_BYTES), total });
  }
}

const PAUSE_MS = 250;
/** After these the relay is asked how far the blob is: it expired meanwhile, or a new epoch needs a new proof. */
const GO_ON: ReadonlySet<string> = new Set(["blob_unknown", "write_denied"]);
