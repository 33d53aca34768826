import type { BlobId } from "@conclave/wire";
import { keyOf } from "../../key.js";
import type { BlobRow, BlobTable } from "../blobTable.js";
import { loaded } from "./loadedPages.js";
import type { UnitBlob, UnitContent } from "./unitContent.js";

/** The blobs of a `UnitOfWork`. */
export class UnitBlobTable implements BlobTable {
  constructor(private readonly content: UnitContent) {}

  get(room: number, blobId: BlobId): BlobRow | null {
    const unit = this.content.at(room);
    const blob = unit.known(unit.blobs.get(keyOf(blobId)), null, "blob");
    return blob === null ? null : rowOf(blob);
  }

  add(
    room: number,
    { blobId, size, chunks, time }: { blobId: BlobId; size: number; chunks: number; time: number },
  ): void {
    const no = this.content.nextNumber();
    const blob = { no, room, blobId, size, chunks: 0, allChunks: chunks, time, content: new Map<number, Uint8Array>() };
    this.content.addBlob(blob);
    this.content.writes.blobs.push(blob);
  }

  addChunk(no: number, index: number, chunk: Uint8Array, time: number): void {
    const blob = this.at(no);
    const bytes = chunk.slice();
    blob.content.set(index, bytes);
    blob.chunks++;
    blob.time = time;
    this.content.writes.chunks.push({ blob: no, at: index, bytes });
    this.content.writes.grown.add(blob);
  }

  chunk(no: number, index: number): Uint8Array | null {
    const blob = this.content.blobs.get(no);
    // Forgotten in this unit: its bytes are still there for a while, and nobody finds them.
    if (blob === undefined || index >= blob.chunks) return null;
    return loaded(blob.content.get(index), "chunk");
  }

  drop(no: number): void {
    const { writes, blobs, byNo } = this.content;
    const blob = blobs.get(no);
    if (blob !== undefined) byNo.get(blob.room)?.blobs.set(keyOf(blob.blobId), null);
    blobs.delete(no);
    writes.dropped.push(no);
  }

  expired(before: { complete: number; unfinished: number }, limit: number) {
    this.content.checkSwept();
    const isExpired = ({ time, chunks, allChunks }: UnitBlob): boolean =>
      time < (chunks === allChunks ? before.complete : before.unfinished);
    const expired = [...this.content.blobs.values()].filter(isExpired).sort((a, b) => a.time - b.time);
    return expired.slice(0, limit).map((blob) => ({ roomTag: this.content.at(blob.room).row.tag, blob: rowOf(blob) }));
  }

  /** What was forgotten in this unit is purged by a later one. */
  purge(limit: number): boolean {
    const { purged } = this.content.writes;
    const dropped = loaded(this.content.dropped ?? undefined, "forgotten blobs");
    purged.push(...dropped.slice(purged.length, purged.length + limit));
    return dropped.length > purged.length;
  }

  private at(no: number): UnitBlob {
    return loaded(this.content.blobs.get(no), "blob");
  }
}

function rowOf({ no, size, chunks }: UnitBlob): BlobRow {
  return { no, size, chunks };
}
