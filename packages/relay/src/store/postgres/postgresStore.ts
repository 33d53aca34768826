import { RoomTag } from "@conclave/wire";
import { randomUUID } from "node:crypto";
import type { PageSize } from "../recordPage.js";
import type { RecordRow } from "../recordTable.js";
import type { RoomUse } from "../roomTable.js";
import type { ReadSet } from "../readSet.js";
import { type SharedStore, StoreAway, type Unit } from "../sharedStore.js";
import { UnitOfWork } from "../unit/unitOfWork.js";
import { recordAt, RECORD_COLUMNS, recordRow } from "./loadLog.js";
import { loadUnit } from "./loadUnit.js";
import { readUnitChanges, type SharedChanges, unitChanges } from "./changes.js";
import { deleteRoom, listRooms } from "./operatedRooms.js";
import { type PostgresStatement, statement } from "./driver.js";
import { PostgresConnection } from "./postgresConnection.js";
import { migratePostgres, refuseUnfinished } from "./postgresSchema.js";
import { CHANNEL, PostgresWatch } from "./postgresWatch.js";
import { RelayClock } from "./relayClock.js";
import { noticeServer } from "./serverLine.js";
import { writeRecords, writeRooms, writeRoster } from "./writeLog.js";
import { deletePending, writeBlobs, writePending, writeSlots } from "./writeSlots.js";

/** Records that follow a place in a log. `head`: at that place; null where the log begins there. */
export interface RecordsAfter {
  readonly head: Uint8Array | null;
  /** After how many records the log begins: more than none in a room that moved here. */
  readonly begin: number;
  readonly rows: readonly RecordRow[];
}

/** Records of one room that are read on at once: few would fall behind somebody who writes fast. */
const READ_ON = { items: 512, bytes: 2 * 1024 * 1024 };

/**
 * RULE: shared.no-cliff: each statement names its rows by keys, and goes from one to the next by an index. PostgreSQL plans it once for
 * each connection, perhaps while the tables were empty, and would go on reading all of a room that has grown since. So it is left no
 * choice: where a table has two indexes by room, the order that is asked for is that of the one that is meant ({@link recordAt}).
 * Without `jit = off` it would compile what it thinks expensive by these settings, such as reading the one row of `relay`, which
 * costs a hundred times what carrying it out does (attack A83).
 */
const BY_INDEX = [
  ...["seqscan", "bitmapscan", "hashjoin", "mergejoin"].map((way) => `SET enable_${way} = off`),
  ...["SET plan_cache_mode = force_generic_plan", "SET jit = off"],
].join("; ");

/** A statement gets no answer for longer than PostgreSQL lets it take: it is frozen. */
const LONGEST_ANSWER_MS = 15_000;

/** How a store on PostgreSQL is opened. */
export interface PostgresStoreOptions {
  /** `postgres://user:password@host/database`: a secret. */
  readonly address: string;
  /** The relay's Ed25519 public key: the database is this key's. */
  readonly relayKey: Uint8Array;
  /** Payload bytes of messages that a room keeps, and how much of them is pruned in one step. */
  readonly retention: { readonly keepBytes: number; readonly step: PageSize };
}

/** A unit whose transaction is open. */
export interface PostgresUnit extends Unit {
  readonly ledger: UnitOfWork;
  readonly connection: PostgresConnection;
}

/**
 * A store in PostgreSQL, which several relays use at once. What a group of requests reads is loaded, and its rooms locked, by
 * {@link load}; the core carries the group out on that; {@link commit} writes what it has written, and when it resolves all of it is
 * durable. Or {@link abandon} it: then nothing has happened.
 */
export class PostgresStore implements SharedStore<PostgresUnit> {
  private readonly idle: PostgresConnection[] = [];
  private readonly watches: PostgresWatch[] = [];
  private readonly clock = new RelayClock(async (work) => {
    await this.apart(work);
  });
  /** Tells what this store wrote from what others did: it has another one after each commit of which nobody knows how it ended. */
  private name = randomUUID();
  private isClosed = false;
  private readOnly = false;

