import { RoomTag } from "@conclave/wire";
import { randomUUID } from "node:crypto";
import type { PageSize } from "../recordPage.js";
import type { RecordRow } from "../recordTable.js";
import type { RoomUse } from "../roomTable.js";
import type { ReadSet, SweepReads } from "../readSet.js";
import { type SharedStore, StoreAway, type Unit } from "../sharedStore.js";
import { UnitContent } from "../unit/unitContent.js";
import { UnitOfWork } from "../unit/unitOfWork.js";
import { inboxesOfSweep, loadBlobs, loadSweep, roomsOfSweep } from "./loadBlobs.js";
import {
  RECORD_COLUMNS,
  recordRow,
  loadAppended,
  loadCommits,
  loadHeads,
  loadRecordPages,
  loadRecords,
  loadRooms,
  loadRosterLog,
} from "./loadLog.js";
import { loadInboxes, loadRequests, loadSlots } from "./loadSlots.js";
import { readUnitChanges, type SharedChanges, unitChanges } from "./changes.js";
import { deleteRoom, listRooms, purgeRooms } from "./operatedRooms.js";
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
  readonly rows: readonly RecordRow[];
}

/** Records of one room that are read on at once: few would fall behind somebody who writes fast. */
const READ_ON = { items: 512, bytes: 2 * 1024 * 1024 };

/** A unit ends when nothing was asked of PostgreSQL for so long: carrying out a group takes much less. */
const LONGEST_PAUSE_MS = 10_000;
/** A statement may wait for a lock that a dead relay holds, and little more. PostgreSQL itself gives up first, where it still can. */
const LONGEST_STATEMENT_MS = 12_000;
const LONGEST_ANSWER_MS = 15_000;

/** Rows of deleted rooms that one sweep frees. */
const PURGED_AT_ONCE = 10_000;

/** The lock of whoever sweeps: any number that is no name of `lockOf`, and nobody else's in this database. */
const SWEEP_LOCK = 0x73776570;

