import { concatBytes } from "@conclave/codec";
import type { SqlRow } from "@conclave/sqlite";
import { APPEND_ID_BYTES, ID_BYTES } from "@conclave/wire";
import type { PageSize } from "../recordPage.js";
import type { CommitRow, PrunedDigest, RecordRow, RecordTable } from "../recordTable.js";
import { bytes, id, readNumber, readRow } from "./row.js";
import { RowDamaged } from "./rowDamage.js";
import { type Statements, readPage } from "./statements.js";

/** A room's record `n` as a row id. Rooms are numbered below 2^20 and records below 2^32, so it is a safe integer. */
const ROOM_SPAN = 2 ** 32;
const EMPTY = new Uint8Array();

/** The log's records of a `SqliteStore`. */
export class SqliteRecordTable implements RecordTable {
  constructor(private readonly sql: Statements) {}

  add(room: number, record: RecordRow, nextKey?: Uint8Array): void {
    this.sql.run(
      "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      room * ROOM_SPAN + record.n,
      record.kind === "commit" ? 1 : 2,
      record.epoch,
      record.time,
      record.appendId,
      record.head,
      record.isOnProbation ? 1 : 0,
      record.parent,
      record.attachment.length === 0 ? EMPTY : record.attachment,
      nextKey ?? null,
      record.payload,
    );
  }

  // The look-up and the index's page are half of what a record costs: the index is asked once, by what adds to it. What every message
  // has is in the text: to hand over a value takes longer than to store it.
  addOnce(room: number, message: RecordRow): boolean {
    const { changes } = this.sql.run(
      "INSERT INTO record VALUES (?, 2, ?, ?, ?, ?, ?, 0, x'', NULL, ?) ON CONFLICT (id >> 32, append_id) DO NOTHING",
      room * ROOM_SPAN + message.n,
      message.epoch,
      message.time,
      message.appendId,
      message.head,
      message.isOnProbation ? 1 : 0,
      message.payload,
    );
    return changes === 1;
  }

  page(room: number, fromN: number, size: PageSize): RecordRow[] {
    const [from, end] = [room * ROOM_SPAN + Math.max(1, fromN), (room + 1) * ROOM_SPAN];
    const sql = "SELECT * FROM record WHERE id >= ? AND id < ? ORDER BY id LIMIT ?";
    return readPage(
      size,
      (row) => readRow("record", row, recordRow),
      (record) => record.payload.length + record.attachment.length,
      (after, limit) => this.sql.all(sql, after === null ? from : after + 1, end, limit),
    );
  }

  appended(room: number, appendId: Uint8Array): number | null {
    // The room as the index has it: written otherwise, SQLite would not use the index.
    const row = this.sql.get("SELECT id FROM record WHERE id >> 32 = ? AND append_id = ?", room, appendId);
    return row && readNumber(row, "id") % ROOM_SPAN;
  }

  last(room: number): number {
    const sql = "SELECT id FROM record WHERE id > ? AND id < ? ORDER BY id DESC LIMIT 1";
    const row = this.sql.get(sql, room * ROOM_SPAN, (room + 1) * ROOM_SPAN);
    return row === null ? 0 : readNumber(row, "id") % ROOM_SPAN;
  }

  head(room: number, n: number): Uint8Array | null {
    const row = this.sql.get("SELECT id, head FROM record WHERE id = ?", room * ROOM_SPAN + n);
    return row && readRow("record", row, (each) => id(each, "head"));
  }

  prune(room: number, n: number, { payloadHash, attachmentHash }: PrunedDigest): void {
    const hashes = concatBytes(payloadHash, attachmentHash);
    this.sql.run("UPDATE record SET payload = ?, attachment = NULL WHERE id = ?", hashes, room * ROOM_SPAN + n);
  }

  commitAt(room: number, n: number): CommitRow | null {
    const sql = "SELECT id, on_probation, parent, time FROM record WHERE id = ? AND kind = 1";
    const row = this.sql.get(sql, room * ROOM_SPAN + n);
    return row === null ? null : readRow("record", row, commitRow);
  }

  commitOnProbation(room: number, epoch: number, nextKey: Uint8Array | null): number | null {
    const sql =
      "SELECT id FROM record WHERE next_key IS NOT NULL AND on_probation = 1 AND epoch = ? AND id > ? AND id < ?" +
      " AND (? IS NULL OR next_key = ?) ORDER BY id DESC LIMIT 1";
    const row = this.sql.get(sql, epoch, room * ROOM_SPAN, (room + 1) * ROOM_SPAN, nextKey, nextKey);
    return row && readNumber(row, "id") % ROOM_SPAN;
  }

  confirmCommit(room: number, n: number): void {
    this.sql.run("UPDATE record SET on_probation = 0 WHERE id = ?", room * ROOM_SPAN + n);
  }
}

/** `attachment` is NULL in a pruned record, and then `payload` is the hashes of both, one after the other. */
function recordRow(row: SqlRow): RecordRow {
  const pruned = row["attachment"] === null;
  const payload = bytes(row, "payload", pruned ? 2 * ID_BYTES : null);
  const kind = readNumber(row, "kind");
  if (kind !== 1 && kind !== 2) throw new RowDamaged("column kind");
  return {
    n: readNumber(row, "id") % ROOM_SPAN,
    kind: kind === 1 ? "commit" : "message",
    epoch: readNumber(row, "epoch"),
    time: readNumber(row, "time"),
    appendId: appendIdOf(row),
    head: id(row, "head"),
    isOnProbation: row["on_probation"] === 1,
    parent: readNumber(row, "parent"),
    pruned,
    payload: pruned ? payload.slice(0, ID_BYTES) : payload,
    attachment: pruned ? payload.slice(ID_BYTES) : bytes(row, "attachment"),
  };
}

function commitRow(row: SqlRow): CommitRow {
  return {
    isOnProbation: row["on_probation"] === 1,
    parent: readNumber(row, "parent"),
    time: readNumber(row, "time"),
  };
}

function appendIdOf(row: SqlRow): Uint8Array {
  return bytes(row, "append_id", APPEND_ID_BYTES);
}