  private constructor(private readonly options: PostgresStoreOptions) {}

  /** Opens the database, and makes its tables where there are none. Rejects with `PostgresRefused`, or with PostgreSQL's own error. */
  static async open(options: PostgresStoreOptions): Promise<PostgresStore> {
    const store = new PostgresStore(options);
    const connection = await PostgresConnection.open(options.address);
    try {
      await refuseUnfinished(connection);
      await migratePostgres(connection, options.relayKey);
      // While it waited for its turn, a move may have begun and been interrupted.
      await refuseUnfinished(connection);
    } finally {
      await connection.close();
    }
    return store;
  }

  /** Whether PostgreSQL answered the last time, and took no writes: it is a standby, or only to be read. */
  get isReadOnly(): boolean {
    return this.readOnly;
  }

  /** Begins a unit. Rejects with `StoreAway`, or with what PostgreSQL says of these reads: then nothing has happened. */
  async load(reads: ReadSet): Promise<PostgresUnit> {
    const connection = await this.take();
    try {
      const { content, time } = await loadUnit(connection, reads, this.clock, this.options.retention);
      this.readOnly = false;
      return { ledger: new UnitOfWork(content), time, connection };
    } catch (error) {
      this.readOnly = isReadOnly(error);
      await this.discard(connection);
      throw error;
    }
  }

  /**
   * Makes durable what a unit has written. Rejects when that failed, and also when nobody can say whether it did: whoever asked for it
   * has to ask again, under the same append id.
   */
  async commit({ ledger, connection }: PostgresUnit): Promise<void> {
    const message = unitChanges(ledger);
    try {
      // RULE: shared.whole-or-nothing: all of it leaves at once, the COMMIT too, and where one statement fails PostgreSQL takes none
      // of them (attack A97).
      await connection.all(this.writesOf(ledger, message));
    } catch (error) {
      // It may be stored, or will be: what is said of it is then news here, too. It may have been said already.
      this.name = randomUUID();
      if (message !== null) for (const watch of this.watches) watch.tell(readUnitChanges(message));
      await this.discard(connection);
      throw error;
    }
    this.release(connection);
  }

  /** Ends a unit of which nothing is to be written. */
  async abandon({ connection }: PostgresUnit): Promise<void> {
    try {
      await connection.run("ROLLBACK");
      this.release(connection);
    } catch {
      await connection.close();
    }
  }

  /**
   * Calls `changed` with what other relays write; with null when it may have been anything. That is a hint: what it
   * says is in the database, and what it does not say may be there too ({@link heads}).
   */
  watch(changed: (changes: SharedChanges | null) => void): void {
    this.watches.push(new PostgresWatch(this.options.address, (name) => name === this.name, changed));
  }

  /** How long the logs of these rooms are now; null for one that its operator has deleted. */
  async heads(tags: readonly RoomTag[]): Promise<{ readonly tag: RoomTag; readonly n: number | null }[]> {
    return await this.apart(async (connection) => {
      const [[state], rows] = await Promise.all([
        connection.rows("SELECT current_setting('transaction_read_only') = 'on' AS read_only"),
        connection.rows("SELECT tag, n, deleted FROM room WHERE tag = ANY($1)", [tags]),
      ]);
      this.readOnly = state!["read_only"] === true;
      if (this.readOnly) throw new StoreAway("PostgreSQL takes no writes", {}, true);
      return rows.map((row) => ({
        tag: RoomTag.of(row["tag"] as Uint8Array),
        n: row["deleted"] === true ? null : (row["n"] as number),
      }));
    });
  }

  /** Rooms for the operator's list, in order: those after the one with the number `after`. */
  async listRooms(after: number, limit: number): Promise<RoomUse[]> {
    return await this.apart((connection) => listRooms(connection, after, limit));
  }

  /** Deletes a room for good; sweeps free its space. Durable when it resolves. False when there is none. */
  async deleteRoom(roomTag: RoomTag): Promise<boolean> {
    return await this.apart((connection) => deleteRoom(connection, roomTag));
  }

