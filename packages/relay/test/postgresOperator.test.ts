import { toHex } from "@conclave/codec";
import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { blobIdOf } from "@conclave/wire";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { messageAppend } from "../src/core/scriptedClient.js";
import { operateRelay, startRelay, type Relay } from "../src/index.js";
import { SocketClient } from "../src/server/socketClient.js";
import { hasPostgres, PostgresServer } from "../src/store/postgres/postgresServer.js";
import { dataFolder } from "./dataFolder.js";
import { makeRoom } from "./relayProcesses.js";

const TABLES = ["room_key", "record", "roster", "slot", "slot_version", "request", "blob", "blob_chunk"];

describe.skipIf(!hasPostgres)("an operator's commands with PostgreSQL (skipped without PostgreSQL)", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  afterAll(() => server.stop());
  const running: Relay[] = [];
  afterEach(async () => {
    for (const relay of running.splice(0)) await relay.close();
  });

  /** Two relays on one database, each with a folder of its own. */
  async function two() {
    const [database, folders] = [server.newDatabase(), [dataFolder(), dataFolder()] as const];
    const first = await startRelay({ dataDir: folders[0], database });
    const keyFile = join(folders[0], "relay.key");
    const second = await startRelay({ dataDir: folders[1], database, keyFile });
    running.push(first, second);
    return { database, folders, relays: [first, second] as const };
  }

  it("list and delete the rooms of all relays: members at another one are told, and nothing of the room is left", async () => {
    const { database, folders, relays } = await two();
    const [client, other] = [
      await SocketClient.connect(relays[0].socketUrl),
      await SocketClient.connect(relays[1].socketUrl),
    ];
    const [{ roomTag, key }, kept] = [await makeRoom(client), await makeRoom(client)];
    await client.prove(roomTag, 0, key);
    for (let n = 0; n < 3; n++) await client.ask(messageAppend(roomTag, { payload: systemRandom(100) }));
    await client.ask({ type: "postPlea", roomTag, blob: systemRandom(7), stays: false });
    const blobId = blobIdOf((data) => nodeCrypto.hash("sha256", data), systemRandom(32));
    await client.ask({ type: "beginBlob", roomTag, blobId, size: 1000 });
    expect((await client.ask({ type: "writeBlob", roomTag, blobId, index: 0, chunk: systemRandom(1000) })).type).toBe(
      "blobState",
    );
    expect((await other.ask({ type: "subscribe", roomTag, fromN: 4 })).type).toBe("subscribed");
    for (const folder of folders) {
      const { rooms = [], next } = await operateRelay(folder, { do: "rooms", after: 0 });
      expect(next).toBe(null);
      expect(rooms.map(({ tag }) => tag)).toEqual([toHex(roomTag), toHex(kept.roomTag)]);
      expect(rooms[0]).toMatchObject({ records: 3, messageBytes: 300, fileBytes: 5096 });
      expect(rooms[0]!.usedAt! - rooms[0]!.createdAt!).toBeGreaterThanOrEqual(0);
      expect(rooms[1]).toMatchObject({ records: 0, createdAt: null, usedAt: null });
    }
    expect(await operateRelay(folders[0], { do: "delete", tag: toHex(roomTag) })).toEqual({});
    expect(await operateRelay(folders[1], { do: "delete", tag: toHex(roomTag) })).toEqual({ refused: "room_unknown" });
    // Who listens at the other relay is told to ask again, and who asks is told why there is nothing.
    await expect.poll(() => other.pushes.map(({ type }) => type)).toEqual(["lagged"]);
    for (const each of [client, other])
      expect(await each.ask({ type: "subscribe", roomTag, fromN: 1 })).toMatchObject({ error: "room_deleted" });
    expect(await client.ask(messageAppend(roomTag))).toMatchObject({ error: "room_deleted" });
    expect((await operateRelay(folders[1], { do: "rooms", after: 0 })).rooms?.map(({ tag }) => tag)).toEqual([
      toHex(kept.roomTag),
    ]);
    // A sweep comes each half minute: of the deleted room nothing stays but its tag; the other one has a key and a beginning.
    const left = (): string => TABLES.map((table) => server.query(database, `SELECT count(*) FROM ${table}`)).join(" ");
    await expect.poll(left, { timeout: 100_000, interval: 1000 }).toBe("1 0 1 0 0 0 0 0");
    expect(server.query(database, "SELECT count(*) FROM room WHERE deleted AND purged")).toBe("1");
  }, 150_000);

  it("say that PostgreSQL is away; and block addresses at the relay that they ask", async () => {
    const { folders } = await two();
    await operateRelay(folders[0], { do: "block", address: "192.0.2.7" });
    const addresses = async (folder: string) => (await operateRelay(folder, { do: "addresses" })).addresses;
    expect(await addresses(folders[0])).toMatchObject([{ address: "192.0.2.7", blocked: true }]);
    expect(await addresses(folders[1])).toEqual([]);
    await operateRelay(folders[0], { do: "unblock", address: "192.0.2.7" });
    expect(await addresses(folders[0])).toEqual([]);
    server.kill();
    try {
      expect(await operateRelay(folders[0], { do: "rooms", after: 0 })).toEqual({ refused: "store_away" });
      expect(await operateRelay(folders[1], { do: "delete", tag: "00".repeat(32) })).toEqual({
        refused: "store_away",
      });
    } finally {
      await server.restart();
    }
    await expect.poll(() => operateRelay(folders[0], { do: "rooms", after: 0 })).toEqual({ rooms: [], next: null });
  }, 120_000);
});
