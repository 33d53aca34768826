import { systemRandom } from "@conclave/crypto/node";
import { chmodSync, statSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { join } from "node:path";
import { toHex } from "@conclave/codec";
import { RoomTag } from "@conclave/wire";
import { afterEach, describe, expect, it } from "vitest";
import { newKey } from "../src/core/scriptedClient.js";
import { operateRelay, startRelay, type Relay } from "../src/index.js";
import { SocketClient, upgradeStatus } from "../src/server/socketClient.js";
import { dataFolder } from "./dataFolder.js";

const running: Relay[] = [];
afterEach(async () => {
  for (const relay of running.splice(0)) await relay.close();
});

async function start(dataDir: string, more = {}): Promise<Relay> {
  const relay = await startRelay({ dataDir, ...more });
  running.push(relay);
  return relay;
}

async function newRoom(relay: Relay): Promise<RoomTag> {
  const client = await SocketClient.connect(relay.socketUrl);
  const [roomTag, empty] = [RoomTag.of(systemRandom(32)), new Uint8Array()];
  await client.ask({ type: "createRoom", roomTag, writeKey: newKey().publicKey, attachment: empty, permit: empty });
  return roomTag;
}

describe("the operator's socket", () => {
  it("RULE socket.private: only the relay's own user can open it, also where one was left over", async () => {
    const dataDir = dataFolder();
    const path = join(dataDir, "relay.sock");
    writeFileSync(path, "left over");
    chmodSync(path, 0o666);
    await start(dataDir);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(path).isSocket()).toBe(true);
  });

  it("lists and deletes rooms while the relay runs, and when it does not", async () => {
    const dataDir = dataFolder();
    const relay = await start(dataDir);
    const [first, second] = [await newRoom(relay), await newRoom(relay)];
    const tags = async () => (await operateRelay(dataDir, { do: "rooms", after: 0 })).rooms?.map(({ tag }) => tag);
    expect(await tags()).toEqual([toHex(first), toHex(second)]);
    expect(await operateRelay(dataDir, { do: "delete", tag: toHex(first) })).toEqual({});
    expect(await operateRelay(dataDir, { do: "delete", tag: toHex(first) })).toEqual({ refused: "room_unknown" });
    await running.pop()!.close();
    expect(await tags()).toEqual([toHex(second)]);
    expect(await operateRelay(dataDir, { do: "delete", tag: toHex(second) })).toEqual({});
    const client = await SocketClient.connect((await start(dataDir)).socketUrl);
    for (const roomTag of [first, second])
      expect(await client.ask({ type: "read", roomTag, fromN: 1, limit: 1 })).toMatchObject({ error: "room_deleted" });
  });

  it("takes no harm from what is no request", async () => {
    const dataDir = dataFolder();
    await start(dataDir);
    for (const junk of [
      "junk\n",
      "null\n",
      '{"do":"rooms","after":"x"}\n',
      '{"do":"delete"}\n',
      '{"do":"block","address":7}\n',
      "x".repeat(2_000_000),
    ]) {
      const socket = createConnection(join(dataDir, "relay.sock"));
      socket.on("error", () => undefined).resume();
      socket.write(junk);
      // A reset is as good as an end.
      await new Promise((resolve) => socket.once("close", resolve));
    }
    expect(await operateRelay(dataDir, { do: "fly" } as never)).toEqual({ refused: "request_unknown" });
    expect(await operateRelay(dataDir, { do: "rooms", after: 0 })).toEqual({ rooms: [], next: null });
  });

  it("rejects a folder without a relay", async () => {
    await expect(operateRelay(dataFolder(), { do: "rooms", after: 0 })).rejects.toMatchObject({
      code: "data_unusable",
    });
  });
});

describe("blocked addresses", () => {
  it("RULE relay.blocked: whom the operator blocks is cut off and stays out, also after a restart, until unblocked", async () => {
    const dataDir = dataFolder();
    const proxied = { trustedProxies: 1 };
    let relay = await start(dataDir, proxied);
    const from = (address: string) => ({ headers: { "x-forwarded-for": address } });
    const status = (address: string) => upgradeStatus(relay.socketUrl, from(address));
    const client = await SocketClient.connect(relay.socketUrl, from("192.0.2.7"));
    const [cut, other] = [client.closed(), await SocketClient.connect(relay.socketUrl, from("192.0.2.8"))];
    expect((await operateRelay(dataDir, { do: "addresses" })).addresses).toEqual([
      { address: "192.0.2.7", connections: 1, refused: 0, blocked: false },
      { address: "192.0.2.8", connections: 1, refused: 0, blocked: false },
    ]);
    await operateRelay(dataDir, { do: "block", address: "192.0.2.7" });
    await operateRelay(dataDir, { do: "block", address: "2001:db8:1:2::9" });
    await operateRelay(dataDir, { do: "block", address: "198.51.100.0/24" });
    await cut;
    await other.ask({ type: "proveInbox", inboxPub: newKey().publicKey, signature: new Uint8Array(64) });
    for (let round = 0; round < 2; round++) {
      const blocked = ["192.0.2.7", "2001:db8:1:2:ffff::1", "198.51.100.99"];
      expect(await Promise.all(blocked.map(status))).toEqual([403, 403, 403]);
      expect(await Promise.all(["192.0.2.9", "2001:db8:1:3::9", "198.51.101.1"].map(status))).toEqual([101, 101, 101]);
      await running.pop()!.close();
      relay = await start(dataDir, proxied);
    }
    expect((await operateRelay(dataDir, { do: "addresses" })).addresses).toContainEqual({
      address: "2001:db8:1:2::/64",
      connections: 0,
      refused: 0,
      blocked: true,
    });
    await operateRelay(dataDir, { do: "unblock", address: "192.0.2.7" });
    expect(await status("192.0.2.7")).toBe(101);
    for (const [ask, refused] of [
      [{ do: "unblock", address: "198.51.100.1" }, "address_unknown"],
      [{ do: "block", address: "garden" }, "address_invalid"],
      [{ do: "block", address: "0.0.0.0/0" }, "address_invalid"],
      [{ do: "block", address: "192.0.2.0/33" }, "address_invalid"],
    ] as const)
      expect([ask, await operateRelay(dataDir, ask)]).toEqual([ask, { refused }]);
    expect(statSync(join(dataDir, "blocked")).mode & 0o777).toBe(0o600);
  });

  it("does not start with a list that is damaged", async () => {
    const dataDir = dataFolder();
    writeFileSync(join(dataDir, "blocked"), "# garden\n192.0.2.7\nnobody\n");
    await expect(startRelay({ dataDir })).rejects.toMatchObject({ code: "data_unusable" });
  });
});