  /** Records of rooms after a place in each, as far as they are committed: some of them, in order, with the head at that place. */
  async after(
    places: readonly { readonly roomTag: RoomTag; readonly n: number }[],
  ): Promise<Map<RoomTag, RecordsAfter>> {
    return await this.apart(async (connection) => {
      const found = new Map<RoomTag, RecordsAfter & { readonly rows: RecordRow[] }>();
      const rows = await connection.rows(
        `SELECT q.at, page.*, b.head AS head_before, room.begin AS log_begin
         FROM unnest($1::bytea[], $2::bigint[]) WITH ORDINALITY AS q (tag, after, at)
         JOIN room ON room.tag = q.tag
         LEFT JOIN LATERAL (SELECT head FROM record r WHERE r.room = room.no AND ${recordAt("q.after")}) b ON true,
         LATERAL (
           SELECT ${RECORD_COLUMNS}, sum(length(r.payload) + length(r.attachment)) OVER (ORDER BY r.n)
             - length(r.payload) - length(r.attachment) AS before
           FROM record r WHERE r.room = room.no AND r.n > q.after AND r.n <= q.after + ${READ_ON.items} ORDER BY r.n
         ) AS page WHERE page.before <= ${READ_ON.bytes} ORDER BY q.at, page.n`,
        [places.map(({ roomTag }) => roomTag), places.map(({ n }) => n)],
      );
      for (const row of rows) {
        const { roomTag } = places[(row["at"] as number) - 1]!;
        const records = found.get(roomTag)?.rows ?? [];
        if (records.length === 0) {
          const [head, begin] = [row["head_before"] as Uint8Array | null, row["log_begin"] as number];
          found.set(roomTag, { head, begin, rows: records });
        }
        records.push(recordRow(row));
      }
      return found;
    });
  }

  /** Closes the connections. Units that are still open are abandoned. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all([...this.watches, ...this.idle.splice(0)].map((each) => each.close()));
  }

  /** What a unit writes, and its end: in this order. */
  private *writesOf(ledger: UnitOfWork, message: string | null): Iterable<PostgresStatement> {
    const { writes } = ledger;
    yield* deletePending(ledger);
    yield* writeRooms(ledger.changedRooms());
    yield* writeRecords(writes);
    yield* writeRoster(writes);
    yield* writeSlots(writes);
    yield* writePending(writes);
    yield* writeBlobs(writes);
    if (writes.signedUntil !== null) yield this.clock.reserve(writes.signedUntil);
    // Told when it is committed, and not before.
    if (message !== null) yield statement("SELECT pg_notify($1, $2)", [CHANNEL, `${this.name} ${message}`]);
    yield statement("COMMIT", []);
  }

  private async take(): Promise<PostgresConnection> {
    for (let idle = this.idle.pop(); idle !== undefined; idle = this.idle.pop()) if (idle.isOpen) return idle;
    const connection = await PostgresConnection.open(this.options.address, LONGEST_ANSWER_MS);
    try {
      await Promise.all([connection.run(BY_INDEX), noticeServer(connection)]);
      return connection;
    } catch (error) {
      this.readOnly = isReadOnly(error);
      await connection.close();
      throw error;
    }
  }

  /** Does something on a connection of its own. */
  private async apart<T>(work: (connection: PostgresConnection) => Promise<T>): Promise<T> {
    const connection = await this.take();
    try {
      const found = await work(connection);
      this.release(connection);
      return found;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  private release(connection: PostgresConnection): void {
    if (this.isClosed || !connection.isOpen) void connection.close();
    else this.idle.push(connection);
  }

  /**
   * Ends a transaction in which something failed, and its connection.
   *
   * RULE: shared.failed-not-reused: what it had prepared may be what failed, as after a newer relay has changed a table, and would fail
   * each time; and when PostgreSQL takes writes again it may be another server, which is looked at on new connections (attack A83).
   */
  private async discard(connection: PostgresConnection): Promise<void> {
    await connection.run("ROLLBACK").catch(() => undefined);
    await connection.close();
  }
}

function isReadOnly(error: unknown): boolean {
  return error instanceof StoreAway && error.isReadOnly;
}
