import { systemRandom } from "@conclave/crypto/node";
import { once } from "node:events";
import { chmodSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { openDatabase } from "@conclave/sqlite";
import { RoomTag } from "@conclave/wire";
import { afterEach, describe, expect, it } from "vitest";
import { joinBy } from "../src/core/probationRoom.js";
import { messageAppend, newKey, newSlot } from "../src/core/scriptedClient.js";
import { operateRelay, startRelay, type Relay, type RelayOptions } from "../src/index.js";
import { dataFolder } from "./dataFolder.js";
import { SocketClient, upgradeStatus } from "../src/server/socketClient.js";

const running: Relay[] = [];
afterEach(async () => {
  for (const relay of running.splice(0)) await relay.close();
});

async function start(options: Partial<RelayOptions> = {}): Promise<Relay> {
  const relay = await startRelay({ dataDir: dataFolder(), ...options });
  running.push(relay);
  return relay;
}

async function founder(relay: Relay) {
  const client = await SocketClient.connect(relay.socketUrl);
  const [roomTag, key] = [RoomTag.of(systemRandom(32)), newKey()];
  const empty = new Uint8Array();
  await client.ask({ type: "createRoom", roomTag, writeKey: key.publicKey, attachment: empty, permit: empty });
  await client.prove(roomTag, 0, key);
  return { client, roomTag, key };
}

describe("starting", () => {
  it("RULE relay.one-process: a second relay on the same data folder does not start, and says why", async () => {
    const dataDir = dataFolder();
    const first = await startRelay({ dataDir });
    await expect(startRelay({ dataDir })).rejects.toMatchObject({ name: "RelayStartError", code: "data_in_use" });
    await first.close();
    await start({ dataDir });
  });
  it("says by a stable code that a port is taken or a host is not its own, and frees the folder", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as { port: number };
    const dataDir = dataFolder();
    await expect(startRelay({ dataDir, port })).rejects.toMatchObject({ code: "port_in_use" });
    await expect(startRelay({ dataDir, host: "192.0.2.1" })).rejects.toMatchObject({ code: "host_unknown" });
    taken.close();
    await start({ dataDir });
  });
  it("says that a database or a key is unreadable, and leaves them as they are", async () => {
    const dataDir = dataFolder();
    writeFileSync(join(dataDir, "relay.key"), "not a key\n");
    await expect(startRelay({ dataDir })).rejects.toMatchObject({ code: "data_unusable" });
    expect(readFileSync(join(dataDir, "relay.key"), "utf8")).toBe("not a key\n");
    const other = dataFolder();
    writeFileSync(join(other, "relay.db"), "not a database".repeat(1000));
    await expect(startRelay({ dataDir: other })).rejects.toMatchObject({ code: "data_unusable" });
    expect(readFileSync(join(other, "relay.db"), "utf8")).toContain("not a database");
  });
  it("RULE relay.key-private: only its own user reads the key, which stays the same", async () => {
    const dataDir = dataFolder();
    const first = await startRelay({ dataDir });
    const file = join(dataDir, "relay.key");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await first.close();
    chmodSync(file, 0o644);
    const second = await start({ dataDir });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(second.relayKey).toEqual(first.relayKey);
  });
});

describe("a relay's key", () => {
  it("RULE relay.key-lost: is not made anew where rooms are: neither by a start nor by the operator's commands", async () => {
    const dataDir = dataFolder();
    const first = await startRelay({ dataDir });
    const file = join(dataDir, "relay.key");
    await first.close();
    const key = readFileSync(file);
    rmSync(file);
    const refused = { code: "data_unusable", message: expect.stringContaining("relay.key is gone") as string };
    await expect(startRelay({ dataDir })).rejects.toMatchObject(refused);
    expect(await operateRelay(dataDir, { do: "rooms", after: 0 })).toMatchObject({ rooms: [] });
    expect(existsSync(file)).toBe(false);
    writeFileSync(file, key);
    expect((await start({ dataDir })).relayKey).toEqual(first.relayKey);
  });
});

