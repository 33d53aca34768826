import { nodeCrypto } from "@conclave/crypto/node";
import { inboxIdOf } from "@conclave/wire";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { messageAppend, newKey } from "../src/core/scriptedClient.js";
import { SocketClient } from "../src/server/socketClient.js";
import { hasPostgres, PostgresServer } from "../src/store/postgres/postgresServer.js";
import { dataFolder } from "./dataFolder.js";
import { killProcesses, makeRoom, startProcess } from "./relayProcesses.js";

describe.skipIf(!hasPostgres)("a PostgreSQL that does not do what it should (skipped without PostgreSQL)", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  afterAll(() => server.stop());
  afterEach(killProcesses);

  async function member() {
    const database = server.newDatabase();
    const relay = await startProcess(dataFolder(), database);
    const client = await SocketClient.connect(relay.socketUrl);
    const { roomTag, key } = await makeRoom(client);
    await client.prove(roomTag, 0, key);
    const status = async (path: string): Promise<number> => (await fetch(`${relay.address}${path}`)).status;
    return { relay, database, client, roomTag, key, status };
  }

  it("A83: RULE shared.refused-alone: ends whoever asks for what it refuses, and nobody else; it is not taken for away", async () => {
    const { relay, database, client, roomTag, status } = await member();
    const inbox = newKey();
    const stranger = await SocketClient.connect(relay.socketUrl);
    await stranger.proveInbox(inbox);
    // What reads it fails from now on: a mistake of ours, or a database that somebody has changed.
    server.query(database, "ALTER TABLE inbox RENAME TO elsewhere");
    const gone = once(stranger.socket, "close");
    const inboxId = inboxIdOf((data) => nodeCrypto.hash("sha256", data), inbox.publicKey);
    void stranger.ask({ type: "fetchInbox", inboxId, after: 0 });
    const answers = await Promise.all(client.askAll(Array.from({ length: 20 }, () => messageAppend(roomTag))));
    expect(answers.map(({ type }) => type)).toEqual(Array.from({ length: 20 }, () => "appended"));
    expect((await gone)[0]).toBe(1011);
    expect(await status("/readyz")).toBe(200);
    expect((await client.ask(messageAppend(roomTag))).type).toBe("appended");
  }, 60_000);

  it("A83: RULE shared.frozen-is-away: is told as away when it is frozen, also to a relay that nobody uses; and then all goes on", async () => {
    const { relay, client, roomTag, status } = await member();
    server.freeze();
    try {
      const answer = client.ask(messageAppend(roomTag));
      await expect.poll(() => status("/readyz"), { timeout: 12_000 }).toBe(503);
      expect(await status("/healthz")).toBe(200);
      // Long enough for the connection to be cut off, and for others that are tried instead.
      await wait(20_000);
      server.thaw();
      // Nobody knows whether a frozen one took it: it is said, or the connection is closed, and asking again says it.
      await Promise.race([answer, once(client.socket, "close")]);
    } finally {
      server.thaw();
    }
    await expect.poll(() => status("/readyz"), { timeout: 20_000 }).toBe(200);
    const other = await SocketClient.connect(relay.socketUrl);
    expect((await other.ask({ type: "read", roomTag, fromN: 1, limit: 9 })).type).toBe("page");
  }, 120_000);

  it("A90: RULE shared.away-excuses: a client that comes meanwhile is greeted, waits for more than its time, and goes on when it is back", async () => {
    const { relay, roomTag, key } = await member();
    server.kill();
    await wait(1000);
    const asking = messageAppend(roomTag);
    const other = await SocketClient.connect(relay.socketUrl);
    let code = 0;
    other.socket.once("close", (found: number) => (code = found));
    const answer = other.prove(roomTag, 0, key).then(() => other.ask(asking));
    // Many others, so that no more of them fit into a group.
    const crowd = await Promise.all(Array.from({ length: 8 }, () => SocketClient.connect(relay.socketUrl)));
    for (const each of crowd) {
      for (let n = 0; n < 80; n++) void each.ask({ type: "read", roomTag, fromN: 1, limit: 1 });
    }
    const late = SocketClient.connect(relay.socketUrl);
    // More than the ten seconds that a client has to say hello.
    await wait(12_500);
    expect(code).toBe(0);
    await server.restart();
    expect(await answer).toMatchObject({ type: "appended", n: 1 });
    expect((await (await late).ask({ type: "read", roomTag, fromN: 1, limit: 1 })).type).toBe("page");
  }, 120_000);
});
