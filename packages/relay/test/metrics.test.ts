import { systemRandom } from "@conclave/crypto/node";
import { createServer } from "node:http";
import { once } from "node:events";
import { RoomTag } from "@conclave/wire";
import { describe, expect, it, vi } from "vitest";
import { messageAppend, newKey } from "../src/core/scriptedClient.js";
import { operateRelay, startRelay } from "../src/index.js";
import { SocketClient, upgradeStatus } from "../src/server/socketClient.js";
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
    for (const name of [
      "commit_seconds_count",
      "commit_seconds_sum",
      "queue_wait_seconds_count",
      "queue_wait_seconds_sum",
      "database_bytes",
      "memory_bytes",
    ])
      expect([name, Number(values[`conclave_${name}`]) > 0]).toEqual([name, true]);
    expect(text).toContain("# TYPE conclave_appends_total counter\n");
    expect(text).toContain("# TYPE conclave_commit_seconds histogram\n");
    expect(text.match(/# TYPE conclave_commit_seconds/gu)).toHaveLength(1);
    expect(values["conclave_queue_messages"]).toBe("0");
    // Nobody who reaches the relay reads them, and their port serves nothing else.
    expect((await fetch(`${relay.address}/metrics`)).status).toBe(404);
    expect((await fetch(`http://127.0.0.1:${String(relay.metricsPort)}/`)).status).toBe(404);
    await relay.close();
    await expect(read()).rejects.toThrow();
  });

  it("count who was not let in and who left, by the cause; who was refused is the operator's alone", async () => {
    const dataDir = dataFolder();
    const relay = await startRelay({ dataDir, trustedProxies: 1, connectionsPerAddress: 4 });
    const from = (address: string) => ({ headers: { "x-forwarded-for": address } });
    const connect = (address: string) => SocketClient.connect(relay.socketUrl, from(address));
    const of = (name: string, cause: string) => relay.metrics()[`${name}{cause="${cause}"}`] ?? 0;

    (await connect("192.0.2.1")).socket.close(1000);
    (await connect("192.0.2.1")).socket.terminate();
    const malformed = await connect("192.0.2.1");
    malformed.socket.send(new Uint8Array(9_000_000));
    const faulty = await connect("192.0.2.2");
    for (let n = 0; n < 40; n++) faulty.socket.send(new Uint8Array([0xff]));
    const blocked = await connect("192.0.2.3");
    await operateRelay(dataDir, { do: "block", address: "192.0.2.3" });
    await Promise.all([malformed.closed(), faulty.closed(), blocked.closed()]);
    for (const cause of ["client", "broken", "malformed", "strikes", "blocked"])
      await expect.poll(() => [cause, of("connections_closed_total", cause)]).toEqual([cause, 1]);

    const crowd = await Promise.all([1, 2, 3, 4].map(() => connect("192.0.2.4")));
    const status = (url: string, address: string, more = {}) =>
      upgradeStatus(url, { headers: { "x-forwarded-for": address, ...more } });
    expect(await status(relay.socketUrl, "192.0.2.4")).toBe(503);
    expect(await status(relay.socketUrl, "192.0.2.3")).toBe(403);
    expect(await status(relay.socketUrl, "192.0.2.5", { origin: "https://evil.example" })).toBe(403);
    expect(await status(relay.socketUrl, "192.0.2.5", { host: "evil.example" })).toBe(421);
    expect(await status(`${relay.socketUrl}/x`, "192.0.2.5")).toBe(404);
    for (const socket of crowd) socket.socket.close(1000);
    await expect
      .poll(async () => {
        await status(relay.socketUrl, "192.0.2.4");
        return of("connections_refused_total", "too_often");
      })
      .toBe(1);
    for (const cause of ["blocked", "origin", "host", "path"])
      expect([cause, of("connections_refused_total", cause)]).toEqual([cause, 1]);
    expect(of("connections_refused_total", "address_full")).toBeGreaterThan(0);

    const { addresses } = await operateRelay(dataDir, { do: "addresses" });
    const refused = Object.fromEntries(addresses!.map((each) => [each.address, each.refused]));
    await expect
      .poll(async () => {
        const now = (await operateRelay(dataDir, { do: "addresses" })).addresses!;
        return now.find(({ address }) => address === "192.0.2.2")?.refused ?? 0;
      })
      .toBeGreaterThan(0);
    expect(refused).toMatchObject({ "192.0.2.3": 1, "192.0.2.5": 3 });
    expect(refused["192.0.2.4"]).toBeGreaterThan(1);
    expect(JSON.stringify(relay.metrics())).not.toContain("192.0.2");

    const left = await connect("192.0.2.6");
    await relay.close();
    await left.closed();
    expect(of("connections_closed_total", "stopping")).toBe(1);
  });

  it("once a minute the log says what they grew by", async () => {
    vi.useFakeTimers({ toFake: ["setInterval"] });
    const said: string[] = [];
    const write = vi.spyOn(process.stderr, "write").mockImplementation((text) => said.push(String(text)) > 0);
    try {
      const relay = await startRelay({ dataDir: dataFolder(), log: "text" });
      for (let n = 0; n < 12; n++) expect(await upgradeStatus(`${relay.socketUrl}/x`)).toBe(404);
      vi.advanceTimersByTime(60_000);
      expect(said.join("")).toMatch(
        /^\S+ warning: in the last minute 12 connections were not let in \(path 12\)\. The refusals came from 1 address: /u,
      );
      said.length = 0;
      vi.advanceTimersByTime(180_000);
      expect(said).toEqual([]);
      await relay.close();
    } finally {
      write.mockRestore();
      vi.useRealTimers();
    }
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
