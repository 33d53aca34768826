import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { inboxIdOf } from "@conclave/wire";
import { copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { commitAppend, messageAppend, newKey } from "../src/core/scriptedClient.js";
import { startRelay } from "../src/server/startRelay.js";
import { SocketClient } from "../src/server/socketClient.js";
import { hasPostgres, PostgresServer } from "../src/store/postgres/postgresServer.js";
import { dataFolder } from "./dataFolder.js";
import { killProcesses, makeRoom, startProcess } from "./relayProcesses.js";

const sha256 = (data: Uint8Array): Uint8Array => nodeCrypto.hash("sha256", data);

describe.skipIf(!hasPostgres)("relays on PostgreSQL (skipped without PostgreSQL)", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  afterAll(() => server.stop());
  afterEach(killProcesses);

  it("RULE relay.key-not-beside: one that is started without the key that the database is of makes none, and says where it belongs", async () => {
    const [database, mine, empty] = [server.newDatabase(), dataFolder(), dataFolder()];
    await (await startRelay({ dataDir: mine, database })).close();
    const refused = startRelay({ dataDir: empty, database });
    await expect(refused).rejects.toMatchObject({ code: "data_unusable", message: expect.stringContaining("key") });
    await expect(startRelay({ dataDir: empty, database: `${database}x` })).rejects.toMatchObject({
      code: "data_unusable",
    });
    expect(existsSync(join(empty, "relay.key"))).toBe(false);
    copyFileSync(join(mine, "relay.key"), join(empty, "relay.key"));
    await (await startRelay({ dataDir: empty, database })).close();
  }, 60_000);

  it("push to their subscribers what is written at the other, each record once and in order, and tell of requests and inboxes", async () => {
    const [dataDir, database] = [dataFolder(), server.newDatabase()];
    const relays = [await startProcess(dataDir, database), await startProcess(dataDir, database)];
    const clients = [
      await SocketClient.connect(relays[0]!.socketUrl),
      await SocketClient.connect(relays[1]!.socketUrl),
    ];
    const { roomTag, key } = await makeRoom(clients[0]!);
    for (const client of clients) await client.prove(roomTag, 0, key);
    const watchers = [
      await SocketClient.connect(relays[0]!.socketUrl),
      await SocketClient.connect(relays[1]!.socketUrl),
    ];
    const pushed = (client: SocketClient): number[] =>
      client.pushes.flatMap((push) => (push.type === "records" ? push.items.map(({ n }) => n) : []));
    for (const watcher of watchers)
      expect((await watcher.ask({ type: "subscribe", roomTag, fromN: 1 })).type).toBe("subscribed");
    for (let round = 0; round < 30; round++) {
      const appends = [clients[round % 2]!.ask(messageAppend(roomTag)), clients[0]!.ask(messageAppend(roomTag))];
      for (const answer of await Promise.all(appends)) expect(answer.type).toBe("appended");
    }
    const all = Array.from({ length: 60 }, (_, at) => at + 1);
    for (const watcher of watchers) await expect.poll(() => pushed(watcher)).toEqual(all);
    // Who subscribes later gets what comes after that, and no more.
    const late = await SocketClient.connect(relays[1]!.socketUrl);
    expect(await late.ask({ type: "subscribe", roomTag, fromN: 61 })).toMatchObject({ position: { n: 60 } });
    await clients[0]!.ask(messageAppend(roomTag));
    for (const watcher of [...watchers, late]) await expect.poll(() => pushed(watcher).at(-1)).toBe(61);
    expect(pushed(late)).toEqual([61]);
    await clients[0]!.ask({ type: "postPlea", roomTag, blob: systemRandom(7), stays: false });
    for (const watcher of watchers) {
      await expect.poll(() => watcher.pushes.filter(({ type }) => type === "requestsChanged").length).toBe(1);
    }
    const inbox = newKey();
    const inboxId = inboxIdOf(sha256, inbox.publicKey);
    await late.proveInbox(inbox);
    const deliveries = [{ inboxId, blob: systemRandom(3) }];
    const commit = commitAppend(roomTag, newKey(), { deliveries });
    expect((await clients[0]!.ask(commit)).type).toBe("appended");
    await expect.poll(() => late.pushes.map(({ type }) => type)).toContain("inboxChanged");
    for (const watcher of watchers) await expect.poll(() => pushed(watcher)).toEqual([...all, 61, 62]);
  }, 120_000);

  it("wait while PostgreSQL is away, and say so; and go on when it is back", async () => {
    const relay = await startProcess(dataFolder(), server.newDatabase());
    const client = await SocketClient.connect(relay.socketUrl);
    const { roomTag, key } = await makeRoom(client);
    await client.prove(roomTag, 0, key);
    const status = async (path: string): Promise<number> => (await fetch(`${relay.address}${path}`)).status;
    expect([await status("/readyz"), await status("/healthz")]).toEqual([200, 200]);
    server.kill();
    await wait(500);
    let answered = false;
    const later = SocketClient.connect(relay.socketUrl).then(async (other) => {
      await other.prove(roomTag, 0, key);
      const answer = await other.ask(messageAppend(roomTag));
      answered = true;
      return answer;
    });
    await expect.poll(() => status("/readyz")).toBe(503);
    expect(await status("/healthz")).toBe(200);
    await wait(2000);
    expect(answered).toBe(false);
    await server.restart();
    expect(await later).toMatchObject({ type: "appended", n: 1 });
    await expect.poll(() => status("/readyz")).toBe(200);
  }, 120_000);

  it("RULE shared.read-only-is-away: wait while PostgreSQL takes no writes, and say that it is this", async () => {
    const database = server.newDatabase();
    const relay = await startProcess(dataFolder(), database);
    const client = await SocketClient.connect(relay.socketUrl);
    const { roomTag, key } = await makeRoom(client);
    await client.prove(roomTag, 0, key);
    const ready = async (): Promise<string> => (await fetch(`${relay.address}/readyz`)).text();
    const setReadOnly = (value: string): void => {
      server.query(database, `ALTER SYSTEM SET default_transaction_read_only = ${value}`);
      server.query(database, "SELECT pg_reload_conf()");
    };
    expect(await ready()).toBe("ready\n");
    setReadOnly("on");
    try {
      // Nobody asks for anything, and it is seen all the same.
      await expect.poll(ready).toBe("not ready: PostgreSQL takes no writes, being a standby or read-only\n");
      let answered = false;
      const answers = [client.ask(messageAppend(roomTag)), client.ask({ type: "read", roomTag, fromN: 1, limit: 9 })];
      const later = Promise.all(answers).then((all) => {
        answered = true;
        return all;
      });
      await wait(2500);
      expect([answered, await ready()]).toEqual([false, expect.stringContaining("takes no writes")]);
      setReadOnly("off");
      expect(await later).toMatchObject([{ type: "appended", n: 1 }, { type: "page" }]);
    } finally {
      setReadOnly("off");
    }
    await expect.poll(ready).toBe("ready\n");
  }, 120_000);
});
