import { nodeCrypto } from "@conclave/crypto/node";
import { DEFAULT_LIMITS } from "@conclave/wire";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ReadSet } from "../readSet.js";
import { hasPostgres, PostgresServer } from "./postgresServer.js";
import { PostgresStore } from "./postgresStore.js";

describe.skipIf(!hasPostgres)("a database that takes no writes (skipped without PostgreSQL)", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  afterAll(() => server.stop());

  it("RULE shared.read-only-is-away: is away also for who only reads, and locks nothing", async () => {
    const address = server.newDatabase();
    const retention = { keepBytes: 1e9, step: { items: 1, bytes: 1 } };
    const open = () => PostgresStore.open({ address, relayKey: new Uint8Array(32), retention });
    const reads = new ReadSet({ sha256: (data) => nodeCrypto.hash("sha256", data), limits: DEFAULT_LIMITS });
    const away = { name: "StoreAway", isReadOnly: true };
    const setReadOnly = async (value: string): Promise<void> => {
      server.query(address, `ALTER SYSTEM SET default_transaction_read_only = ${value}`);
      server.query(address, "SELECT pg_reload_conf()");
      await expect.poll(() => server.query(address, "SHOW default_transaction_read_only")).toBe(value);
    };
    const store = await open();
    // From its second look on, the clock itself writes nothing.
    for (let time = 0; time < 2; time++) await store.abandon(await store.load(reads));
    await setReadOnly("on");
    await expect.poll(() => store.load(reads).catch((error: unknown) => error)).toMatchObject(away);
    expect(store.isReadOnly).toBe(true);
    await expect(store.heads([])).rejects.toMatchObject(away);
    await expect(open()).rejects.toMatchObject(away);
    await setReadOnly("off");
    await store.abandon(await store.load(reads));
    expect([store.isReadOnly, await store.heads([])]).toEqual([false, []]);
    await store.close();
  });
});
