import type { Database, SqlRow } from "@conclave/sqlite";
import { ID_BYTES, RoomTag, type Sha256 } from "@conclave/wire";
import { HeadChain } from "../ledger/headChain.js";
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
  // Of a deleted room the log is gone, or is going.
  const rooms = database.prepare("SELECT no, tag, begin, n, head FROM room WHERE deleted = 0 ORDER BY no").all();
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
  const chain = new HeadChain(sha256, RoomTag.of(bytes(row, "tag", ID_BYTES)), readNumber(row, "begin"));
  place.n = chain.n;
  for (;;) {
    const page = records.page(no, place.n + 1, PAGE);
    for (const record of page) {
      place.n++;
      chain.add(record);
    }
    if (page.length === 0) break;
  }
  chain.end(length, bytes(row, "head"));
}
