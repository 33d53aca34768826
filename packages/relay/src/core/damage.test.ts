import { systemRandom } from "@conclave/crypto/node";
import { openDatabase, type Database } from "@conclave/sqlite";
import { BlobId, blobIdOf, type RoomTag } from "@conclave/wire";
import { nodeCrypto } from "@conclave/crypto/node";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PartialSettings } from "../settings.js";
import { SqliteStore } from "../store/sqlite/sqliteStore.js";
import { CoreWorld } from "./coreWorld.js";
import { isOwn, joinBy, room } from "./probationRoom.js";
import { messageAppend } from "./scriptedClient.js";

const DAY = 24 * 3_600_000;
const error = (code: string) => ({ type: "error", error: code });

let folder = "";
let database: Database;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "conclave-damage-"));
  database = openDatabase(join(folder, "relay.db"));
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

/** A room with three messages, and somebody who reads in it. */
async function scene(settings: PartialSettings = {}) {
  const world = new CoreWorld(settings, new SqliteStore(database));
  const { client, roomTag, key } = await world.founder();
  for (let n = 0; n < 3; n++) await client.ask(messageAppend(roomTag, { payload: systemRandom(100) }));
  return { world, client, roomTag, key, reader: await world.connect() };
}

const read = (roomTag: RoomTag, fromN = 1) => ({ type: "read" as const, roomTag, fromN, limit: 9 });

