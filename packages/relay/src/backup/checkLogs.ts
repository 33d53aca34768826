import { equalBytes } from "@conclave/codec";
import type { Database, SqlRow } from "@conclave/sqlite";
import { digestHash, firstLogHead, ID_BYTES, nextLogHead, recordHash, RoomTag, type Sha256 } from "@conclave/wire";
import type { RecordRow } from "../store/recordTable.js";
import { bytes, readNumber } from "../store/sqlite/row.js";
import { RowDamaged } from "../store/sqlite/rowDamage.js";
import { SqliteRecordTable } from "../store/sqlite/sqliteRecordTable.js";
import { Statements } from "../store/sqlite/statements.js";

/** A room whose stored log is not what the relay wrote. */
export interface DamagedRoom {
  /** The store's own number of the room. */
  readonly room: number;
  /** The first record that is wrong or missing; 0 where it is the room's own row. */
  readonly n: number;
  readonly why: string;
}

/** What came of reading all logs. */
export interface LogCheck {
  readonly rooms: number;
  readonly records: number;
  readonly damaged: readonly DamagedRoom[];
}

const PAGE = { items: 512, bytes: 8 * 1024 * 1024 };

/**
 * Reads every record of every room, and recomputes every head from the records. A room is damaged where a record cannot be read,
 * is missing, or does not lead to the head that is stored with it.
 *
 * RULE: backup.heads-recomputed: what is served and signed after a restore is what was signed before: a file with one bit changed
 * is found here, and not by members who take it for a lie (attack A21).
 */
export function checkLogs(database: Database, sha256: Sha256): LogCheck {
  const records = new SqliteRecordTable(new Statements(database));
  const rooms = database.prepare("SELECT no, tag, begin, n, head FROM room ORDER BY no").all();
  let read = 0;
  const damaged: DamagedRoom[] = [];
  for (const row of rooms) {
    const place = { n: 0 };
    const room = typeof row["no"] === "number" ? row["no"] : 0;
    try {
      checkRoom(records, row, sha256, place);
    } catch (error) {
      if (!(error instanceof RowDamaged)) throw error;
      damaged.push({ room, n: place.n, why: error.message });
    }
    read += place.n - (typeof row["begin"] === "number" ? row["begin"] : 0);
  }
  return { rooms: rooms.length, records: read, damaged };
}

function checkRoom(records: SqliteRecordTable, row: SqlRow, sha256: Sha256, place: { n: number }): void {
  const [no, length] = [readNumber(row, "no"), readNumber(row, "n")];
  const tag = RoomTag.of(bytes(row, "tag", ID_BYTES));
  place.n = readNumber(row, "begin");
  // Of a room that moved here the log begins later: what its first record is said to lead to is where it begins.
  let head = place.n === 0 ? firstLogHead(sha256, tag) : null;
  for (;;) {
    const page = records.page(no, place.n + 1, PAGE);
    for (const record of page) {
      place.n++;
      if (record.n !== place.n) throw new RowDamaged(`record ${place.n} is missing`);
      head = head === null ? record.head : nextLogHead(sha256, head, hashOf(sha256, tag, record));
      if (!equalBytes(head, record.head)) throw new RowDamaged(`record ${place.n} does not lead to its head`);
    }
    if (page.length === 0) break;
  }
  if (place.n !== length) throw new RowDamaged(`the room has ${place.n} records instead of ${length}`);
  if (!equalBytes(head ?? new Uint8Array(0), bytes(row, "head")))
    throw new RowDamaged("the room's head is not that of its log");
}

function hashOf(sha256: Sha256, tag: RoomTag, record: RecordRow): Uint8Array {
  if (!record.pruned) return recordHash(sha256, tag, record);
  const { kind, epoch, payload, attachment } = record;
  return digestHash(sha256, tag, { kind, epoch, payloadHash: payload, attachmentHash: attachment });
}
