import { systemRandom } from "@conclave/crypto/node";
import { openDatabase, type Database } from "@conclave/sqlite";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SqliteStore } from "../store/sqlite/sqliteStore.js";
import { CoreWorld } from "./coreWorld.js";
import { commitAppend, messageAppend, newKey, newSlot } from "./scriptedClient.js";

let folder = "";
let database: Database;
let path = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "conclave-full-"));
  path = join(folder, "relay.db");
  database = openDatabase(path, { busyTimeout: 1 });
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

const full = { type: "error", error: "storage_full" };

/** SQLite reports a full disk from here on, or no more. */
function fill(isFull: boolean): void {
  const pages = isFull ? Number(database.prepare("PRAGMA page_count").get()!["page_count"]) + 4 : 1_000_000_000;
  database.exec(`PRAGMA max_page_count = ${pages}`);
}

describe("a disk that is full", () => {
  it("RULE relay.undone-is-refused: a batch that cannot be stored is refused as a whole, shown to nobody, and what only read is answered", async () => {
    const world = new CoreWorld({}, new SqliteStore(database));
    const { client, roomTag, key } = await world.founder();
    const reader = await world.connect();
    await reader.ask({ type: "subscribe", roomTag, fromN: 1 });
    const first = await client.ask(messageAppend(roomTag));
    const token = newKey();
    const slot = newSlot(systemRandom(3), token.publicKey);
    await client.ask({ type: "putSlot", roomTag, slot, life: 0 });
    const joiner = await world.connect();
    await joiner.proveSlot(roomTag, slot.slotId, token);
    reader.pushes.length = 0;
    fill(true);
    world.batching = true;
    const small = messageAppend(roomTag);
    const next = newKey();
    const commit = commitAppend(roomTag, next);
    const admission = { by: "slot" as const, slotId: slot.slotId };
    const joining = commitAppend(roomTag, newKey(), { epoch: 1, lastCommit: 3, ground: admission });
    const large = messageAppend(roomTag, { epoch: 1, lastCommit: 4, payload: systemRandom(200_000) });
    const writes = [...client.askAll([small, commit]), joiner.ask(joining)];
    const page = reader.ask({ type: "read", roomTag, fromN: 1, limit: 99 });
    const proved = client.prove(roomTag, 1, next);
    writes.push(...client.askAll([large, messageAppend(roomTag)]));
    const newcomer = world.connectRaw().client;
    const welcome = newcomer.hello();
    world.flush();
    expect(await Promise.all(writes)).toMatchObject(Array(5).fill(full));
    expect(await proved).toMatchObject({ type: "error", error: "write_denied" });
    await welcome;
    expect(await page).toMatchObject({ type: "page", n: 1, items: [{ n: 1 }] });
    expect(reader.pushes).toEqual([]);
    expect(world.core.storage).toBe("full");

    // Reading, subscribing and proving go on, and what is signed is what is stored.
    world.batching = false;
    const later = await world.connect();
    world.now += 60_000;
    const subscribed = await later.ask({ type: "subscribe", roomTag, fromN: 1 });
    expect(subscribed).toMatchObject({ receipt: { receipt: { n: 1 } }, items: [{ n: 1 }] });
    expect(await later.prove(roomTag, 0, key)).toMatchObject({ type: "done" });
    expect(await later.ask(messageAppend(roomTag))).toMatchObject(full);

    // It recovers by itself; the proof that the refused commit used is still worth something, and nothing is there twice.
    fill(false);
    world.tick(1000);
    expect(world.core.storage).toBe("open");
    expect(await client.ask(small)).toMatchObject({ type: "appended", n: 2 });
    expect(await client.ask(commit)).toMatchObject({ type: "appended", n: 3 });
    expect(await joiner.ask(joining)).toMatchObject({ type: "appended", n: 4 });
    expect(first).toMatchObject({ n: 1 });
    const seen = reader.pushes.flatMap((push) => (push.type === "records" ? push.items.map(({ n }) => n) : []));
    expect(seen).toEqual([2, 3, 4]);
  });

  it("RULE relay.free-space: below the floor nothing is taken that needs space; closing and deleting go on", async () => {
    const world = new CoreWorld({ quotas: { freeBytes: 1000 } }, new SqliteStore(database));
    const { client, roomTag } = await world.founder();
    const slot = newSlot(systemRandom(3));
    await client.ask({ type: "putSlot", roomTag, slot, life: 0 });
    world.freeBytes = 999;
    world.tick(1000);
    expect(world.core.storage).toBe("low");
    expect(await client.ask(messageAppend(roomTag))).toMatchObject({ ...full, retryAfter: 5000 });
    expect(await client.ask({ type: "closeSlot", roomTag, slotId: slot.slotId })).toMatchObject({ type: "done" });
    expect(await client.ask({ type: "read", roomTag, fromN: 1, limit: 9 })).toMatchObject({ type: "page" });
    world.freeBytes = 1001;
    world.tick(1000);
    expect(world.core.storage).toBe("low");
    world.freeBytes = 2000;
    world.tick(1000);
    expect(await client.ask(messageAppend(roomTag))).toMatchObject({ type: "appended", n: 1 });
  });

  it("another process that holds the database stops writing only, and only as long as it does", async () => {
    const world = new CoreWorld({}, new SqliteStore(database));
    const { client, roomTag } = await world.founder();
    const other = openDatabase(path);
    other.exec("BEGIN IMMEDIATE");
    expect(await client.ask(messageAppend(roomTag))).toMatchObject({ type: "error", error: "storage_busy" });
    world.tick(1000);
    expect(world.core.storage).toBe("busy");
    expect(await client.ask({ type: "read", roomTag, fromN: 1, limit: 9 })).toMatchObject({ type: "page" });
    other.exec("ROLLBACK");
    other.close();
    world.tick(1000);
    expect(await client.ask(messageAppend(roomTag))).toMatchObject({ type: "appended", n: 1 });
  });
});