describe("connections", () => {
  it("RULE relay.connections-bounded: one address, and all together, open only so many", async () => {
    const one = await start({ connectionsPerAddress: 2 });
    const clients = [await SocketClient.connect(one.socketUrl), await SocketClient.connect(one.socketUrl)];
    expect(await upgradeStatus(one.socketUrl)).toBe(503);
    clients[0]!.socket.terminate();
    await wait(50);
    expect(await upgradeStatus(one.socketUrl)).toBe(101);
    const all = await start({ connections: 1, trustedProxies: 1 });
    await SocketClient.connect(all.socketUrl);
    expect(await upgradeStatus(all.socketUrl)).toBe(503);
    expect(await upgradeStatus(all.socketUrl.replace("/relay", "/elsewhere"))).toBe(404);
  });
  it("A161: RULE relay.proofs-paid: who comes again and again has no more signatures checked than its address may", async () => {
    const relay = await start({ settings: { rates: { address: { burst: 200, perSecond: 0.001 } } } });
    const answers: string[] = [];
    for (let times = 0; times < 5; times++) {
      const stranger = await SocketClient.connect(relay.socketUrl);
      const proofs = await Promise.all(Array.from({ length: 20 }, () => stranger.proveInbox(newKey())));
      answers.push(...proofs.map((answer) => (answer.type === "error" ? answer.error : answer.type)));
      stranger.socket.terminate();
    }
    // 8 for each proof, and something for its bytes.
    const done = answers.filter((answer) => answer === "done").length;
    expect([done > 20, done <= 25, answers.length]).toEqual([true, true, 100]);
    expect(new Set(answers)).toEqual(new Set(["done", "rate_limited"]));
    await until(() => relay.metrics()["proofs_checked_total"] === done);
    await wait(1100);
    expect(relay.metrics()["proofs_checked_total"]).toBe(done);
  });
  it("A161: RULE relay.unfinished-bounded: messages that are begun and not ended fill no memory, and others are not held up", async () => {
    const relay = await start();
    const { client, roomTag } = await founder(relay);
    const strangers: SocketClient[] = [];
    for (let n = 0; n < 8; n++) {
      const stranger = await SocketClient.connect(relay.socketUrl);
      stranger.socket.send(Buffer.alloc(7 * 1024 * 1024), { fin: false });
      strangers.push(stranger);
    }
    const open = (): number => strangers.filter(({ socket }) => socket.readyState === socket.OPEN).length;
    await until(() => relay.metrics()["cut_off_total"] === 4 && open() === 4);
    // A message in parts that ends is one like any other.
    strangers.push(client);
    client.sendRaw = (message) => {
      client.socket.send(message.subarray(0, 9), { fin: false });
      client.socket.ping();
      client.socket.send(message.subarray(9));
    };
    expect(await client.ask(messageAppend(roomTag))).toMatchObject({ type: "appended" });
  });
  it("A161: RULE relay.fair-turns: a member is answered before somebody's long message is done, in requests and in proofs", async () => {
    const relay = await start();
    const { client, roomTag } = await founder(relay);
    const stranger = await SocketClient.connect(relay.socketUrl);
    const read = { type: "read" as const, roomTag, fromN: 1, limit: 1 };
    const proofs = Array.from({ length: 400 }, () => stranger.inboxProof(newKey()));
    for (const asks of [Array.from({ length: 500 }, () => read), proofs]) {
      let answered = 0;
      const all = stranger.askAll(asks).map((answer) => answer.then(() => answered++));
      await Promise.race(all);
      const before = answered;
      expect(await client.ask(messageAppend(roomTag))).toMatchObject({ type: "appended" });
      expect([before < asks.length / 2, answered < asks.length]).toEqual([true, true]);
      await Promise.all(all);
    }
  });
  it("proofs of one message are answered in their order, and what follows them finds them made", async () => {
    const relay = await start();
    const { roomTag, key } = await founder(relay);
    const client = await SocketClient.connect(relay.socketUrl);
    const answered: string[] = [];
    const note = (name: string) => (answer: { readonly type: string }) => answered.push(`${name} ${answer.type}`);
    const forged = { ...newKey(), publicKey: key.publicKey };
    await Promise.all([
      client.ask(messageAppend(roomTag)).then(note("before")),
      ...Array.from({ length: 20 }, (_, at) =>
        client.prove(roomTag, 0, at === 3 ? forged : key).then(note(String(at))),
      ),
      client.ask(messageAppend(roomTag)).then(note("after")),
    ]);
    const proofs = Array.from({ length: 20 }, (_, at) => `${String(at)} ${at === 3 ? "error" : "done"}`);
    expect(answered).toEqual(["before error", ...proofs, "after appended"]);
  });
  it("tells the operator once that a proxy speaks for others and is not trusted; each client counts once it is", async () => {
    const lines: string[] = [];
    const write = process.stderr.write.bind(process.stderr);
    process.stderr.write = (line) => lines.push(String(line)) > 0;
    try {
      const from = (address: string) => ({ headers: { "X-Forwarded-For": address } });
      for (const [trustedProxies, told] of [
        [0, 1],
        [["127.0.0.1"], 0],
      ] as const) {
        const relay = await start({ connectionsPerAddress: 1, trustedProxies, log: "text" });
        lines.length = 0;
        const answers: number[] = [];
        for (const address of ["192.0.2.1", "192.0.2.2", "192.0.2.1"]) {
          answers.push(await upgradeStatus(relay.socketUrl, from(address), "stay"));
        }
        expect(answers).toEqual(told === 1 ? [101, 503, 503] : [101, 101, 503]);
        expect(lines.filter((line) => line.includes("--trusted-proxies"))).toHaveLength(told);
        expect(lines.join("")).not.toContain("192.0.2");
      }
    } finally {
      process.stderr.write = write;
    }
  });
  it("RULE relay.slow-reader: who does not read is told to catch up, and then misses nothing", async () => {
    const relay = await start({ lagBytes: 256 * 1024, settings: { rates: PLENTY } });
    const { client, roomTag } = await founder(relay);
    const slow = await SocketClient.connect(relay.socketUrl);
    await slow.ask({ type: "subscribe", roomTag, fromN: 1 });
    slow.socket.pause();
    const payload = systemRandom(60_000);
    const count = 300;
    for (let n = 0; n < count; n += 10) {
      await Promise.all(client.askAll(Array.from({ length: 10 }, () => messageAppend(roomTag, { payload }))));
    }
    expect(relay.metrics()["lagged_total"]).toBe(1);
    slow.socket.resume();
    await until(() => slow.pushes.some(({ type }) => type === "lagged"));
    const lagged = slow.pushes.find(({ type }) => type === "lagged");
    const pushed = slow.pushes.flatMap((push) => (push.type === "records" ? push.items.map(({ n }) => n) : []));
    expect(pushed).toEqual(pushed.map((_, at) => at + 1));
    expect(lagged).toMatchObject({ roomTag, fromN: pushed.length + 1 });
    let from = pushed.length + 1;
    while (from <= count) {
      const page = await slow.ask({ type: "subscribe", roomTag, fromN: from });
      if (page.type !== "subscribed") throw new Error("not subscribed");
      for (const { n } of page.items) expect(n).toBe(from++);
    }
    slow.pushes.length = 0;
    await client.ask(messageAppend(roomTag));
    await until(() => slow.pushes.length > 0);
    expect(slow.pushes).toMatchObject([{ type: "records", items: [{ n: count + 1 }] }]);
  });
  it("RULE relay.no-unbounded-buffer: who asks for ever more and reads nothing is cut off", async () => {
    const relay = await start({ settings: { rates: PLENTY } });
    const { client, roomTag } = await founder(relay);
    for (let n = 0; n < 6; n++) await client.ask(messageAppend(roomTag, { payload: systemRandom(200_000) }));
    const greedy = await SocketClient.connect(relay.socketUrl);
    greedy.socket.pause();
    // A megabyte for each of these.
    const read = { type: "read" as const, roomTag, fromN: 1, limit: 99 };
    for (let n = 0; n < 300; n++) void greedy.ask(read);
    await until(() => relay.metrics()["connections"] === 1);
    expect(await client.ask(messageAppend(roomTag))).toMatchObject({ type: "appended" });
  });
  it("RULE relay.backlog-bounded: nor do many of them fill the memory together; who reads is not touched", async () => {
    const relay = await start({ backlogBytes: 40_000_000 });
    const { client, roomTag } = await founder(relay);
    for (let n = 0; n < 6; n++) await client.ask(messageAppend(roomTag, { payload: systemRandom(200_000) }));
    const read = { type: "read" as const, roomTag, fromN: 1, limit: 99 };
    for (let n = 0; n < 8; n++) {
      const greedy = await SocketClient.connect(relay.socketUrl);
      greedy.socket.pause();
      for (let times = 0; times < 20; times++) void greedy.ask(read);
    }
    await until(() => relay.metrics()["cut_off_total"]! > 2);
    expect(relay.metrics()["connections"]).toBeGreaterThan(1);
    expect(await client.ask(read)).toMatchObject({ type: "page" });
  });
  it("counts what people on probation write and are refused, over all rooms", async () => {
    const relay = await start();
    const { client, roomTag } = await founder(relay);
    const token = newKey();
    const slot = newSlot(systemRandom(8), token.publicKey);
    await client.ask({ type: "putSlot", roomTag, slot, life: 0 });
    const newcomer = await SocketClient.connect(relay.socketUrl);
    expect((await joinBy(newcomer, roomTag, { token, slot }, 0)).answer).toMatchObject({ type: "appended" });
    await newcomer.ask({ type: "closeSlot", roomTag, slotId: slot.slotId });
    await until(() => relay.metrics()["probation_refusals_total"] === 1);
    expect(relay.metrics()["probation_records_total"]).toBe(1);
    expect(relay.metrics()["probation_bytes_total"]).toBeGreaterThan(100);
  });
  it("treats a text message as junk, and closes after a few", async () => {
    const relay = await start({ settings: { strikes: 20 } });
    const client = await SocketClient.connect(relay.socketUrl);
    for (let n = 0; n < 3; n++) client.socket.send("hello");
    expect(await client.closed()).toBe(4429);
  });
});

