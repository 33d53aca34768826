import { done, equalBytes, failed, type Result } from "@conclave/codec";
import { RoomTag, type Sha256 } from "@conclave/wire";
import { HeadChain } from "../ledger/headChain.js";
import type { RecordRow } from "../store/recordTable.js";
import { RowDamaged } from "../store/sqlite/rowDamage.js";
import {
  ALL,
  BLOB,
  BLOB_CHUNK,
  INBOX,
  OF_ROOM,
  RECORD,
  ROOM,
  type MovedRow,
  type MovedTable,
  type MovedValue,
  type RelayData,
} from "./movedTable.js";

/** What was moved, without deleted rooms: of those only the tag moves, so that it is not used again. */
export interface MovedCounts {
  readonly rooms: number;
  readonly records: number;
  readonly files: number;
}

/** The greatest room number, and the greatest blob number, for which every row id of SQLite is a safe integer. */
const LAST_ROOM = 2 ** 21 - 1;
const LAST_BLOB = 2 ** 33 - 1;

/**
 * Copies everything that a relay has, page by page, into a database that is empty. Each page is read again from where it was written,
 * and compared. Or `damaged`, with why: then the target is not whole, and is not to be used.
 *
 * RULE: migrate.checked: every record is read back and leads to its head, and there are as many rows of each kind as there were.
 */
export async function moveRooms(
  from: RelayData,
  to: RelayData,
  sha256: Sha256,
): Promise<Result<MovedCounts, { readonly code: "damaged"; readonly why: string }>> {
  try {
    return done(await new Move(from, to, sha256).all());
  } catch (error) {
    if (!(error instanceof RowDamaged)) throw error;
    return failed({ code: "damaged", why: error.message });
  }
}

class Move {
  private readonly moved = new Map<string, number>();
  private rooms = 0;
  private live = 0;

  constructor(
    private readonly from: RelayData,
    private readonly to: RelayData,
    private readonly sha256: Sha256,
  ) {}

  async all(): Promise<MovedCounts> {
    for await (const page of this.pages(ROOM, 0)) for (const room of page) await this.room(room);
    await this.table(INBOX, { from: 0, to: 0 });
    const relay = await this.from.relay();
    await this.to.setRelay(relay);
    for (const table of ALL) {
      const counts = [this.count(table), await this.from.count(table), await this.to.count(table)];
      if (new Set(counts).size > 1) throw new RowDamaged(`table ${table.name}: ${counts.join(", ")} rows`);
    }
    return { rooms: this.live, records: this.count(RECORD), files: this.count(BLOB) };
  }

  private async room(room: MovedRow): Promise<void> {
    const from = room["no"] as number;
    // Numbered anew: SQLite has room for fewer numbers than PostgreSQL, which also gives them to other things.
    const to = ++this.rooms;
    if (to > LAST_ROOM) throw new RowDamaged(`there are more than ${LAST_ROOM} rooms`);
    await this.write(ROOM, 0, to - 1, [{ ...room, no: to }]);
    if (room["deleted"] === true) return;
    this.live++;
    const owners = { from, to };
    await this.log(room, owners);
    for (const table of OF_ROOM) await this.table(table, owners);
    let after: MovedValue = null;
    for await (const page of this.pages(BLOB, from)) {
      await this.write(BLOB, to, after, page);
      after = page.at(-1)!["no"]!;
      for (const { no } of page) {
        if ((no as number) > LAST_BLOB) throw new RowDamaged(`file ${String(no)} has too great a number`);
        await this.table(BLOB_CHUNK, { from: no as number, to: no as number });
      }
    }
  }

  private async log(room: MovedRow, owners: { from: number; to: number }): Promise<void> {
    const chain = new HeadChain(this.sha256, RoomTag.of(room["tag"] as Uint8Array), room["begin"] as number);
    try {
      await this.table(RECORD, owners, (row) => {
        chain.add(recordOf(row));
      });
      chain.end(room["n"] as number, room["head"] as Uint8Array);
    } catch (error) {
      if (!(error instanceof RowDamaged)) throw error;
      throw new RowDamaged(`room ${owners.from}: ${error.message}`);
    }
  }

  private async table(
    table: MovedTable,
    owners: { from: number; to: number },
    check: (row: MovedRow) => void = () => undefined,
  ): Promise<void> {
    let after: MovedValue = null;
    for await (const page of this.pages(table, owners.from)) {
      for (const row of await this.write(table, owners.to, after, page)) check(row);
      after = page.at(-1)![table.key]!;
    }
  }

  private async *pages(table: MovedTable, owner: number): AsyncGenerator<readonly MovedRow[]> {
    for (let after: MovedValue = null; ;) {
      const page = await this.from.page(table, owner, after);
      if (page.length === 0) return;
      yield page;
      after = page.at(-1)![table.key]!;
    }
  }

  /** Writes a page after those that are there, and returns it as it is read again. */
  private async write(
    table: MovedTable,
    owner: number,
    after: MovedValue,
    rows: readonly MovedRow[],
  ): Promise<readonly MovedRow[]> {
    await this.to.add(table, owner, rows);
    const written = await this.to.page(table, owner, after);
    const isSame = written.length === rows.length && rows.every((row, at) => isSameRow(table, row, written[at]!));
    if (!isSame) throw new RowDamaged(`table ${table.name}: what was written is not what is read`);
    this.moved.set(table.name, this.count(table) + rows.length);
    return written;
  }

  private count({ name }: MovedTable): number {
    return this.moved.get(name) ?? 0;
  }
}

function isSameRow({ columns }: MovedTable, one: MovedRow, other: MovedRow): boolean {
  return Object.keys(columns).every((column) => {
    const [a, b] = [one[column], other[column]];
    return a instanceof Uint8Array && b instanceof Uint8Array ? equalBytes(a, b) : a === b;
  });
}

/** A record as the log has it. */
export function recordOf(row: MovedRow): RecordRow {
  return {
    n: row["n"] as number,
    kind: row["kind"] === 1 ? "commit" : "message",
    epoch: row["epoch"] as number,
    time: row["time"] as number,
    appendId: row["append_id"] as Uint8Array,
    head: row["head"] as Uint8Array,
    isOnProbation: row["on_probation"] === true,
    parent: row["parent"] as number,
    pruned: row["pruned"] === true,
    payload: row["payload"] as Uint8Array,
    attachment: row["attachment"] as Uint8Array,
  };
}