const BEGIN = `BEGIN; SET LOCAL idle_in_transaction_session_timeout = ${LONGEST_PAUSE_MS}; SET LOCAL statement_timeout = ${LONGEST_STATEMENT_MS}`;

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
      // RULE: shared.dead-holds-nothing: a relay whose machine stops, or is cut off, in the midst of a group keeps its rooms from the
      // others for no longer than this: PostgreSQL would wait for it for hours (attack A83).
      await connection.run(BEGIN);
      const unit = await this.loadInto(connection, reads);
      this.readOnly = false;
      return unit;
    } catch (error) {
      this.readOnly = isReadOnly(error);
      // When it takes writes again it may be another server than it was: its connections are looked at as new ones.
      await (this.readOnly ? connection.close() : this.giveUp(connection));
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
      const { writes } = ledger;
      await deletePending(connection, ledger);
      await writeRooms(connection, ledger.changedRooms());
      await writeRecords(connection, writes);
      await writeRoster(connection, writes);
      await writeSlots(connection, writes);
      await writePending(connection, writes);
      await writeBlobs(connection, writes);
      if (writes.signedUntil !== null) await this.clock.reserve(connection, writes.signedUntil);
      // Told when it is committed, and not before.
      if (message !== null) await connection.rows("SELECT pg_notify($1, $2)", [CHANNEL, `${this.name} ${message}`]);
      await connection.run("COMMIT");
    } catch (error) {
      // It may be stored, or will be: what is said of it is then news here, too. It may have been said already.
      this.name = randomUUID();
      if (message !== null) for (const watch of this.watches) watch.tell(readUnitChanges(message));
      await this.giveUp(connection);
      throw error;
    }
    this.release(connection);
  }

  /** Ends a unit of which nothing is to be written. */
  async abandon({ connection }: PostgresUnit): Promise<void> {
    await this.giveUp(connection);
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
      const [state] = await connection.rows("SELECT current_setting('transaction_read_only') = 'on' AS read_only");
      this.readOnly = state!["read_only"] === true;
      if (this.readOnly) throw new StoreAway("PostgreSQL takes no writes", {}, true);
      const rows = await connection.rows("SELECT tag, n, deleted FROM room WHERE tag = ANY($1)", [tags]);
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
      const found = new Map<RoomTag, { head: Uint8Array | null; rows: RecordRow[] }>();
      const rows = await connection.rows(
        `SELECT q.at, page.*, b.head AS head_before FROM unnest($1::bytea[], $2::bigint[]) WITH ORDINALITY AS q (tag, after, at)
         JOIN room ON room.tag = q.tag
         LEFT JOIN record b ON b.room = room.no AND b.n = q.after,
         LATERAL (
           SELECT ${RECORD_COLUMNS}, sum(length(r.payload) + length(r.attachment)) OVER (ORDER BY r.n)
             - length(r.payload) - length(r.attachment) AS before
           FROM record r WHERE r.room = room.no AND r.n > q.after ORDER BY r.n LIMIT ${READ_ON.items}
         ) AS page WHERE page.before <= ${READ_ON.bytes} ORDER BY q.at, page.n`,
        [places.map(({ roomTag }) => roomTag), places.map(({ n }) => n)],
      );
      for (const row of rows) {
        const { roomTag } = places[(row["at"] as number) - 1]!;
        const records = found.get(roomTag)?.rows ?? [];
        if (records.length === 0) found.set(roomTag, { head: row["head_before"] as Uint8Array | null, rows: records });
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

  private async loadInto(connection: PostgresConnection, reads: ReadSet): Promise<PostgresUnit> {
    const content = new UnitContent();
    const sweep = await this.beginSweep(connection, reads, content);
    await this.lock(connection, reads);
    // Numbers are given out under the locks, so that a greater one in a room or an inbox is always the later one.
    const rooms = await loadRooms(connection, reads, content);
    content.numbers = await this.numbers(connection, reads.numbers);
    await loadHeads(connection, rooms);
    await loadAppended(connection, rooms);
    await loadRecords(connection, rooms, this.options.retention);
    await loadCommits(connection, rooms);
    await loadRosterLog(connection, rooms);
    await loadSlots(connection, rooms);
    await loadRequests(connection, rooms);
    await loadInboxes(connection, reads, content);
    await loadBlobs(connection, rooms, content);
    if (sweep !== null) {
      await purgeRooms(connection, PURGED_AT_ONCE);
      await loadSweep(connection, sweep, rooms, content);
      const { step } = this.options.retention;
      const before = sweep.old?.before ?? 0;
      const old = rooms.filter(({ unit }) => unit.row.oldest !== null && unit.row.oldest < before);
      await loadRecordPages(
        connection,
        old.map(({ unit }) => ({ unit, after: unit.row.availableFrom - 1, size: step })),
      );
    }
    const { time, signedUntil, restorations } = await this.clock.read(connection);
    [content.signedUntil, content.restorations] = [signedUntil, restorations];
    return { ledger: new UnitOfWork(content), time, connection };
  }

  /**
   * Adds to the reads what a sweep finds, if there is one, so that it is locked like everything else. Null when there is none, or another
   * relay sweeps: then this one finds nothing.
   *
   * RULE: shared.one-sweeper: what a sweep deletes is locked before, in the order in which everybody locks, and one relay sweeps at a
   * time: so nobody waits in a circle (attack A83).
   */
  private async beginSweep(
    connection: PostgresConnection,
    reads: ReadSet,
    content: UnitContent,
  ): Promise<SweepReads | null> {
    const { sweep } = reads;
    if (sweep === null) return null;
    content.dropped = [];
    const [row] = await connection.rows("SELECT pg_try_advisory_xact_lock($1) AS mine", [SWEEP_LOCK]);
    if (row!["mine"] !== true) return null;
    for (const tag of await roomsOfSweep(connection, sweep)) reads.written(tag);
    content.sweptInboxes = await inboxesOfSweep(connection, sweep);
    for (const inboxId of content.sweptInboxes) reads.inbox(inboxId).isCleared = true;
    return sweep;
  }

  /** Keeps others away from rooms that may be made, and from inboxes that change. */
  private async lock(connection: PostgresConnection, reads: ReadSet): Promise<void> {
    const made = [...reads.rooms.values()].filter(({ isMade }) => isMade).map(({ tag }) => tag);
    const changed = [...reads.inboxes.values()].filter(({ from, isCleared }) => from.length > 0 || isCleared);
    const names = new Set([...made, ...changed.map(({ inboxId }) => inboxId)].map(lockOf));
    if (names.size === 0) return;
    // In one order everywhere, and before any row is locked: so nobody waits in a circle.
    const inOrder = [...names].sort((a, b) => a - b);
    await connection.rows("SELECT pg_advisory_xact_lock(name) FROM unnest($1::bigint[]) AS name", [inOrder]);
  }

  private async numbers(connection: PostgresConnection, count: number): Promise<number[]> {
    if (count === 0) return [];
    const rows = await connection.rows("SELECT nextval('number') AS no FROM generate_series(1, $1)", [count]);
    return rows.map((row) => row["no"] as number);
  }

  private async take(): Promise<PostgresConnection> {
    for (let idle = this.idle.pop(); idle !== undefined; idle = this.idle.pop()) if (idle.isOpen) return idle;
    const connection = await PostgresConnection.open(this.options.address, LONGEST_ANSWER_MS);
    try {
      await noticeServer(connection);
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

  private async giveUp(connection: PostgresConnection): Promise<void> {
    try {
      await connection.run("ROLLBACK");
      this.release(connection);
    } catch {
      await connection.close();
    }
  }
}

function isReadOnly(error: unknown): boolean {
  return error instanceof StoreAway && error.isReadOnly;
}

/**
 * The name of a lock for something with an id. Many things share one: then they wait for each other, and nothing else.
 *
 * RULE: shared.few-locks: PostgreSQL has space for some thousand locks of all its users together, and whoever runs out of it waits for
 * ever: so a group takes no more than there are names, however many inboxes strangers name in it (attack A83).
 */
function lockOf(id: Uint8Array): number {
  return id[0]!;
}
