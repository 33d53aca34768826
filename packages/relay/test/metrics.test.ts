import { systemRandom } from "@conclave/crypto/node";
import { createServer } from "node:http";
import { once } from "node:events";
import { RoomTag } from "@conclave/wire";
import { describe, expect, it } from "vitest";
import { messageAppend, newKey } from "../src/core/scriptedClient.js";
import { startRelay } from "../src/index.js";
import { SocketClient } from "../src/server/socketClient.js";
import { dataFolder } from "./dataFolder.js";

describe("metrics", () => {
  it("are on a port of their own, and move with what is done and refused", async () => {
    const relay = await startRelay({ dataDir: dataFolder(), metrics: { host: "127.0.0.1", port: 0 } });
    const read = async () => {
      const text = await (await fetch(`http://127.0.0.1:${String(relay.metricsPort)}/metrics`)).text();
      const values = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
      return { text, values: Object.fromEntries(values.map((line) => line.split(" "))) as Record<string, string> };
    };
    const client = await SocketClient.connect(relay.socketUrl);
    const [roomTag, key, empty] = [RoomTag.of(systemRandom(32)), newKey(), new Uint8Array()];
    await client.ask({ type: "createRoom", roomTag, writeKey: key.publicKey, attachment: empty, permit: empty });
    await client.prove(roomTag, 0, key);
    for (let n = 0; n < 3; n++) await client.ask(messageAppend(roomTag));
    await client.ask({ type: "read", roomTag: RoomTag.of(systemRandom(32)), fromN: 1, limit: 1 });
    await expect.poll(async () => (await read()).values["conclave_appends_total"], { timeout: 10_000 }).toBe("3");
    const { text, values } = await read();
    expect(values['conclave_refusals_total{cause="room_unknown"}']).toBe("1");
    expect(values["conclave_connections"]).toBe("1");
    for (const name of ["groups_total", "group_commit_seconds_total", "database_bytes", "memory_bytes"])
      expect([name, Number(values[`conclave_${name}`]) > 0]).toEqual([name, true]);
    expect(text).toContain("# TYPE conclave_appends_total counter\n");
    // Nobody who reaches the relay reads them, and their port serves nothing else.
    expect((await fetch(`${relay.address}/metrics`)).status).toBe(404);
    expect((await fetch(`http://127.0.0.1:${String(relay.metricsPort)}/`)).status).toBe(404);
    await relay.close();
    await expect(read()).rejects.toThrow();
  });

  it("a port that is taken is told at the start, and the folder is free again", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as { port: number };
    const dataDir = dataFolder();
    await expect(startRelay({ dataDir, metrics: { host: "127.0.0.1", port } })).rejects.toMatchObject({
      code: "listen_failed",
    });
    taken.close();
    await (await startRelay({ dataDir })).close();
  });
});
