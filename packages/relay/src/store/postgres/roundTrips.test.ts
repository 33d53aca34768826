import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { DEFAULT_LIMITS, type RoomTag } from "@conclave/wire";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { messageAppend } from "../../core/scriptedClient.js";
import { ReadSet } from "../readSet.js";
import { StoreAway } from "../sharedStore.js";
import { hasPostgres } from "./postgresServer.js";
import type { PostgresStore } from "./postgresStore.js";
import { newRoom, TestServer } from "./sharedWorld.fixture.js";

/** Stands before a PostgreSQL, and counts how often a relay waits: says something after it was answered. */
class Counter {
  waits = 0;
  private readonly folder = mkdtempSync(join(tmpdir(), "conclave-waits-"));
  private readonly sockets: Socket[] = [];
  private readonly server;

  constructor(private readonly address: string) {
    const { searchParams } = new URL(address);
    const path = join(searchParams.get("host")!, ".s.PGSQL.5432");
    this.server = createServer((near) => {
      const far = connect(path);
      let isAnswered = true;
      near.on("data", (bytes) => {
        if (isAnswered) this.waits++;
        isAnswered = false;
        far.write(bytes);
      });
      far.on("data", (bytes) => {
        isAnswered = true;
        near.write(bytes);
      });
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        one.on("close", () => other.destroy());
        one.on("error", () => other.destroy());
        this.sockets.push(one);
      }
    }).listen(join(this.folder, ".s.PGSQL.5432"));
  }

  /** The address of the same database, by way of this. */
  get through(): string {
    const address = new URL(this.address);
    address.searchParams.set("host", this.folder);
    return address.href;
  }

  close(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

describe.skipIf(!hasPostgres)("a group on PostgreSQL (skipped without PostgreSQL)", () => {
  const server = new TestServer();
  const counters: Counter[] = [];
  afterEach(() => {
    for (const counter of counters.splice(0)) counter.close();
  });

  const readsOf = (roomTag: RoomTag): ReadSet => {
    const reads = new ReadSet({ sha256: (data) => nodeCrypto.hash("sha256", data), limits: DEFAULT_LIMITS });
    const room = reads.written(roomTag);
    room.appendIds.push(new Uint8Array(16));
    room.addedBytes = 1;
    return reads;
  };

  async function room(store: { readonly address: string; readonly seed: Uint8Array }) {
    const relay = await server.relay(store.address, store.seed);
    const client = await relay.connect();
    const { roomTag, key } = await newRoom(client);
    expect((await client.prove(roomTag, 0, key)).type).toBe("done");
    expect(await client.ask(messageAppend(roomTag))).toMatchObject({ n: 1 });
    return { relay, client, roomTag };
  }

  /** Writes a record into a room, as a group does. */
  async function write(store: PostgresStore, roomTag: RoomTag): Promise<void> {
    const unit = await store.load(readsOf(roomTag));
    const { rooms, records } = unit.ledger;
    const row = rooms.get(roomTag)!;
    const n = row.n + 1;
    rooms.save({ ...row, n }, row);
    records.add(row.no, {
      ...{ n, kind: "message", epoch: 0, time: 1, appendId: systemRandom(16), head: row.head, isOnProbation: false },
      ...{ parent: 0, pruned: false, payload: Uint8Array.of(1), attachment: new Uint8Array() },
    });
    await store.commit(unit);
  }

  it("of fifty messages waits three times: for the rooms, for what is read of them, and for the commit", async () => {
    const counter = new Counter(server.newDatabase());
    counters.push(counter);
    const { client, roomTag } = await room({ address: counter.through, seed: systemRandom(32) });
    counter.waits = 0;
    const answers = await Promise.all(client.askAll(Array.from({ length: 50 }, () => messageAppend(roomTag))));
    expect(answers.map(({ type }) => type)).toEqual(answers.map(() => "appended"));
    expect(counter.waits).toBe(3);
  });

  it("A97: RULE shared.whole-or-nothing: of which one statement is refused leaves nothing, though its end was sent with it", async () => {
    const address = server.newDatabase();
    const { relay, roomTag } = await room({ address, seed: systemRandom(32) });
    // Rooms are written before records.
    server.query(address, "ALTER TABLE record ADD CONSTRAINT none CHECK (n < 2)");
    await expect(write(relay.store, roomTag)).rejects.toMatchObject({ code: "23514" });
    expect(server.query(address, "SELECT (SELECT n FROM room), (SELECT count(*) FROM record)")).toBe("1|1");
    server.query(address, "ALTER TABLE record DROP CONSTRAINT none");
    await write(relay.store, roomTag);
    expect(server.query(address, "SELECT (SELECT n FROM room), (SELECT count(*) FROM record)")).toBe("2|2");
  });

  it("A83: RULE shared.refused-alone: that cannot be loaded says why, and not what became of the statements behind", async () => {
    const address = server.newDatabase();
    const { relay, roomTag } = await room({ address, seed: systemRandom(32) });
    // Pages of the log are asked for before the roster, and looked at through more functions.
    server.query(address, "ALTER TABLE record RENAME attachment TO gone");
    for (let time = 0; time < 20; time++) {
      const reads = readsOf(roomTag);
      const asked = reads.room(roomTag);
      asked.pages.push({ fromN: 1, size: reads.page });
      asked.roster.push({ hash: systemRandom(32), size: reads.page });
      asked.appendIds.length = 0;
      await expect(relay.store.load(reads)).rejects.toMatchObject({ code: "42703" });
    }
  });

  it("A83: RULE shared.failed-not-reused: goes on after a newer relay has added a column to a table, which ends what was prepared", async () => {
    const address = server.newDatabase();
    const { relay, roomTag } = await room({ address, seed: systemRandom(32) });
    for (const table of ["room", "room_key", "relay"]) {
      server.query(address, `ALTER TABLE ${table} ADD COLUMN newer bigint NOT NULL DEFAULT 0`);
      const failed: unknown = await write(relay.store, roomTag).catch((error: unknown) => error);
      // It is tried again by who waits for it, and then works.
      if (failed !== undefined) expect([table, failed]).toEqual([table, expect.any(StoreAway)]);
      await write(relay.store, roomTag);
    }
  });

  it("RULE shared.no-cliff: reads as few rows when rooms have grown since its statements were planned, and become more, and so does who reads on", async () => {
    const address = server.newDatabase();
    const { relay, client, roomTag } = await room({ address, seed: systemRandom(32) });
    let n = 1;
    const group = async (size: number): Promise<void> => {
      await Promise.all(client.askAll(Array.from({ length: size }, () => messageAppend(roomTag))));
      const found = await relay.store.after([{ roomTag, n }]);
      expect(found.get(roomTag)?.rows.length).toBe(size);
      n += size;
    };
    /** Rows of records that were read so far. A connection tells that at most once a second, when it has done something. */
    const read = async (): Promise<number> => {
      await wait(1100);
      await group(1);
      const sum =
        "SELECT sum(seq_tup_read + idx_tup_fetch) FROM pg_stat_user_tables WHERE relname IN ('room', 'room_key', 'record')";
      return Number(server.query(address, sum));
    };
    for (let size = 1; size <= 256; size *= 2) for (let time = 0; time < 8; time++) await group(size);
    for (let room = 0; room < 200; room++) await newRoom(client);
    const before = await read();
    for (let time = 0; time < 20; time++) await group(5);
    // The room, its key and its newest record, and then five records with the one before them: some of it twice.
    expect(((await read()) - before) / 20).toBeLessThan(30);
  });
});
