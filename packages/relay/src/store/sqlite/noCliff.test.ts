import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { openDatabase, type Database, type SqlRow, type Statement } from "@conclave/sqlite";
import { BlobId, blobIdOf, InboxId, inboxIdOf, SlotId } from "@conclave/wire";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CoreWorld } from "../../core/coreWorld.js";
import { joinBy, room } from "../../core/probationRoom.js";
import { commitAppend, messageAppend, newKey } from "../../core/scriptedClient.js";
import { SqliteStore } from "./sqliteStore.js";

const sha256 = (data: Uint8Array): Uint8Array => nodeCrypto.hash("sha256", data);
const DAY = 24 * 3_600_000;
const PAGE_BYTES = 4096 + 24;
const FREE = { burst: 1e9, perSecond: 1e9 };
const UNBOUNDED = { rates: { create: FREE, room: FREE, connection: FREE, commits: FREE, lastingOfRoom: FREE } };

/** A database that notes the statements that are prepared, and counts the rows that they read. */
class WatchedDatabase implements Database {
  readonly statements = new Set<string>();
  rows = 0;
  readonly driver;

  constructor(private readonly of: Database) {
    this.driver = of.driver;
  }

  exec(sql: string): void {
    this.of.exec(sql);
  }

  prepare(sql: string): Statement {
    this.statements.add(sql);
    const statement = this.of.prepare(sql);
    const counted = (rows: SqlRow[]): SqlRow[] => ((this.rows += rows.length), rows);
    return {
      run: (...values) => statement.run(...values),
      get: (...values) => counted([statement.get(...values)].filter((row) => row !== null))[0] ?? null,
      all: (...values) => counted(statement.all(...values)),
    };
  }

  begin(): void {
    this.of.begin();
  }

  commit(): void {
    this.of.commit();
  }

  rollback(): void {
    this.of.rollback();
  }

  transaction<T>(work: () => T): T {
    return this.of.transaction(work);
  }

  close(): void {
    this.of.close();
  }
}

let folder = "";
let database: WatchedDatabase;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "conclave-cliff-"));
  database = new WatchedDatabase(openDatabase(join(folder, "relay.db")));
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

/** How many pages the journal grew by. */
function pagesWritten(work: () => unknown): number {
  const size = (): number => statSync(join(folder, "relay.db-wal")).size;
  const before = size();
  work();
  return (size() - before) / PAGE_BYTES;
}

