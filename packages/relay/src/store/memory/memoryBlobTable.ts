import type { BlobId } from "@conclave/wire";
import { keyOf } from "../../key.js";
import type { BlobRow, BlobTable } from "../blobTable.js";
import type { MemoryBlob, MemoryContent } from "./memoryContent.js";

/** The blobs of a `MemoryStore`. */
export class MemoryBlobTable implements BlobTable {
  constructor(private readonly content: MemoryContent) {}

  get(room: number, blobId: BlobId): BlobRow | null {
    const blob = [...this.content.blobs.values()].find(
      (each) => each.room === room && keyOf(each.blobId) === keyOf(blobId),
    );
    return blob === undefined ? null : rowOf(blob);
  }

  add(room: number, blob: { blobId: BlobId; size: number; chunks: number; time: number }): void {
    const no = ++this.content.lastBlob;
    this.content.blobs.set(no, { ...blob, no, room, content: [] });
  }

  addChunk(blob: number, _index: number, chunk: Uint8Array, time: number): void {
    const stored = this.content.blobs.get(blob);
    if (stored !== undefined)
      this.content.blobs.set(blob, { ...stored, time, content: [...stored.content, chunk.slice()] });
  }

  chunk(blob: number, index: number): Uint8Array | null {
    return this.content.blobs.get(blob)?.content[index] ?? null;
  }

  drop(blob: number): void {
    this.content.blobs.delete(blob);
  }

  expired(before: { complete: number; unfinished: number }, limit: number) {
    const isExpired = ({ time, chunks, content }: MemoryBlob): boolean =>
      time < (content.length === chunks ? before.complete : before.unfinished);
    const expired = [...this.content.blobs.values()].filter(isExpired).sort((a, b) => a.time - b.time);
    return expired.slice(0, limit).map((blob) => ({ roomTag: this.content.at(blob.room).row.tag, blob: rowOf(blob) }));
  }

  purge(): boolean {
    return false;
  }
}

function rowOf({ no, size, content }: MemoryBlob): BlobRow {
  return { no, size, chunks: content.length };
}
