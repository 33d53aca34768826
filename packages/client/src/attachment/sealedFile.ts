import { concatBytes, equalBytes } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { contentLength, digestOf, fileLayout, OPEN_CHUNK_BYTES, sealChunk, type FileLayout } from "@conclave/protocol";
import { BLOB_CHUNK_BYTES, blobChunks } from "@conclave/wire";
import type { OutgoingFile } from "../api/fileTransfer.js";

/** The source gave no bytes, or other ones than before. */
export class SourceFault extends Error {
  override readonly name = "SourceFault";

  constructor(readonly fault: "unreadable" | "changed") {
    super(`the file is ${fault}`);
  }
}

/**
 * An outgoing file as the chunks that go to the relay: the sealed file, then the hashes of its chunks. Reads and seals a
 * chunk when it is asked for, and keeps only hashes: a file of any size takes little memory.
 */
export class SealedFile {
  readonly layout: FileLayout;
  readonly chunks: number;
  private readonly known: Uint8Array[];
  private tail: Uint8Array | null = null;

  constructor(
    private readonly crypto: Crypto,
    private readonly source: Pick<OutgoingFile, "size" | "read">,
    private readonly key: Uint8Array,
    hashes: readonly Uint8Array[] = [],
  ) {
    this.layout = fileLayout(source.size);
    this.chunks = blobChunks(this.layout.blobSize);
    this.known = [...hashes];
  }

  /** Hashes of the chunks that were sealed so far, from the first on. */
  get hashes(): readonly Uint8Array[] {
    return this.known;
  }

  /** What the card says of the content. To be called when every chunk was asked for. */
  get digest(): Uint8Array {
    return digestOf(this.crypto, this.known);
  }

  /**
   * The relay's chunk at `index`; every one before it has been asked for. Rejects with {@link SourceFault} when the source
   * gives other bytes than the last time.
   */
  async chunk(index: number): Promise<Uint8Array> {
    const last = this.layout.chunks - 1;
    if (index < last) return this.seal(index);
    this.tail ??= concatBytes(await this.seal(last), ...this.known);
    const from = (index - last) * BLOB_CHUNK_BYTES;
    return this.tail.slice(from, from + BLOB_CHUNK_BYTES);
  }

  /** Whether the source is the file whose hashes are known. Reads as much of it as those are of. */
  async isSame(): Promise<boolean> {
    try {
      for (let index = 0; index < this.known.length; index++) await this.seal(index);
      return true;
    } catch (error) {
      if (error instanceof SourceFault && error.fault === "changed") return false;
      throw error;
    }
  }

  private async seal(index: number): Promise<Uint8Array> {
    const length = contentLength(this.layout, this.source.size, index);
    const content = length === 0 ? new Uint8Array(0) : await this.read(index * OPEN_CHUNK_BYTES, length);
    const { bytes, hash } = sealChunk(this.crypto, { key: this.key, size: this.source.size }, index, content);
    const before = this.known[index];
    // RULE: attachment.one-content: the hashes go into a signed message: what is sent again has to be what they are of, or
    // nobody could open it (attack A74).
    if (before && !equalBytes(before, hash)) throw new SourceFault("changed");
    this.known[index] = hash;
    return bytes;
  }

  private async read(offset: number, length: number): Promise<Uint8Array> {
    try {
      const content = await this.source.read(offset, length);
      if (content.length === length) return content;
    } catch {
      // Whatever is wrong with the source: there are no bytes.
    }
    throw new SourceFault("unreadable");
  }
}