describe("what the relay does with its database", () => {
  it("is looked up in an index, whatever is asked of it or is swept: no table is walked", async () => {
    const retention = { maxAge: DAY, messageBytesPerRoom: 1000 };
    const { world, alice, roomTag, slots } = await room({ retention }, new SqliteStore(database));
    const bob = await world.connect("bob");
    await joinBy(bob, roomTag, slots[0], 0);
    await alice.ask(messageAppend(roomTag, { epoch: 0, payload: systemRandom(2000) }));
    for (const slot of slots) await bob.proveSlot(roomTag, slot.slot.slotId, slot.token);
    const { slotId } = slots[1].slot;
    await bob.ask({ type: "postRequest", roomTag, slotId, blob: systemRandom(9) });
    await bob.ask({ type: "postPlea", roomTag, blob: systemRandom(9), stays: false });
    await alice.ask({ type: "listRequests", roomTag, after: 0 });
    const inbox = newKey();
    const inboxId = InboxId.of(inboxIdOf(sha256, inbox.publicKey));
    await alice.ask({ type: "answerRequest", roomTag, request: 1, inboxId, blob: systemRandom(9) });
    await alice.ask({ type: "deleteRequest", roomTag, request: 2 });
    await bob.proveInbox(inbox);
    await bob.ask({ type: "fetchInbox", inboxId, after: 0 });
    await bob.ask({ type: "clearInbox", inboxId, upTo: 1 });
    await alice.ask({ type: "listSlots", roomTag, after: null });
    await bob.ask({ type: "getSlot", roomTag, slotId, back: 0 });
    await alice.ask({ type: "closeSlot", roomTag, slotId });
    const secret = systemRandom(32);
    const blobId = BlobId.of(blobIdOf(sha256, secret));
    await alice.ask({ type: "beginBlob", roomTag, blobId, size: 10 });
    await alice.ask({ type: "writeBlob", roomTag, blobId, index: 0, chunk: systemRandom(10) });
    await alice.ask({ type: "readBlob", roomTag, blobId, index: 0 });
    await alice.ask({ type: "dropBlob", roomTag, secret });
    await alice.ask({ type: "read", roomTag, fromN: 1, limit: 9 });
    await alice.ask({ type: "readRoster", roomTag, record: systemRandom(32) });
    world.tick(2 * DAY);
    expect(database.statements.size).toBeGreaterThan(40);
    const walks = [...database.statements].flatMap((sql) =>
      (/^(?:SELECT|UPDATE|DELETE)/u.test(sql) ? database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() : [])
        .map(({ detail }) => `${String(detail)}: ${sql}`)
        .filter((detail) => /^SCAN (?!relay_time|.* USING )/u.test(detail)),
    );
    expect(walks).toEqual([]);
  });

  it("is a few rows for the first append after a start, however long the room's log is", async () => {
    const world = new CoreWorld(UNBOUNDED, new SqliteStore(database));
    const { client, roomTag, key } = await world.founder();
    world.batching = true;
    for (let n = 0; n < 3000; n++) void client.ask(messageAppend(roomTag));
    world.flush();
    world.batching = false;
    world.restart();
    const again = await world.connect();
    await again.prove(roomTag, 0, key);
    database.rows = 0;
    expect(await again.ask(messageAppend(roomTag))).toMatchObject({ n: 3001 });
    expect(database.rows).toBeLessThanOrEqual(4);
  });

  it("is three pages for one message, however many write keys the room has: record, append id, room", async () => {
    const world = new CoreWorld(UNBOUNDED, new SqliteStore(database));
    const { client, roomTag } = await world.founder();
    let lastCommit = 0;
    for (let epoch = 0; epoch < 80; epoch++) {
      const key = newKey();
      const answer = await client.ask(commitAppend(roomTag, key, { epoch, lastCommit }));
      if (answer.type !== "appended") throw new Error(answer.type);
      lastCommit = answer.n;
      await client.prove(roomTag, epoch + 1, key);
    }
    const written = [1, 2, 3, 4, 5].map(() =>
      pagesWritten(
        () => void client.ask(messageAppend(roomTag, { epoch: 80, lastCommit, payload: systemRandom(300) })),
      ),
    );
    // A page that is full is split in two.
    expect(written.sort((a, b) => a - b)[2]).toBe(3);
    expect(Math.max(...written)).toBeLessThanOrEqual(6);
  });

  it("is a few hundred rows of old slots in a sweep, however many there are, and all of them by and by", async () => {
    const store = new SqliteStore(database);
    const world = new CoreWorld(UNBOUNDED, store);
    for (let n = 0; n < 2; n++) await world.founder();
    store.begin();
    // In the first room they stay, for it has not gone on.
    for (const [room, count] of [
      [1, 2000],
      [2, 3],
    ] as const)
      for (let n = 0; n < count; n++)
        store.slots.open(room, SlotId.of(systemRandom(32)), systemRandom(32), { time: n, commits: 0, end: 0 });
    store.commit();
    database.exec("UPDATE room SET commits = 256 WHERE no = 2");
    const found: number[] = [];
    for (let sweep = 0; sweep < 5; sweep++) {
      database.rows = 0;
      for (const { room, slotId } of store.slots.ended(9000, 9000, 256, 2)) {
        found.push(room);
        store.slots.drop(room, slotId);
      }
      expect(database.rows).toBeLessThanOrEqual(512);
    }
    expect(found).toEqual([2, 2, 2]);
  });
});
