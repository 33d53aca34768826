import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { openDatabase } from "@conclave/sqlite";
import { BlobId, inboxIdOf, type RoomTag } from "@conclave/wire";
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { CoreWorld } from "../src/core/coreWorld.js";
import { commitAppend, messageAppend, newKey, newSlot } from "../src/core/scriptedClient.js";
import { migrateToDatabase, migrateToFolder } from "../src/migration/migrate.js";
import { loadRelaySeed } from "../src/server/relayKey.js";
import { SocketClient } from "../src/server/socketClient.js";
import { startRelay } from "../src/server/startRelay.js";
import { hasPostgres, PostgresServer } from "../src/store/postgres/postgresServer.js";
import { SqliteStore } from "../src/store/sqlite/sqliteStore.js";
import { dataFolder } from "./dataFolder.js";

const TABLES =
  "room room_key record roster slot slot_version request inbox blob blob_chunk relay_time sqlite_sequence".split(" ");
const HOUR = 3_600_000;
const PLENTY = { burst: 1e9, perSecond: 1e9 };
const RATES = { connection: PLENTY, address: PLENTY, room: PLENTY, lastingOfRoom: PLENTY, lastingOfAddress: PLENTY };
const sha256 = (data: Uint8Array): Uint8Array => nodeCrypto.hash("sha256", data);
const built = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

