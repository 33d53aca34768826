import type { SqlRow } from "@conclave/sqlite";
import { type JoinRequestItem, SlotId } from "@conclave/wire";
import { ONE, type PageSize } from "../recordPage.js";
import type { CrowdedRequest, RequestOrigin, RequestTable } from "../requestTable.js";
import { bytes, id, readNumber, readRow } from "./row.js";
import { type Statements, readPage } from "./statements.js";

/** The requests of a `SqliteStore`. */
export class SqliteRequestTable implements RequestTable {
  constructor(private readonly sql: Statements) {}

  count(room: number, slotId: SlotId | null): number {
    return readNumber(
      this.sql.get("SELECT count(*) AS n FROM request WHERE room = ? AND slot_id IS ?", room, slotId)!,
      "n",
    );
  }

  find(room: number, slotId: SlotId | null, digest: Uint8Array): number | null {
    const row = this.sql.get(
      "SELECT id FROM request WHERE room = ? AND slot_id IS ? AND digest = ?",
      room,
      slotId,
      digest,
    );
    return row === null ? null : readNumber(row, "id");
  }

  add(room: number, { slotId, blob, time }: Omit<JoinRequestItem, "request">, from: RequestOrigin) {
    const sql = "INSERT INTO request (room, slot_id, digest, address, blob, time) VALUES (?, ?, ?, ?, ?, ?)";
    return this.sql.run(sql, room, slotId, from.digest, from.address, blob, time).rowid;
  }

  oldest(room: number, slotId: SlotId | null, address: Uint8Array | null): CrowdedRequest | null {
    const sql =
      "SELECT min(id) AS id, count(*) AS n FROM request WHERE room = ? AND slot_id IS ? AND (? IS NULL OR address = ?)" +
      " GROUP BY address ORDER BY n DESC, min(id) LIMIT 1";
    const row = this.sql.get(sql, room, slotId, address, address);
    return row && { request: readNumber(row, "id"), count: readNumber(row, "n") };
  }

  page(room: number, after: number, size: PageSize, isPlea = false): JoinRequestItem[] {
    const kind = isPlea ? "AND slot_id IS NULL" : "";
    const sql = `SELECT id, slot_id, blob, time FROM request WHERE room = ? AND id > ? ${kind} ORDER BY id LIMIT ?`;
    return readPage(
      size,
      (row) => readRow("request", row, requestRow),
      (item) => item.blob.length,
      (last, limit) => this.sql.all(sql, room, last ?? after, limit),
    );
  }

  hasAfter(room: number, after: number, isPlea?: boolean): boolean {
    return this.page(room, after, ONE, isPlea).length > 0;
  }

  delete(room: number, request: number): void {
    this.sql.run("DELETE FROM request WHERE room = ? AND id = ?", room, request);
  }

  deleteBefore(time: number): void {
    this.sql.run("DELETE FROM request WHERE time < ?", time);
  }
}

function requestRow(row: SqlRow): JoinRequestItem {
  return {
    request: readNumber(row, "id"),
    slotId: row["slot_id"] === null ? null : SlotId.of(id(row, "slot_id")),
    blob: bytes(row, "blob"),
    time: readNumber(row, "time"),
  };
}
