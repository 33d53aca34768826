import type { SqlRow } from "@conclave/sqlite";
import { SlotId, type SlotListItem } from "@conclave/wire";
import type { SlotRow, SlotTable, SlotTime, SlotVersion } from "../slotTable.js";
import { bytes, id, readNumber, readRow } from "./row.js";
import type { Statements } from "./statements.js";

const EMPTY = new Uint8Array();
/** Old slots that are looked at in one sweep. */
const LOOKED_AT_ONCE = 512;
const FROM_THE_START: readonly [number, number, Uint8Array] = [-1, 0, EMPTY];

/** The slots of a `SqliteStore`. */
export class SqliteSlotTable implements SlotTable {
  /** The old slot that was looked at last. */
  private lookedAt = FROM_THE_START;

  constructor(private readonly sql: Statements) {}

  get(room: number, slotId: SlotId): SlotRow | null {
    const row = this.sql.get(
      "SELECT token_pub, closed, end_at," +
        " (SELECT count(*) FROM slot_version v WHERE v.room = s.room AND v.slot_id = s.slot_id) AS versions," +
        " (SELECT coalesce(sum(on_probation), 0) FROM slot_version v WHERE v.room = s.room AND v.slot_id = s.slot_id)" +
        " AS on_probation FROM slot s WHERE room = ? AND slot_id = ?",
      room,
      slotId,
    );
    if (row === null) return null;
    return readRow("slot", row, slotRow);
  }

  openCount(room: number): number {
    return readNumber(this.sql.get("SELECT count(*) AS n FROM slot WHERE room = ? AND closed = 0", room)!, "n");
  }

  listOpen(room: number, after: SlotId | null, count: number): SlotListItem[] {
    const sql =
      "SELECT slot_id, end_at, (SELECT coalesce(sum(length(blob)), 0) FROM slot_version v WHERE v.room = s.room AND v.slot_id = s.slot_id)" +
      " AS bytes FROM slot s WHERE room = ? AND closed = 0 AND slot_id > ? ORDER BY slot_id LIMIT ?";
    return this.sql.all(sql, room, after ?? EMPTY, count).map((row) => readRow("slot", row, slotListRow));
  }

  open(room: number, slotId: SlotId, tokenPub: Uint8Array, { time, commits, end }: SlotTime): void {
    const sql = "INSERT OR REPLACE INTO slot VALUES (?, ?, ?, 0, ?, ?, ?)";
    this.sql.run(sql, room, slotId, tokenPub, end, time, commits);
  }

  close(room: number, slotId: SlotId): void {
    this.sql.run("UPDATE slot SET closed = 1 WHERE room = ? AND slot_id = ?", room, slotId);
    this.emptySlot(room, slotId);
  }

  drop(room: number, slotId: SlotId): void {
    this.sql.run("DELETE FROM slot WHERE room = ? AND slot_id = ?", room, slotId);
    this.emptySlot(room, slotId);
  }

  ended(now: number, before: number, commits: number, limit: number): { room: number; slotId: SlotId }[] {
    const ended = this.sql.all("SELECT room, slot_id FROM slot WHERE end_at > 0 AND end_at < ? LIMIT ?", now, limit);
    const stale = this.stale(before, commits, Math.max(0, limit - ended.length));
    return [...ended, ...stale].map((row) => ({
      room: readNumber(row, "room"),
      slotId: SlotId.of(id(row, "slot_id")),
    }));
  }

  // Whether a slot is stale its room says. Of all old ones a part is looked at each time, from where the last time ended.
  private stale(before: number, commits: number, limit: number): SqlRow[] {
    const sql =
      "SELECT room, slot_id, time, commits + ? <= (SELECT commits FROM room WHERE no = s.room) AS stale FROM slot s" +
      " WHERE time < ? AND (time, room, slot_id) > (?, ?, ?) ORDER BY time, room, slot_id LIMIT ?";
    const rows = this.sql.all(sql, commits, before, ...this.lookedAt, LOOKED_AT_ONCE);
    const found: SqlRow[] = [];
    for (const row of rows) {
      if (found.length >= limit) return found;
      this.lookedAt = [readNumber(row, "time"), readNumber(row, "room"), id(row, "slot_id")];
      if (row["stale"] === 1) found.push(row);
    }
    if (rows.length < LOOKED_AT_ONCE) this.lookedAt = FROM_THE_START;
    return found;
  }

  addVersion(room: number, slotId: SlotId, { blob, n, time }: SlotVersion, isOnProbation: boolean, keep: number) {
    const kind = isOnProbation ? 1 : 0;
    this.sql.run(
      "INSERT INTO slot_version (room, slot_id, blob, n, time, on_probation) VALUES (?, ?, ?, ?, ?, ?)",
      room,
      slotId,
      blob,
      n,
      time,
      kind,
    );
    const sql =
      "DELETE FROM slot_version WHERE id IN" +
      " (SELECT id FROM slot_version WHERE room = ? AND slot_id = ? AND on_probation = ? ORDER BY id DESC LIMIT -1 OFFSET ?)";
    this.sql.run(sql, room, slotId, kind, keep);
  }

  version(room: number, slotId: SlotId, back: number): SlotVersion | null {
    const sql =
      "SELECT id, blob, n, time FROM slot_version WHERE room = ? AND slot_id = ?" +
      " ORDER BY on_probation, id DESC LIMIT 1 OFFSET ?";
    const row = this.sql.get(sql, room, slotId, back);
    return row === null ? null : readRow("slot_version", row, slotVersionRow);
  }

  private emptySlot(room: number, slotId: SlotId): void {
    this.sql.run("DELETE FROM slot_version WHERE room = ? AND slot_id = ?", room, slotId);
    this.sql.run("DELETE FROM request WHERE room = ? AND slot_id = ?", room, slotId);
  }
}

function slotRow(row: SqlRow): SlotRow {
  const onProbation = readNumber(row, "on_probation");
  return {
    tokenPub: id(row, "token_pub"),
    closed: row["closed"] === 1,
    end: readNumber(row, "end_at"),
    versions: readNumber(row, "versions") - onProbation,
    onProbation,
  };
}

function slotListRow(row: SqlRow): SlotListItem {
  return { slotId: SlotId.of(id(row, "slot_id")), bytes: readNumber(row, "bytes"), end: readNumber(row, "end_at") };
}

function slotVersionRow(row: SqlRow): SlotVersion {
  return { blob: bytes(row, "blob"), n: readNumber(row, "n"), time: readNumber(row, "time") };
}