describe("the database", () => {
  it("RULE relay.database-failure-is-fatal: nothing is acknowledged any more, and the owner is told once", async () => {
    const dataDir = dataFolder();
    const failures: Error[] = [];
    const relay = await startRelay({ dataDir, onFatal: (error) => failures.push(error) });
    const { client, roomTag } = await founder(relay);
    await client.ask(messageAppend(roomTag));
    // Somebody takes a table away under the relay.
    const intruder = openDatabase(join(dataDir, "relay.db"));
    intruder.exec("ALTER TABLE record RENAME TO elsewhere");
    let isAnswered = false;
    void client.ask(messageAppend(roomTag)).then(() => (isAnswered = true));
    await until(() => failures.length > 0, 15_000);
    await wait(100);
    expect(failures).toHaveLength(1);
    expect(isAnswered).toBe(false);
    expect((await fetch(`${relay.address}/readyz`)).status).toBe(503);
    intruder.exec("ALTER TABLE elsewhere RENAME TO record");
    intruder.close();
    client.socket.terminate();
    await relay.close();
    await start({ dataDir });
  });
});

const PLENTY = { connection: { burst: 1e9, perSecond: 1e9 }, room: { burst: 1e9, perSecond: 1e9 } };

async function until(holds: () => boolean, most = 10_000): Promise<void> {
  for (let waited = 0; !holds(); waited += 20) {
    if (waited > most) throw new Error("waited too long");
    await wait(20);
  }
}
