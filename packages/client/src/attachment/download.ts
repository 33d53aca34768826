import { concatBytes, done, failed, type Result } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { fileLayout, openChunk, readHashes, type FileCard } from "@conclave/protocol";
import { BLOB_CHUNK_BYTES, blobChunkLength, blobChunks } from "@conclave/wire";
import type { Problem } from "../api/problem.js";
import { NEVER, type BlobLink } from "./blobLink.js";
import type { FetchOptions, TransferProgress } from "../api/fileTransfer.js";

const WINDOW_CHUNKS = 4;
const MAX_IN_MEMORY_BYTES = 64 * 1024 * 1024;

/**
 * Fetches the file of a card: first the list of hashes that the card's digest is of, then chunk after chunk, each verified
 * before anybody sees a byte of it.
 */
export async function fetchFile(
  crypto: Crypto,
  link: BlobLink,
  card: FileCard,
  options: FetchOptions,
): Promise<Result<Uint8Array | null, Problem>> {
  const { write, most = MAX_IN_MEMORY_BYTES } = options;
  // RULE: attachment.declared-size: the size in the card is a limit: nobody asks for more, or keeps more (attack A81).
  if (!write && card.size > most) return failed({ kind: "too_large" });
  const pieces: Uint8Array[] = [];
  const take = write ?? ((piece: Uint8Array) => void pieces.push(piece));
  const fetched = await new Download(link, card, options).run(crypto, take);
  if (!fetched.ok) return fetched;
  return done(write ? null : concatBytes(...pieces));
}

class Download {
  private readonly layout;
  private moved = 0;
  private isOver = false;

  constructor(
    private readonly link: BlobLink,
    private readonly card: FileCard,
    private readonly options: FetchOptions,
  ) {
    this.layout = fileLayout(card.size);
  }

  async run(crypto: Crypto, take: (piece: Uint8Array) => Promise<void> | void): Promise<Result<void, Problem>> {
    const { chunks, blobSize } = this.layout;
    if (!this.link.canRead) this.tell("waiting");
    // The last sealed chunk and the list of hashes stand together at the end.
    const tail: Uint8Array[] = [];
    const toTail = await this.read(chunks - 1, blobChunks(blobSize), (chunk) => {
      tail.push(chunk);
      return true;
    });
    if (!toTail.ok) return toTail;
    const end = concatBytes(...tail);
    const last = end.subarray(0, this.layout.sealedSize - (chunks - 1) * BLOB_CHUNK_BYTES);
    // RULE: attachment.digest: nothing is opened before the list of hashes is the one that the signed message names: a
    // blob that was altered or exchanged is "corrupted", and nothing of it is seen (attack A74).
    const hashes = readHashes(crypto, this.card.digest, chunks, end.subarray(last.length));
    if (!hashes) return failed({ kind: "corrupted" });
    const open = async (index: number, sealed: Uint8Array): Promise<boolean> => {
      const content = openChunk(crypto, this.card, index, hashes[index]!, sealed);
      if (content && content.length > 0) await take(content);
      return content !== null;
    };
    const body = await this.read(0, chunks - 1, (chunk, index) => open(index, chunk));
    if (!body.ok) return body;
    return (await open(chunks - 1, last)) ? done(undefined) : failed({ kind: "corrupted" });
  }

  /** Reads the relay's chunks from `from` to before `end`, some ahead; `use` gets each in order, and says whether it is good. */
  private async read(
    from: number,
    end: number,
    use: (chunk: Uint8Array, index: number) => boolean | Promise<boolean>,
  ): Promise<Result<void, Problem>> {
    const ahead: ReturnType<Download["ask"]>[] = [];
    let asked = from;
    try {
      for (let index = from; index < end; index++) {
        while (asked < end && ahead.length < WINDOW_CHUNKS) ahead.push(this.ask(asked++));
        const answer = await ahead.shift()!;
        if (!answer.ok) return answer;
        const { chunk } = answer.value;
        const isWhole = chunk.length === blobChunkLength(this.layout.blobSize, index);
        if (!isWhole || !(await use(chunk, index))) return failed({ kind: "corrupted" });
        this.moved += chunk.length;
        this.tell("moving");
      }
      return done(undefined);
    } finally {
      // What was asked ahead is not asked again.
      this.isOver = ahead.length > 0;
    }
  }

  private ask(index: number) {
    const { roomTag } = this.link;
    const { blobId } = this.card;
    const signal = this.options.signal ?? NEVER;
    const over = () => this.isOver;
    const cancel = {
      get aborted() {
        return signal.aborted || over();
      },
      addEventListener: signal.addEventListener.bind(signal),
      removeEventListener: signal.removeEventListener.bind(signal),
    };
    return this.link.ask<"readBlob">({ type: "readBlob", roomTag, blobId, index }, cancel);
  }

  private tell(state: TransferProgress["state"]): void {
    this.options.onProgress?.({ state, done: this.moved, total: this.layout.blobSize });
  }
}
