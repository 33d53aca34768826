import type { SqlRow } from "@conclave/sqlite";
import { type InboxId, type InboxItem, RoomTag } from "@conclave/wire";
import type { InboxTable } from "../inboxTable.js";
import { ONE, type PageSize } from "../recordPage.js";
import type { DamageLog } from "./damageLog.js";
import { bytes, id, readNumber, readRow } from "./row.js";
import { type Statements, readPage } from "./statements.js";

/** The inboxes of a `SqliteStore`. */
export class SqliteInboxTable implements InboxTable {
  constructor(
    private readonly sql: Statements,
    private readonly damage: DamageLog,
  ) {}

  add(inboxId: InboxId, item: Omit<InboxItem, "item">, time: number, keepOfRoom: number): void {
    const insert = "INSERT INTO inbox (inbox_id, room_tag, n, blob, time) VALUES (?, ?, ?, ?, ?)";
    this.sql.run(insert, inboxId, item.roomTag, item.n, item.blob, time);
    const trim =
      "DELETE FROM inbox WHERE id IN (SELECT id FROM inbox WHERE inbox_id = ? AND room_tag = ? ORDER BY id DESC LIMIT -1 OFFSET ?)";
    this.sql.run(trim, inboxId, item.roomTag, keepOfRoom);
  }

  page(inboxId: InboxId, after: number, size: PageSize): InboxItem[] {
    const sql = "SELECT id, room_tag, n, blob FROM inbox WHERE inbox_id = ? AND id > ? ORDER BY id LIMIT ?";
    return readPage(
      size,
      // A damaged delivery from one room does not hide those from others.
      (row) => this.damage.orNull(() => readRow("inbox", row, inboxRow)),
      (item) => item.blob.length,
      (last, limit) => this.sql.all(sql, inboxId, last ?? after, limit),
    );
  }

  hasAfter(inboxId: InboxId, after: number): boolean {
    return this.page(inboxId, after, ONE).length > 0;
  }

  clear(inboxId: InboxId, upTo: number): void {
    this.sql.run("DELETE FROM inbox WHERE inbox_id = ? AND id <= ?", inboxId, upTo);
  }

  deleteBefore(time: number): void {
    this.sql.run("DELETE FROM inbox WHERE time < ?", time);
  }
}

function inboxRow(row: SqlRow): InboxItem {
  return {
    item: readNumber(row, "id"),
    roomTag: RoomTag.of(id(row, "room_tag")),
    n: readNumber(row, "n"),
    blob: bytes(row, "blob"),
  };
}