describe.skipIf(!hasPostgres)("conclave migrate (skipped without PostgreSQL)", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  afterAll(() => server.stop());
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
  });

  function run(file: string, ...args: string[]): ChildProcess {
    const child = fork(built(file), args, { execArgv: [] });
    children.push(child);
    return child;
  }

  /** A folder with a relay's key, and a database with something in every table. */
  async function scene(messages = 70): Promise<{ dataDir: string; roomTag: RoomTag }> {
    const dataDir = dataFolder();
    const relaySeed = loadRelaySeed(dataDir, systemRandom);
    expect(relaySeed).toHaveLength(32);
    const store = new SqliteStore(openDatabase(join(dataDir, "relay.db")));
    const world = new CoreWorld({ rates: RATES }, store);
    world.now = Date.now();
    const gone = await world.founder();
    await gone.client.ask(messageAppend(gone.roomTag));
    const { client, roomTag } = await world.founder();
    const inbox = newKey();
    const next = newKey();
    const deliveries = [{ inboxId: inboxIdOf(sha256, inbox.publicKey), blob: systemRandom(3) }];
    const commit = commitAppend(roomTag, next, { deliveries, slots: [newSlot()], attachment: systemRandom(40) });
    expect(await client.ask(commit)).toMatchObject({ type: "appended" });
    await client.prove(roomTag, 1, next);
    // In one commit: each alone would wait for the disk.
    world.batching = true;
    const asked = Array.from({ length: messages }, (_, at) => {
      const payload = systemRandom(at === 0 ? 0 : 1000);
      return client.ask(messageAppend(roomTag, { epoch: 1, lastCommit: 1, payload }));
    });
    world.flush();
    world.batching = false;
    for (const answer of await Promise.all(asked)) expect(answer.type).toBe("appended");
    for (let at = 0; at < 3; at++)
      await client.ask({ type: "postPlea", roomTag, blob: systemRandom(7), stays: at === 0 });
    const blobId = BlobId.of(systemRandom(32));
    await client.ask({ type: "beginBlob", roomTag, blobId, size: 10 });
    await client.ask({ type: "writeBlob", roomTag, blobId, index: 0, chunk: systemRandom(10) });
    await client.ask({ type: "beginBlob", roomTag, blobId: BlobId.of(systemRandom(32)), size: 99 });
    store.begin();
    const room = store.rooms.get(roomTag)!;
    const [old] = store.records.page(room.no, 3, { items: 1, bytes: 1e6 });
    const digest = { payloadHash: sha256(old!.payload), attachmentHash: sha256(old!.attachment) };
    store.records.prune(room.no, 3, digest);
    store.rooms.delete(gone.roomTag);
    while (store.rooms.purge(100));
    store.saveSignedUntil(world.now + HOUR);
    store.commit();
    store.close();
    return { dataDir, roomTag };
  }

  function dump(dataDir: string): Record<string, unknown[]> {
    const database = openDatabase(join(dataDir, "relay.db"));
    try {
      const rows = (table: string) => {
        const columns = table === "roster" ? "room, hash, record" : "*";
        return database.prepare(`SELECT ${columns} FROM ${table} ORDER BY 1, 2`).all();
      };
      return Object.fromEntries(TABLES.map((table) => [table, rows(table)]));
    } finally {
      database.close();
    }
  }

  const restorations = (dataDir: string): unknown => {
    const database = openDatabase(join(dataDir, "relay.db"));
    try {
      return database.prepare("SELECT count, file FROM restoration").get();
    } finally {
      database.close();
    }
  };

  async function logOf(socketUrl: string, roomTag: RoomTag): Promise<unknown> {
    const client = await SocketClient.connect(socketUrl);
    const page = await client.ask({ type: "read", roomTag, fromN: 1, limit: 1000 });
    client.socket.close();
    return page.type === "page" ? page.items : page;
  }

  it("RULE migrate.checked, RULE migrate.source-marked: everything goes into PostgreSQL and back, and relays go on with it", async () => {
    const { dataDir, roomTag } = await scene();
    const before = dump(dataDir);
    const [{ signed_until: signed }] = before["relay_time"] as [{ signed_until: number }];
    for (const table of TABLES) expect(before[table]!.length, table).toBeGreaterThan(0);
    const first = await startRelay({ dataDir });
    const log = await logOf(first.socketUrl, roomTag);
    expect(log).toHaveLength(71);
    const { relayKey } = first;
    await first.close();
    const database = server.newDatabase();
    const counts = { ok: true, value: { rooms: 1, records: 71, files: 2 } };
    expect(await migrateToDatabase({ dataDir, database })).toEqual(counts);
    expect(restorations(dataDir)).toEqual({ count: 0, file: "moved" });
    const keyFile = join(dataDir, "relay.key");
    const shared = await startRelay({ dataDir: dataFolder(), database, keyFile });
    expect(shared.relayKey).toEqual(relayKey);
    expect(await logOf(shared.socketUrl, roomTag)).toEqual(log);
    const target = dataFolder();
    // Not while a relay uses the database.
    expect(await migrateToFolder({ dataDir: target, database, keyFile })).toEqual({
      ok: false,
      error: { code: "database_in_use" },
    });
    await shared.close();
    expect(await migrateToFolder({ dataDir: target, database, keyFile })).toEqual(counts);
    expect(server.query(database, "SELECT restorations FROM relay")).toBe("1");
    expect(readFileSync(join(target, "relay.key"))).toEqual(readFileSync(keyFile));
    const after = dump(target);
    for (const table of TABLES.slice(0, -2)) expect(after[table], table).toEqual(before[table]);
    // Nothing is signed below what was signed, and no number is given out twice.
    expect(after["relay_time"]).toEqual([{ one: 1, signed_until: expect.toSatisfy((at) => at >= signed) }]);
    const last = Math.max(...(before["sqlite_sequence"] as { seq: number }[]).map(({ seq }) => seq));
    for (const { seq } of after["sqlite_sequence"] as { seq: number }[]) expect(seq).toBeGreaterThanOrEqual(last);
    expect(restorations(target)).toEqual({ count: 0, file: "" });
    const again = await startRelay({ dataDir: target });
    expect(await logOf(again.socketUrl, roomTag)).toEqual(log);
    await again.close();
  }, 20_000);

  it("RULE migrate.no-relay-runs: refuses a folder on which a relay runs, a target that is not empty, and another key", async () => {
    const { dataDir } = await scene(3);
    const database = server.newDatabase();
    const relay = await startRelay({ dataDir });
    expect(await migrateToDatabase({ dataDir, database })).toMatchObject({ error: { code: "data_in_use" } });
    await relay.close();
    expect(await migrateToDatabase({ dataDir, database })).toMatchObject({ ok: true });
    expect(await migrateToDatabase({ dataDir, database })).toMatchObject({ error: { code: "not_empty" } });
    expect(await migrateToFolder({ dataDir, database })).toMatchObject({ error: { code: "not_empty" } });
    const other = dataFolder();
    expect(await migrateToFolder({ dataDir: other, database })).toMatchObject({ error: { code: "no_key" } });
    expect(await migrateToDatabase({ dataDir: other, database })).toMatchObject({ error: { code: "no_relay" } });
    writeFileSync(join(other, "relay.key"), `${"7".repeat(64)}\n`);
    expect(await migrateToFolder({ dataDir: other, database })).toMatchObject({ error: { code: "refused" } });
    for (const name of readdirSync(dataDir).filter((each) => each.startsWith("relay.db")))
      copyFileSync(join(dataDir, name), join(other, name));
    expect(await migrateToDatabase({ dataDir: other, database })).toMatchObject({ error: { code: "refused" } });
    expect(await migrateToFolder({ dataDir, database: server.newDatabase() })).toMatchObject({
      error: { code: "not_empty" },
    });
    const empty = dataFolder();
    copyFileSync(join(dataDir, "relay.key"), join(empty, "relay.key"));
    const none = await migrateToFolder({ dataDir: empty, database: server.newDatabase() });
    expect(none).toMatchObject({ error: { code: "no_relay" } });
    expect(existsSync(join(empty, "relay.db"))).toBe(false);
  }, 20_000);

  it("RULE migrate.checked: one changed byte of a record, in either place, and nothing has been moved", async () => {
    const { dataDir } = await scene(40);
    const changed = dataFolder();
    cpSync(dataDir, changed, { recursive: true });
    const file = openDatabase(join(changed, "relay.db"));
    file.exec("UPDATE record SET payload = x'00' WHERE id % 4294967296 = 38");
    file.close();
    const database = server.newDatabase();
    expect(await migrateToDatabase({ dataDir: changed, database })).toEqual({
      ok: false,
      error: { code: "damaged", why: "room 2: record 38 does not lead to its head" },
    });
    expect(server.query(database, "SELECT (SELECT count(*) FROM room) + (SELECT count(*) FROM record)")).toBe("0");
    expect(await migrateToDatabase({ dataDir, database })).toMatchObject({ ok: true });
    server.query(database, "UPDATE record SET time = time + 1, head = payload WHERE n = 3");
    const target = join(dataFolder(), "new");
    const keyFile = join(dataDir, "relay.key");
    const why = "room 2: record 3 does not lead to its head";
    expect(await migrateToFolder({ dataDir: target, database, keyFile })).toMatchObject({ error: { why } });
    expect(existsSync(target)).toBe(false);
  }, 20_000);

  it("RULE migrate.unfinished-refused: killed in the midst, the relay does not start there, and moving again works", async () => {
    const { dataDir } = await scene(3000);
    const database = server.newDatabase();
    const marked = () => server.query(database, "SELECT to_regclass('unfinished_migration') IS NOT NULL") === "t";
    const first = run("./migrateProcess.mjs", "database", dataDir, database);
    await expect.poll(marked, { interval: 1, timeout: 10_000 }).toBe(true);
    first.kill("SIGKILL");
    await once(first, "exit");
    expect(marked()).toBe(true);
    const settings = { dataDir: dataFolder(), database, keyFile: join(dataDir, "relay.key") };
    await expect(startRelay(settings)).rejects.toThrow(/run it again/u);
    await expect
      .poll(() => server.query(database, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'conclave'"))
      .toBe("0");
    expect(server.query(database, "SELECT count(*) FROM record")).toBe("0");
    const [again] = (await once(run("./migrateProcess.mjs", "database", dataDir, database), "message")) as unknown[];
    expect(again).toMatchObject({ value: { records: 3001 } });
    expect(marked()).toBe(false);
    const relay = await startRelay(settings);
    await relay.close();

    const target = dataFolder();
    copyFileSync(join(dataDir, "relay.key"), join(target, "relay.key"));
    const draft = join(target, "relay.db.migrating");
    const second = run("./migrateProcess.mjs", "folder", target, database);
    await expect.poll(() => existsSync(draft), { interval: 1, timeout: 10_000 }).toBe(true);
    second.kill("SIGKILL");
    await once(second, "exit");
    expect([existsSync(draft), existsSync(join(target, "relay.db"))]).toEqual([true, false]);
    await expect(startRelay({ dataDir: target })).rejects.toThrow(/run conclave migrate again/u);
    await expect
      .poll(() => server.query(database, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'conclave'"))
      .toBe("0");
    const [done] = (await once(run("./migrateProcess.mjs", "folder", target, database), "message")) as unknown[];
    expect(done).toMatchObject({ value: { records: 3001 } });
    await (await startRelay({ dataDir: target })).close();
  }, 60_000);
});
