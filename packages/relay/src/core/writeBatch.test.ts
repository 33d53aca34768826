import { systemRandom } from "@conclave/crypto/node";
import { openDatabase, type Database } from "@conclave/sqlite";
import { encodeClientMessage, RoomTag, VERSIONS } from "@conclave/wire";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SqliteStore } from "../store/sqlite/sqliteStore.js";
import { CoreWorld } from "./coreWorld.js";
import { commitAppend, messageAppend, newKey, newSlot } from "./scriptedClient.js";

const error = (code: string) => ({ type: "error", error: code });

let folder = "";
let database: Database;
let other: Database;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "conclave-batch-"));
  database = openDatabase(join(folder, "relay.db"), { busyTimeout: 1 });
  other = openDatabase(join(folder, "relay.db"), { busyTimeout: 1 });
});
afterEach(() => {
  database.close();
  other.close();
  rmSync(folder, { recursive: true });
});

/** Another process holds the database from here on, or no more. */
function hold(isHeld: boolean): void {
  other.exec(isHeld ? "BEGIN IMMEDIATE" : "ROLLBACK");
}

describe("RULE relay.undone-is-refused", () => {
  it("of the first batch of all, too, and of each that fails while one is open", async () => {
    const world = new CoreWorld({}, new SqliteStore(database));
    const { connection, client } = world.connectRaw();
    world.batching = true;
    const welcome = client.hello();
    hold(true);
    const create = { type: "createRoom" as const, roomTag: RoomTag.of(systemRandom(32)), writeKey: systemRandom(32) };
    const asked = client.ask({ ...create, attachment: new Uint8Array(), permit: new Uint8Array() });
    world.core.tick((world.now += 1000));
    world.core.tick((world.now += 1000));
    const junk = world.connectRaw().connection;
    world.core.receive(junk, encodeClientMessage([{ type: "hello", versions: [77] }]), world.now);
    world.core.tick((world.now += 1000));
    world.flush();
    // What was said beside the requests is said all the same, once.
    expect((await welcome).version).toBe(VERSIONS[0]);
    expect(await asked).toMatchObject({ ...error("storage_busy"), retryAfter: 1000 });
    expect([...world.closeCodes.keys()]).toEqual([junk]);
    expect(world.closeCodes.has(connection)).toBe(false);
    hold(false);
    world.batching = false;
    world.tick(1000);
    expect(await client.ask({ ...create, attachment: new Uint8Array(), permit: new Uint8Array() })).toMatchObject({
      type: "created",
    });
  });

  it("nobody gets a proof by it that they did not have", async () => {
    const world = new CoreWorld({}, new SqliteStore(database));
    const { client, roomTag } = await world.founder();
    const token = newKey();
    const slot = newSlot(systemRandom(3), token.publicKey);
    await client.ask({ type: "putSlot", roomTag, slot, life: 0 });
    const [stranger, joiner] = [await world.connect(), await world.connect()];
    await joiner.proveSlot(roomTag, slot.slotId, token);
    const ground = { by: "slot" as const, slotId: slot.slotId };
    const joining = commitAppend(roomTag, newKey(), { ground });
    hold(true);
    expect(await stranger.ask(joining)).toMatchObject(error("storage_busy"));
    hold(false);
    world.tick(1000);
    expect(await stranger.ask(joining)).toMatchObject(error("token_denied"));
    expect(await joiner.ask(joining)).toMatchObject({ type: "appended" });
    expect(await joiner.ask(commitAppend(roomTag, newKey(), { ground, lastCommit: 1 }))).toMatchObject(
      error("token_denied"),
    );
  });

  it("what is due to be removed is removed when writing goes on, not half a minute later", async () => {
    const world = new CoreWorld({}, new SqliteStore(database));
    const { client, roomTag } = await world.founder();
    world.tick(1);
    await client.ask({ type: "putSlot", roomTag, slot: newSlot(), life: 1 });
    hold(true);
    expect(await client.ask(messageAppend(roomTag))).toMatchObject(error("storage_busy"));
    world.tick(31_000);
    expect([world.core.storage, world.store.slots.openCount(1)]).toEqual(["busy", 1]);
    hold(false);
    world.tick(1000);
    expect([world.core.storage, world.store.slots.openCount(1)]).toEqual(["open", 0]);
  });

  it("what only reads is answered, and signs no time that was not reserved", async () => {
    const world = new CoreWorld({}, new SqliteStore(database));
    const { client, roomTag } = await world.founder();
    const look = async () => {
      const answer = await client.ask({ type: "subscribe", roomTag, fromN: 1 });
      return answer.type === "subscribed" ? answer.receipt.receipt.time : answer;
    };
    const first = world.now;
    expect(await look()).toBe(first);
    hold(true);
    world.now += 60_000;
    expect([await look(), await look(), world.core.storage]).toEqual([first + 9999, first + 9999, "busy"]);
    hold(false);
    world.tick(1000);
    expect(await look()).toBe(world.now);
  });

  it("a store that fails in another way ends the relay: nobody knows what is stored", async () => {
    const world = new CoreWorld({}, new SqliteStore(database));
    const { client, roomTag } = await world.founder();
    world.store.begin = () => {
      throw new TypeError("broken");
    };
    expect(() => void client.ask(messageAppend(roomTag))).toThrow("broken");
    expect(() => void client.ask({ type: "subscribe", roomTag, fromN: 1 })).not.toThrow();
    world.now += 20_000;
    // To sign a time after the one that was reserved, it has to be written first.
    expect(() => void client.ask({ type: "subscribe", roomTag, fromN: 1 })).toThrow("broken");
  });
});
