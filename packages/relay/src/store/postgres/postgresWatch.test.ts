import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { DEFAULT_LIMITS, InboxId, RoomTag } from "@conclave/wire";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ReadSet } from "../readSet.js";
import type { SharedChanges } from "./changes.js";
import { hasPostgres, PostgresServer } from "./postgresServer.js";
import { PostgresStore } from "./postgresStore.js";
import { PostgresWatch } from "./postgresWatch.js";

describe.skipIf(!hasPostgres)("what relays hear of each other (skipped without PostgreSQL)", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  afterAll(() => server.stop());
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close();
  });

  it("opens no connection a second where nobody may listen, keeps none, and says that anything may have come", async () => {
    const address = server.newDatabase();
    let told = 0;
    // No name for a channel: PostgreSQL refuses to listen, as a standby does.
    const watch = new PostgresWatch(
      address,
      () => false,
      () => told++,
      "1 2",
    );
    open.push(watch);
    await wait(4500);
    const count = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'conclave'";
    expect(server.query(address, count)).toBe("0");
    // At once, after one second, and after two more.
    expect(told).toBe(3);
  });

  it.each([0, 300])(
    "of an own commit of which nobody knows how it ended is news, when it is heard before that is known and after (%i ms)",
    async (late) => {
      const retention = { keepBytes: Infinity, step: { items: 1, bytes: 1 } };
      const store = await PostgresStore.open({
        address: server.newDatabase(),
        relayKey: new Uint8Array(32),
        retention,
      });
      open.push(store);
      const heard: (SharedChanges | null)[] = [];
      store.watch((changes) => heard.push(changes));
      await expect.poll(() => heard).toEqual([null]);
      const [inboxId, roomTag] = [InboxId.of(systemRandom(32)), RoomTag.of(systemRandom(32))];
      const reads = new ReadSet({ sha256: (data) => nodeCrypto.hash("sha256", data), limits: DEFAULT_LIMITS });
      reads.inbox(inboxId).from.push(roomTag);
      reads.numbers = 2;
      const deliver = async (isCut: boolean): Promise<void> => {
        const { ledger, connection, time } = await store.load(reads);
        ledger.inboxes.add(inboxId, { roomTag, n: 1, blob: systemRandom(3) }, time, 9);
        const all = connection.all.bind(connection);
        connection.all = async (statements) => {
          const done = all(statements);
          // With 0 it is under way when the connection breaks.
          if (!isCut || late > 0) await done;
          if (!isCut) return;
          if (late > 0) await wait(late);
          throw new Error("the connection broke");
        };
        await store.commit({ ledger, connection, time });
      };
      await deliver(false);
      await wait(200);
      expect(heard.splice(0)).toEqual([null]);
      await deliver(true).catch(() => undefined);
      await wait(300);
      // By the store itself at once; and by the notice, when that comes after it.
      expect(heard.length).toBe(late === 0 ? 2 : 1);
      for (const changes of heard) expect(changes?.inboxes).toEqual([inboxId]);
    },
  );
});
