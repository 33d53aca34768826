import { toHex } from "@conclave/codec";
import { ID_BYTES, RoomTag, type Sha256 } from "@conclave/wire";
import { HeadChain } from "../ledger/headChain.js";
import { recordOf } from "../migration/moveRooms.js";
import { RECORD, ROOM, type MovedTable, type RelayData } from "../migration/movedTable.js";
import { RowDamaged } from "../store/sqlite/rowDamage.js";

/** A room whose stored log is not what the relay wrote. */
export interface DamagedRoom {
  /** The store's own number of the room. */
  readonly room: number;
  /** Hexadecimal; null where it cannot be read. */
  readonly tag: string | null;
  /** The last record that is as it was written; where it is the room's row that is wrong, the last of its log. */
  readonly n: number;
  readonly why: string;
}

/** What came of reading all logs. */
export interface LogCheck {
  readonly rooms: number;
  readonly records: number;
  readonly damaged: readonly DamagedRoom[];
}

/** One at a time: a row that cannot be read is found alone. */
const ONE_ROOM: MovedTable = { ...ROOM, page: 1 };
const RECORDS: MovedTable = { ...RECORD, page: 128 };

/**
 * Reads every record of every room, and recomputes every head from the records, each room as it is at one moment. A room is damaged
 * where a record cannot be read, is missing, or does not lead to the head that is stored with it. Rejects when the store cannot be
 * read at all.
 *
 * RULE: backup.heads-recomputed: what is served and signed after a restore is what was signed before: a file with one bit changed
 * is found here, and not by members who take it for a lie (attack A21).
 */
export async function checkLogs(data: RelayData, sha256: Sha256): Promise<LogCheck> {
  // Of a deleted room the log is gone, or is going.
  const rooms = await data.rooms();
  const damaged: DamagedRoom[] = [];
  let records = 0;
  for (const room of rooms) {
    const place = { n: 0, begin: 0, tag: null as string | null };
    try {
      await data.atOnce(() => checkRoom(data, room, sha256, place));
    } catch (error) {
      if (!(error instanceof RowDamaged)) throw error;
      damaged.push({ room, tag: place.tag, n: place.n, why: error.message });
    }
    records += place.n - place.begin;
  }
  return { rooms: rooms.length, records, damaged };
}

async function checkRoom(
  data: RelayData,
  no: number,
  sha256: Sha256,
  place: { n: number; begin: number; tag: string | null },
): Promise<void> {
  const [row] = await data.page(ONE_ROOM, 0, no - 1);
  // Deleted meanwhile.
  if (row?.["no"] !== no || row["deleted"] === true) return;
  const tag = row["tag"] as Uint8Array;
  if (tag.length !== ID_BYTES) throw new RowDamaged("column tag");
  place.tag = toHex(tag);
  place.n = place.begin = row["begin"] as number;
  const chain = new HeadChain(sha256, RoomTag.of(tag), place.begin);
  for (;;) {
    const page = await data.page(RECORDS, no, place.n);
    for (const record of page) {
      chain.add(recordOf(record));
      place.n = chain.n;
    }
    if (page.length === 0) break;
  }
  chain.end(row["n"] as number, row["head"] as Uint8Array);
}
