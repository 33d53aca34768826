import { equalBytes, toHex, failed, type Result } from "@conclave/codec";
import {
  encodeFileCard,
  isFileWords,
  MAX_FILE_BYTES,
  type FileCard,
  type FileWords,
  type MessageId,
} from "@conclave/protocol";
import { type BlobId, blobIdOf } from "@conclave/wire";
import type { Transaction } from "../store/transaction.js";
import { type Job, type RoomWork, Worker } from "../work/worker.js";
import { fateOf, type Problem } from "../api/problem.js";
import type { BlobLink } from "./blobLink.js";
import type { AttachOptions, OutgoingFile, UnfinishedUpload } from "../api/fileTransfer.js";
import { SealedFile, SourceFault } from "./sealedFile.js";
import { Upload } from "./upload.js";
import { decodeUpload, encodeUpload, type UploadRecord, type UploadState } from "./uploadRecord.js";

/** Posts the message of a file; `also` is carried out in the same transaction. */
export type PostFile<T> = (
  body: Uint8Array,
  ref: MessageId | null,
  also: (tx: Transaction) => void,
) => Promise<Result<T, Problem>>;

/** A room's outgoing files: those on their way, and those that an earlier run began. */
export class Uploads extends Worker {
  private readonly running = new Set<string>();
  private sweptOn = 0;

  constructor(
    work: RoomWork,
    private readonly link: BlobLink,
  ) {
    super(work);
  }

  /** Sends a file, then its message. */
  async attach<T>(offered: OutgoingFile, options: AttachOptions, post: PostFile<T>): Promise<Result<T, Problem>> {
    const { size } = offered;
    const words = wordsOf(offered);
    if (!isFileWords(words) || !Number.isSafeInteger(size) || size < 0 || size > MAX_FILE_BYTES) {
      return failed({ kind: "malformed", what: "file" });
    }
    const before = options.resume ? await this.find(options.resume, "open") : this.fresh(offered);
    if (!before || before.size !== size || this.running.has(toHex(before.blobId))) return failed({ kind: "unknown" });
    try {
      return await this.send(before, offered, options, (record, digest) => {
        const { blobId, key } = record;
        const card: FileCard = { ...words, blobId, key, digest, size };
        // The message takes the upload's place in one transaction: a crash neither loses it nor sends it twice.
        return post(encodeFileCard(card), offered.ref ?? null, (tx) => {
          this.keep(tx, { ...record, state: "sent", hashes: [] });
        });
      });
    } catch (error) {
      if (!(error instanceof SourceFault)) throw error;
      return failed({ kind: "source" });
    }
  }

  /** Uploads that are not finished, the oldest first. */
  async list(): Promise<readonly UnfinishedUpload[]> {
    const records = (await this.records()).filter(({ state }) => state === "open");
    return records
      .map(({ blobId, name, size, started }) => ({
        ...{ id: blobId, name, size, started },
        isRunning: this.running.has(toHex(blobId)),
      }))
      .sort((a, b) => a.started - b.started);
  }

  /** Gives up an upload of an earlier run. */
  async discard(id: BlobId): Promise<Result<void, Problem>> {
    const record = await this.find(id, "open");
    if (!record || this.running.has(toHex(id))) return failed({ kind: "unknown" });
    return this.drop(record);
  }

  /** The message of a file was deleted: where this device sent it, its bytes go too. */
  async withdraw(blobId: BlobId): Promise<void> {
    const record = await this.find(blobId, "sent");
    if (record) await this.drop(record);
  }

  /** Tells the relay, once it can be told, what was given up. */
  protected next(): Job | null {
    if (!this.link.canSend || this.sweptOn === this.connection.number) return null;
    return async () => {
      this.sweptOn = this.connection.number;
      const dropped = (await this.records()).filter(({ state }) => state === "dropped");
      await Promise.all(dropped.map((record) => this.tellDropped(record)));
    };
  }

  private fresh({ name, size }: OutgoingFile): UploadRecord {
    const { random, crypto } = this.state.ports;
    const [secret, key] = [random(32), random(32)];
    const blobId = blobIdOf((data) => crypto.hash("sha256", data), secret);
    return { blobId, secret, key, name, size, started: this.state.now(), state: "open", hashes: [] };
  }

  private async send<T>(
    record: UploadRecord,
    source: OutgoingFile,
    options: AttachOptions,
    post: (record: UploadRecord, digest: Uint8Array) => Promise<Result<T, Problem>>,
  ): Promise<Result<T, Problem>> {
    const name = toHex(record.blobId);
    this.running.add(name);
    try {
      const file = new SealedFile(this.state.ports.crypto, source, record.key, record.hashes);
      const keep = () => this.store({ ...record, hashes: [...file.hashes] });
      const kept = await keep();
      if (!kept.ok) return kept;
      // Not the file that was begun: what was sent of that one is of no use.
      if (!(await file.isSame())) return await this.again(record, source, options, post);
      const sent = await new Upload(this.link, file, record.blobId, options, keep).run();
      if (sent.ok) return await post(record, file.digest);
      if (isConflict(sent.error)) return await this.again(record, source, options, post);
      if (fateOf(sent.error) !== "unknown") await this.drop(record);
      return sent;
    } catch (error) {
      if (error instanceof SourceFault) await this.drop(record);
      throw error;
    } finally {
      this.running.delete(name);
    }
  }

  /** Starts over, under another key. A file that changes even after that keeps changing: it cannot be sent. */
  private async again<T>(
    record: UploadRecord,
    source: OutgoingFile,
    options: AttachOptions,
    post: (record: UploadRecord, digest: Uint8Array) => Promise<Result<T, Problem>>,
  ): Promise<Result<T, Problem>> {
    await this.drop(record);
    if (!options.resume) throw new SourceFault("changed");
    const { resume: _, ...rest } = options;
    return this.send(this.fresh(source), source, rest, post);
  }

  private async drop(record: UploadRecord): Promise<Result<void, Problem>> {
    const dropped: UploadRecord = { ...record, state: "dropped", hashes: [] };
    const stored = await this.store(dropped);
    if (stored.ok) void this.guard(() => this.tellDropped(dropped));
    return stored;
  }

  private async tellDropped({ blobId, secret }: UploadRecord): Promise<void> {
    const answer = await this.link.once<"dropBlob">({ type: "dropBlob", roomTag: this.link.roomTag, secret });
    // What the relay does not hear is said again on the next connection; what it refuses expires there by itself.
    if (answer.type === "lost" || answer.type === "notNow") return;
    await this.state.transact((tx) => {
      tx.delete(this.state.keys.upload(blobId));
    });
  }

  private store(record: UploadRecord): Promise<Result<void, Problem>> {
    return this.state.transact((tx) => {
      this.keep(tx, record);
    });
  }

  private keep(tx: Transaction, record: UploadRecord): void {
    tx.put(this.state.keys.upload(record.blobId), encodeUpload(record));
  }

  private async find(id: BlobId, wanted: UploadState): Promise<UploadRecord | null> {
    return (await this.records()).find(({ blobId, state }) => equalBytes(blobId, id) && state === wanted) ?? null;
  }

  private async records(): Promise<UploadRecord[]> {
    const records = await this.state.ports.storage.range({ prefix: this.state.keys.uploads });
    return records.map(({ value }) => decodeUpload(value));
  }
}

function wordsOf({ name, mediaType = "", picture = null, caption = "" }: OutgoingFile): FileWords {
  return { name, mediaType, picture, caption };
}

function isConflict(problem: Problem): boolean {
  return problem.kind === "relay" && problem.error === "blob_conflict";
}
