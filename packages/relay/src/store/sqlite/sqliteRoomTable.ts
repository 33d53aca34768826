import type { SqlRow } from "@conclave/sqlite";
import { ID_BYTES, RoomTag, SlotId } from "@conclave/wire";
import { keyChanges, type KeyChanges, type RoomRow, type RoomTable, type WriteKey } from "../roomTable.js";
import { id, readNumber, readRow } from "./row.js";
import type { Statements } from "./statements.js";

/** The last room number for which every row id is a safe integer. */
const LAST_ROOM = 2 ** 21 - 1;
const SAVE =
  "UPDATE room SET epoch = ?, n = ?, last_commit = ?, head = ?, lineage = ?, seen_at = ?, commits = ?," +
  " available_from = ?, message_bytes = ?, probation_bytes = ?, blob_bytes = ?, owed = ?, restored = ?";

/** The rooms of a `SqliteStore`. */
export class SqliteRoomTable implements RoomTable {
  constructor(private readonly sql: Statements) {}

  get(tag: RoomTag): RoomRow | null {
    const row = this.sql.get("SELECT * FROM room WHERE tag = ?", tag);
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
