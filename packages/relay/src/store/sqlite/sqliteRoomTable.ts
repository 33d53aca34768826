import type { SqlRow } from "@conclave/sqlite";
import { ID_BYTES, RoomTag, SlotId } from "@conclave/wire";
import {
  keyChanges,
  type KeyChanges,
  type RoomRow,
  type OwnRoomTable,
  type RoomUse,
  type WriteKey,
} from "../roomTable.js";
import type { DamageLog } from "./damageLog.js";
import { id, readNumber, readRow } from "./row.js";
import type { Statements } from "./statements.js";

/** The last room number for which every row id is a safe integer. */
const LAST_ROOM = 2 ** 21 - 1;
const SAVE =
  "UPDATE room SET epoch = ?, n = ?, last_commit = ?, head = ?, lineage = ?, seen_at = ?, commits = ?," +
  " available_from = ?, message_bytes = ?, probation_bytes = ?, blob_bytes = ?, owed = ?, restored = ?";

/** What frees a deleted room's rows, at most so many at a time: ?1 is its number, ?2 the limit. */
const PURGES: readonly string[] = [
  "DELETE FROM room_key WHERE room = ?1 AND n IN (SELECT n FROM room_key WHERE room = ?1 LIMIT ?2)",
  "DELETE FROM record WHERE id IN (SELECT id FROM record WHERE id > ?1 * 4294967296 AND id < (?1 + 1) * 4294967296 LIMIT ?2)",
  "DELETE FROM roster WHERE id IN (SELECT id FROM roster WHERE room = ?1 LIMIT ?2)",
  "DELETE FROM slot_version WHERE id IN (SELECT id FROM slot_version WHERE room = ?1 LIMIT ?2)",
  "DELETE FROM slot WHERE room = ?1 AND slot_id IN (SELECT slot_id FROM slot WHERE room = ?1 LIMIT ?2)",
  "DELETE FROM request WHERE id IN (SELECT id FROM request WHERE room = ?1 LIMIT ?2)",
];

/** The rooms of a `SqliteStore`. */
export class SqliteRoomTable implements OwnRoomTable {
  constructor(
    private readonly sql: Statements,
    private readonly damage: DamageLog,
  ) {}

  get(tag: RoomTag): RoomRow | null {
    const row = this.sql.get("SELECT * FROM room WHERE tag = ? AND deleted = 0", tag);
    if (row === null) return null;
    const room = readRow("room", row, roomRow);
    return { ...room, writeKeys: this.keysOf(room.no) };
  }

  add(room: Omit<RoomRow, "no">): RoomRow | null {
    if (this.count() >= LAST_ROOM) return null;
    const { tag, creation, head } = room;
    const { rowid } = this.sql.run(
      "INSERT INTO room (tag, creation, begin, epoch, n, last_commit, head, lineage, seen_at, commits," +
        " available_from, message_bytes, probation_bytes, blob_bytes, owed, restored)" +
        " VALUES (?, ?, ?, 0, 0, 0, ?, 0, 0, 0, 1, 0, 0, 0, 0, 0)",
      tag,
      creation,
      room.begin,
      head,
    );
    const added = { ...room, no: rowid };
    this.save(added, { ...added, writeKeys: [], oldest: null });
    return added;
  }

  save(room: RoomRow, was: RoomRow): void {
    const values = [
      room.epoch,
      room.n,
      room.lastCommit,
      room.head,
      room.lineage,
      room.seenAt,
      room.commits,
      room.availableFrom,
      room.messageBytes,
      room.probationBytes,
      room.blobBytes,
      room.owed,
      room.restored,
    ];
    // A column that is set has its index written, also where it stays the same.
    if (room.oldest === was.oldest) this.sql.run(`${SAVE} WHERE no = ?`, ...values, room.no);
    else this.sql.run(`${SAVE}, oldest = ? WHERE no = ?`, ...values, room.oldest, room.no);
    this.saveKeys(room.no, keyChanges(room, was));
  }

  count(): number {
    return readNumber(this.sql.get("SELECT coalesce(max(no), 0) AS n FROM room")!, "n");
  }

  withOld(before: number, limit: number): RoomTag[] {
    // Nobody can ask for a tag of another length.
    const sql = "SELECT tag FROM room WHERE oldest < ? AND typeof(tag) = 'blob' AND length(tag) = ? LIMIT ?";
    return this.sql.all(sql, before, ID_BYTES, limit).map((row) => RoomTag.of(id(row, "tag")));
  }