describe("RULE relay.damage-stays-local", () => {
  it("a record that is not what was written is not sent, and what does not need it goes on", async () => {
    const { world, client, roomTag, reader } = await scene();
    database.exec("UPDATE record SET head = x'00' WHERE id % 4294967296 = 2");
    expect(await reader.ask(read(roomTag))).toMatchObject(error("room_damaged"));
    expect(await reader.ask({ type: "subscribe", roomTag, fromN: 1 })).toMatchObject(error("room_damaged"));
    const said = expect.stringMatching(/^table record, row \d+, column head$/u);
    expect(world.damages).toEqual([said, said]);
    // What follows it can be told from it alone.
    expect(await reader.ask(read(roomTag, 3))).toMatchObject(error("room_damaged"));
    // Whoever was told that they are not subscribed gets nothing; from behind it they can be.
    expect(await client.ask(messageAppend(roomTag))).toMatchObject({ n: 4 });
    expect(reader.pushes).toEqual([]);
    expect(await reader.ask({ type: "subscribe", roomTag, fromN: 4 })).toMatchObject({ items: [{ n: 4 }] });
    // Something else that meets it ends no subscription.
    expect(await reader.ask(read(roomTag))).toMatchObject(error("room_damaged"));
    expect(await client.ask(messageAppend(roomTag))).toMatchObject({ n: 5 });
    expect(reader.pushes).toMatchObject([{ type: "records", items: [{ n: 5 }] }]);
  });

  it("RULE relay.damage-unserved: a record of which one bit was changed is not sent, and its append is not answered", async () => {
    const { world, client, roomTag, key, reader } = await scene();
    const append = messageAppend(roomTag, { payload: systemRandom(100) });
    expect(await client.ask(append)).toMatchObject({ n: 4 });
    expect(await client.ask(append)).toMatchObject({ n: 4 });
    for (const column of ["payload", "head", "epoch", "kind"]) {
      const before = database.prepare("SELECT * FROM record WHERE id % 4294967296 = 4").get()!;
      const value = before[column];
      const changed =
        value instanceof Uint8Array ? value.map((byte, at) => (at === 9 ? byte ^ 4 : byte)) : Number(value) ^ 3;
      const set = database.prepare(`UPDATE record SET ${column} = ? WHERE id % 4294967296 = 4`);
      set.run(changed);
      for (const fromN of [1, 4]) {
        expect(await reader.ask(read(roomTag, fromN)), column).toMatchObject(error("room_damaged"));
        expect(await reader.ask({ type: "subscribe", roomTag, fromN })).toMatchObject(error("room_damaged"));
      }
      expect(await client.ask(append), column).toMatchObject(error("room_damaged"));
      set.run(value!);
    }
    expect(await reader.ask(read(roomTag))).toMatchObject({ items: [{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }] });
    world.restart();
    database.exec("UPDATE room SET head = zeroblob(32)");
    const again = await world.connect();
    expect(await again.prove(roomTag, 0, key)).toMatchObject(error("room_damaged"));
    expect(await again.ask(messageAppend(roomTag))).toMatchObject(error("room_damaged"));
  });

  it("a record that is missing is noticed, and the others are not told for it", async () => {
    const { world, client, roomTag, reader } = await scene();
    await client.ask(messageAppend(roomTag));
    database.exec("DELETE FROM record WHERE id % 4294967296 = 2");
    for (const fromN of [1, 3]) {
      expect(await reader.ask(read(roomTag, fromN))).toMatchObject(error("room_damaged"));
      expect(world.damages.splice(0)).toEqual([expect.stringContaining("record 2 is missing")]);
    }
    expect(await reader.ask(read(roomTag, 4))).toMatchObject({ items: [{ n: 4 }] });
    expect(await reader.ask(read(roomTag, 0))).toMatchObject(error("room_damaged"));
  });

  it("a commit that is missing is followed no further by who vouches for what came after it", async () => {
    const { world, alice, roomTag, slots } = await room({}, new SqliteStore(database));
    const bob = await world.connect("bob");
    const joined = await joinBy(bob, roomTag, slots[0], 0);
    database.exec(`DELETE FROM record WHERE id % 4294967296 = ${String(joined.n)}`);
    expect(await alice.prove(roomTag, 1, joined.key)).toMatchObject({ type: "done" });
    expect(await isOwn(bob, roomTag)).toBe(true);
  });

  it("a room's row that says too little lets no record overwrite another", async () => {
    const { world, roomTag, key } = await scene();
    world.restart();
    database.exec("UPDATE room SET n = 2");
    const again = await world.connect();
    expect(await again.prove(roomTag, 0, key)).toMatchObject(error("room_damaged"));
    expect(await again.ask(messageAppend(roomTag))).toMatchObject(error("room_damaged"));
    expect((await world.founder()).client.welcome).not.toBeNull();
  });

  it("a room in which nothing can be pruned takes nothing more, so that it does not grow for ever", async () => {
    const { world, client, roomTag } = await scene({ retention: { messageBytesPerRoom: 350 } });
    const message = () => messageAppend(roomTag, { payload: systemRandom(100) });
    database.exec("UPDATE record SET head = x'00' WHERE id % 4294967296 = 1");
    expect(await client.ask(message())).toMatchObject({ n: 4 });
    expect(await client.ask(message())).toMatchObject(error("room_damaged"));
    expect(world.damages).toHaveLength(1);
    // Another room is as ever.
    const other = await world.founder();
    expect(await other.client.ask(messageAppend(other.roomTag))).toMatchObject({ n: 1 });
    expect(await other.client.ask(read(other.roomTag))).toMatchObject({ items: [{ n: 1 }] });
  });

  it("a part of a file that is missing is not taken for one that was written", async () => {
    const { client, roomTag } = await scene();
    const blobId = BlobId.of(systemRandom(32));
    const chunk = systemRandom(10);
    const write = () => client.ask({ type: "writeBlob", roomTag, blobId, index: 0, chunk });
    await client.ask({ type: "beginBlob", roomTag, blobId, size: 10 });
    expect([(await write()).type, (await write()).type]).toEqual(["blobState", "blobState"]);
    database.exec("DELETE FROM blob_chunk");
    expect(await write()).toMatchObject(error("blob_conflict"));
    expect(await client.ask({ type: "readBlob", roomTag, blobId, index: 0 })).toMatchObject(error("blob_unknown"));
  });

  it("a room that cannot be read keeps no file beyond its time, nor other rooms their messages", async () => {
    const { world, client, roomTag } = await scene({ retention: { maxAge: DAY, uploadAge: DAY } });
    const secret = systemRandom(32);
    const blobId = BlobId.of(blobIdOf((data) => nodeCrypto.hash("sha256", data), secret));
    await client.ask({ type: "beginBlob", roomTag, blobId, size: 10 });
    const other = await world.founder();
    await other.client.ask(messageAppend(other.roomTag));
    world.restart();
    database.exec("UPDATE room SET head = x'00' WHERE n = 3");
    world.tick(2 * DAY);
    expect(world.damages.length).toBeGreaterThan(0);
    expect(database.prepare("SELECT count(*) AS n FROM blob").get()).toEqual({ n: 0 });
    const reader = await world.connect();
    expect(await reader.ask(read(other.roomTag))).toMatchObject({ items: [{ n: 1, pruned: true }] });
    expect(await reader.ask(read(roomTag))).toMatchObject(error("room_damaged"));
  });

  it("an error of another kind is no damage, and ends the relay", async () => {
    const { world, client, roomTag, reader } = await scene({ retention: { messageBytesPerRoom: 350 } });
    world.store.records.page = () => {
      throw new TypeError("a bug");
    };
    expect(() => void reader.ask(read(roomTag))).toThrow("a bug");
    // Also where nobody waits for an answer: this message is one too many, and an old one is to be pruned.
    expect(() => void client.ask(messageAppend(roomTag, { payload: systemRandom(100) }))).toThrow("a bug");
    world.store.requests.deleteBefore = () => {
      throw new TypeError("another");
    };
    expect(() => {
      world.tick(31_000);
    }).toThrow("another");
  });
});
