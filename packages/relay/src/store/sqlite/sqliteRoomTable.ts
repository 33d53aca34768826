import { decode, encode } from "@conclave/codec";
import type { SqlRow } from "@conclave/sqlite";
import { ID_BYTES, RoomTag, SlotId } from "@conclave/wire";
import type { RoomRow, RoomTable, WriteKey } from "../roomTable.js";
import { bytes, id, readNumber, readRow } from "./row.js";
import { RowDamaged } from "./rowDamage.js";
import type { Statements } from "./statements.js";

/** The last room number for which every row id is a safe integer. */
const LAST_ROOM = 2 ** 21 - 1;
const NO_SLOT = new Uint8Array(0);

/** The rooms of a `SqliteStore`. */
export class SqliteRoomTable implements RoomTable {
  constructor(private readonly sql: Statements) {}

  get(tag: RoomTag): RoomRow | null {
    const row = this.sql.get("SELECT * FROM room WHERE tag = ?", tag);
    return row === null ? null : readRow("room", row, roomRow);
  }

  add(room: Omit<RoomRow, "no">): RoomRow | null {
    if (this.count() >= LAST_ROOM) return null;
    const { tag, creation, head } = room;
    const { rowid } = this.sql.run(
      "INSERT INTO room (tag, creation, begin, epoch, n, last_commit, head, write_keys, lineage, seen_at, commits," +
        " available_from, message_bytes, probation_bytes, blob_bytes)" +
        " VALUES (?, ?, ?, 0, 0, 0, ?, ?, 0, 0, 0, 1, 0, 0, 0)",
      tag,
      creation,
      room.begin,
      head,
      encodeWriteKeys(room.writeKeys),
    );
    const added = { ...room, no: rowid };
    this.save(added);
    return added;
  }

  save(room: RoomRow): void {
    this.sql.run(
      "UPDATE room SET epoch = ?, n = ?, last_commit = ?, head = ?, write_keys = ?, lineage = ?," +
        " seen_at = ?, commits = ?, available_from = ?, message_bytes = ?, probation_bytes = ?," +
        " blob_bytes = ?, oldest = ? WHERE no = ?",
      room.epoch,
      room.n,
      room.lastCommit,
      room.head,
      encodeWriteKeys(room.writeKeys),
      room.lineage,
      room.seenAt,
      room.commits,
      room.availableFrom,
      room.messageBytes,
      room.probationBytes,
      room.blobBytes,
      room.oldest,
      room.no,
    );
  }

  count(): number {
    return readNumber(this.sql.get("SELECT coalesce(max(no), 0) AS n FROM room")!, "n");
  }

  withOld(before: number, limit: number): RoomTag[] {
    // Nobody can ask for a tag of another length.
    const sql = "SELECT tag FROM room WHERE oldest < ? AND typeof(tag) = 'blob' AND length(tag) = ? LIMIT ?";
    return this.sql.all(sql, before, ID_BYTES, limit).map((row) => RoomTag.of(id(row, "tag")));
  }
}

function encodeWriteKeys(keys: readonly WriteKey[]): Uint8Array {
  return encode(keys, (writer) =>
    writer.vector(keys, (w, { key, epoch, n, lineage, slot, live, since, until }) =>
      w
        .opaque(key)
        .u53(epoch)
        .u53(n)
        .u53(lineage)
        .opaque(slot ?? NO_SLOT)
        .bool(live)
        .u53(since)
        .u53(until),
    ),
  );
}

function decodeWriteKeys(encoded: Uint8Array): WriteKey[] {
  const decoded = decode(encoded, (reader) =>
    reader.vector((r) => ({
      key: r.opaque(),
      epoch: r.u53(),
      n: r.u53(),
      lineage: r.u53(),
      slot: slotOf(r.opaque()),
      live: r.bool(),
      since: r.u53(),
      until: r.u53(),
    })),
  );
  if (
    !decoded.ok ||
    decoded.value.some(({ key, slot }) => key.length !== ID_BYTES || (slot?.length ?? ID_BYTES) !== ID_BYTES)
  )
    throw new RowDamaged("column write_keys");
  return decoded.value;
}

function slotOf(bytes: Uint8Array): SlotId | null {
  return bytes.length === 0 ? null : SlotId.of(bytes);
}

function roomRow(row: SqlRow): RoomRow {
  return {
    no: readNumber(row, "no"),
    tag: RoomTag.of(id(row, "tag")),
    creation: id(row, "creation"),
    begin: readNumber(row, "begin"),
    epoch: readNumber(row, "epoch"),
    n: readNumber(row, "n"),
    lastCommit: readNumber(row, "last_commit"),
    head: id(row, "head"),
    writeKeys: decodeWriteKeys(bytes(row, "write_keys")),
    lineage: readNumber(row, "lineage"),
    seenAt: readNumber(row, "seen_at"),
    commits: readNumber(row, "commits"),
    availableFrom: readNumber(row, "available_from"),
    messageBytes: readNumber(row, "message_bytes"),
    probationBytes: readNumber(row, "probation_bytes"),
    blobBytes: readNumber(row, "blob_bytes"),
    oldest: row["oldest"] === null ? null : readNumber(row, "oldest"),
  };
}
