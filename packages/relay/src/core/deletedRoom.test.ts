import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase, type Database } from "@conclave/sqlite";
import { afterEach, describe, expect, it } from "vitest";
import { MemoryStore } from "../store/memory/memoryStore.js";
import { SqliteStore } from "../store/sqlite/sqliteStore.js";
import type { Store } from "../store/store.js";
import { CoreWorld } from "./coreWorld.js";
import { messageAppend, newSlot } from "./scriptedClient.js";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function sqlite(): { store: Store; database: Database } {
  const folder = mkdtempSync(join(tmpdir(), "conclave-deleted-"));
  folders.push(folder);
  const database = openDatabase(join(folder, "relay.db"));
  return { store: new SqliteStore(database), database };
}

const error = (reason: string) => ({ type: "error", error: reason });

describe.each([
  ["memory", () => new MemoryStore()],
  ["sqlite", () => sqlite().store],
])("a room deleted by the operator, in %s", (_name, open) => {
  it("is refused as deleted, now and after a restart; another room goes on", async () => {
    const world = new CoreWorld({}, open());
    const { client, roomTag } = await world.founder();
    const other = await world.founder();
    await client.ask(messageAppend(roomTag));
    await client.ask({ type: "subscribe", roomTag, fromN: 1 });
    expect(world.core.listRooms(0, 10)).toMatchObject([
      { tag: roomTag, records: 1 },
      { tag: other.roomTag, records: 0 },
    ]);
    expect(world.core.deleteRoom(roomTag, world.now)).toBe(true);
    world.flush();
    // Whoever listens asks again, and is told.
    expect(client.pushes.at(-1)).toMatchObject({ type: "lagged", roomTag });
    expect(world.core.deleteRoom(roomTag, world.now)).toBe(false);
    for (let round = 0; round < 2; round++) {
      const asking = await world.connect();
      expect(await asking.ask({ type: "subscribe", roomTag, fromN: 1 })).toMatchObject(error("room_deleted"));
      expect(await asking.ask({ type: "read", roomTag, fromN: 1, limit: 9 })).toMatchObject(error("room_deleted"));
      expect(await asking.ask(messageAppend(roomTag))).toMatchObject(error("room_deleted"));
      expect(world.core.listRooms(0, 10)).toMatchObject([{ tag: other.roomTag }]);
      world.tick(60_000);
      world.restart();
    }
    const again = await world.connect();
    await again.prove(other.roomTag, 0, other.key);
    expect(await again.ask(messageAppend(other.roomTag))).toMatchObject({ type: "appended" });
  });

  it("RULE relay.deleted-for-good: nobody makes a room in its place, not even its founder", async () => {
    const world = new CoreWorld({}, open());
    const { client, roomTag, key } = await world.founder();
    world.core.deleteRoom(roomTag, world.now);
    world.flush();
    world.tick(60_000);
    const request = { type: "createRoom", roomTag, writeKey: key.publicKey, permit: new Uint8Array() } as const;
    for (const attachment of [Uint8Array.of(1, 2, 3), new Uint8Array()])
      expect(await client.ask({ ...request, attachment })).toMatchObject(error("room_deleted"));
  });
});

describe("what a deleted room had", () => {
  it("is purged step by step, and nothing of another room", async () => {
    const { store, database } = sqlite();
    const world = new CoreWorld({}, store);
    const rooms = [await world.founder(), await world.founder()] as const;
    for (const { client, roomTag } of rooms) {
      for (let n = 0; n < 600; n++) await client.ask(messageAppend(roomTag));
      await client.ask({ type: "putSlot", roomTag, slot: newSlot(), life: 0 });
    }
    const count = (table: string): number =>
      Number(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.["n"]);
    expect(["record", "slot", "slot_version"].map(count)).toEqual([1200, 2, 2]);
    world.core.deleteRoom(rooms[0].roomTag, world.now);
    world.flush();
    world.tick(1000);
    expect(count("record")).toBe(1200 - 511);
    for (let step = 0; step < 4; step++) world.tick(1000);
    expect(["record", "slot", "slot_version", "room"].map(count)).toEqual([600, 1, 1, 2]);
    world.tick(60_000);
    expect(count("record")).toBe(600);
  });
});