  list(after: number, limit: number): RoomUse[] {
    const sql =
      "SELECT *, (SELECT time FROM record WHERE id = no * 4294967296 + begin + 1) AS created_at," +
      " (SELECT time FROM record WHERE id = no * 4294967296 + n) AS used_at" +
      " FROM room WHERE no > ? AND deleted = 0 ORDER BY no LIMIT ?";
    return this.sql
      .all(sql, after, limit)
      .flatMap((row) => this.damage.orNull(() => readRow("room", row, summary)) ?? []);
  }

  delete(tag: RoomTag): boolean {
    const { changes } = this.sql.run("UPDATE room SET deleted = 1, oldest = NULL WHERE tag = ? AND deleted = 0", tag);
    if (changes === 0) return false;
    this.sql.run("UPDATE blob SET dropped = 1 WHERE dropped = 0 AND room = (SELECT no FROM room WHERE tag = ?)", tag);
    return true;
  }

  wasDeleted(tag: RoomTag): boolean {
    return this.sql.get("SELECT no FROM room WHERE tag = ? AND deleted > 0", tag) !== null;
  }

  purge(limit: number): boolean {
    const row = this.sql.get("SELECT no FROM room WHERE deleted = 1 ORDER BY no LIMIT 1");
    if (row === null) return false;
    const no = readNumber(row, "no");
    let left = limit;
    for (const sql of PURGES) {
      left -= this.sql.run(sql, no, left).changes;
      if (left <= 0) return true;
    }
    this.sql.run("UPDATE room SET deleted = 2 WHERE no = ?", no);
    return this.sql.get("SELECT no FROM room WHERE deleted = 1 LIMIT 1") !== null;
  }

  private keysOf(room: number): WriteKey[] {
    const rows = this.sql.all("SELECT * FROM room_key WHERE room = ? ORDER BY n", room);
    return rows.map((row) => readRow("room_key", { ...row, no: room }, writeKey));
  }

  private saveKeys(room: number, { written, gone }: KeyChanges): void {
    for (const n of gone) this.sql.run("DELETE FROM room_key WHERE room = ? AND n = ?", room, n);
    for (const { n, key, epoch, lineage, slot, live, since, until } of written) {
      const sql = "INSERT OR REPLACE INTO room_key VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
      this.sql.run(sql, room, n, key, epoch, lineage, slot, live ? 1 : 0, since, until);
    }
  }
}

function summary(row: SqlRow): RoomUse {
  const records = readNumber(row, "n");
  return {
    no: readNumber(row, "no"),
    tag: RoomTag.of(id(row, "tag")),
    records,
    messageBytes: readNumber(row, "message_bytes"),
    blobBytes: readNumber(row, "blob_bytes"),
    createdAt: row["created_at"] === null ? null : readNumber(row, "created_at"),
    usedAt: row["used_at"] === null ? null : readNumber(row, "used_at"),
  };
}

function writeKey(row: SqlRow): WriteKey {
  return {
    key: id(row, "key"),
    epoch: readNumber(row, "epoch"),
    n: readNumber(row, "n"),
    lineage: readNumber(row, "lineage"),
    slot: row["slot"] === null ? null : SlotId.of(id(row, "slot")),
    live: row["live"] === 1,
    since: readNumber(row, "since"),
    until: readNumber(row, "until"),
  };
}

function roomRow(row: SqlRow): Omit<RoomRow, "writeKeys"> {
  return {
    no: readNumber(row, "no"),
    tag: RoomTag.of(id(row, "tag")),
    creation: id(row, "creation"),
    begin: readNumber(row, "begin"),
    epoch: readNumber(row, "epoch"),
    n: readNumber(row, "n"),
    lastCommit: readNumber(row, "last_commit"),
    head: id(row, "head"),
    lineage: readNumber(row, "lineage"),
    seenAt: readNumber(row, "seen_at"),
    commits: readNumber(row, "commits"),
    availableFrom: readNumber(row, "available_from"),
    messageBytes: readNumber(row, "message_bytes"),
    probationBytes: readNumber(row, "probation_bytes"),
    blobBytes: readNumber(row, "blob_bytes"),
    oldest: row["oldest"] === null ? null : readNumber(row, "oldest"),
    owed: readNumber(row, "owed"),
    restored: readNumber(row, "restored"),
  };
}
