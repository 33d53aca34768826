import type { SqlRow } from "@conclave/sqlite";
import { type BlobId, RoomTag } from "@conclave/wire";
import type { BlobRow, BlobTable } from "../blobTable.js";
import type { DamageLog } from "./damageLog.js";
import { bytes, id, readNumber, readRow } from "./row.js";
import { RowDamaged } from "./rowDamage.js";
import type { Statements } from "./statements.js";

/** A blob's chunk `index` as a row id: blobs of up to 2^20 chunks (64 GiB), and 2^33 of them. */
const CHUNK_SPAN = 2 ** 20;

/** The blobs of a `SqliteStore`. */
export class SqliteBlobTable implements BlobTable {
  constructor(
    private readonly sql: Statements,
    private readonly damage: DamageLog,
  ) {}

  get(room: number, blobId: BlobId): BlobRow | null {
    const row = this.sql.get("SELECT * FROM blob WHERE room = ? AND blob_id = ? AND dropped = 0", room, blobId);
    return row === null ? null : readRow("blob", row, blobRow);
  }

  add(room: number, blob: { blobId: BlobId; size: number; chunks: number; time: number }): void {
    const sql = "INSERT INTO blob (room, blob_id, size, chunks, missing, time, dropped) VALUES (?, ?, ?, ?, ?, ?, 0)";
    this.sql.run(sql, room, blob.blobId, blob.size, blob.chunks, blob.chunks, blob.time);
  }

  addChunk(blob: number, index: number, chunk: Uint8Array, time: number): void {
    if (this.chunk(blob, index) !== null) throw new RowDamaged(`table blob, row ${blob}, column missing`);
    this.sql.run("INSERT INTO blob_chunk VALUES (?, ?)", blob * CHUNK_SPAN + index, chunk);
    this.sql.run("UPDATE blob SET missing = missing - 1, time = ? WHERE no = ?", time, blob);
  }

  chunk(blob: number, index: number): Uint8Array | null {
    if (index >= CHUNK_SPAN) return null;
    const row = this.sql.get("SELECT id, bytes FROM blob_chunk WHERE id = ?", blob * CHUNK_SPAN + index);
    return row === null ? null : readRow("blob_chunk", row, (chunk) => bytes(chunk, "bytes"));
  }

  drop(blob: number): void {
    this.sql.run("UPDATE blob SET dropped = 1 WHERE no = ?", blob);
  }

  expired(before: { complete: number; unfinished: number }, limit: number) {
    // One index for each kind: what is not due is not walked over.
    const due = (kind: string, time: number, most: number): SqlRow[] =>
      this.sql.all(
        "SELECT blob.*, room.tag FROM blob JOIN room ON room.no = blob.room" +
          ` WHERE dropped = 0 AND ${kind} AND time < ? ORDER BY time LIMIT ?`,
        time,
        most,
      );
    const unfinished = due("missing <> 0", before.unfinished, limit);
    const rows = [...unfinished, ...due("missing = 0", before.complete, limit - unfinished.length)];
    return rows.flatMap((row) => {
      const read = (each: SqlRow) => ({ roomTag: RoomTag.of(id(each, "tag")), blob: blobRow(each) });
      const expired = this.damage.orNull(() => readRow("blob", row, read));
      // Nobody can read it any more, and it must not stay at the head of the queue for ever.
      if (expired === null) this.drop(readNumber(row, "no"));
      return expired ?? [];
    });
  }

  purge(limit: number): boolean {
    const sql = "DELETE FROM blob_chunk WHERE id IN (SELECT id FROM blob_chunk WHERE id >= ? AND id < ? LIMIT ?)";
    for (let left = limit; left > 0;) {
      const blob = this.firstDropped();
      if (blob === null) return false;
      const { changes } = this.sql.run(sql, blob * CHUNK_SPAN, (blob + 1) * CHUNK_SPAN, left);
      if (changes < left) this.sql.run("DELETE FROM blob WHERE no = ?", blob);
      // RULE: blob.purge-keeps-up: a step deletes as many chunks of small blobs as of a large one. Who writes, drops and writes
      // again is within the room's quota and would fill the disk otherwise (attack A83). A blob without a chunk counts as one.
      left -= Math.max(1, changes);
    }
    return this.firstDropped() !== null;
  }

  private firstDropped(): number | null {
    const row = this.sql.get("SELECT no FROM blob WHERE dropped = 1 ORDER BY no LIMIT 1");
    return row === null ? null : readNumber(row, "no");
  }
}

function blobRow(row: SqlRow): BlobRow {
  const chunks = readNumber(row, "chunks") - readNumber(row, "missing");
  if (chunks < 0) throw new RowDamaged("column missing");
  return { no: readNumber(row, "no"), size: readNumber(row, "size"), chunks };
}
