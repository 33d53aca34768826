import { nodeCrypto } from "@conclave/crypto/node";
import { DEFAULT_LIMITS } from "@conclave/wire";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { ReadSet } from "../readSet.js";
import { hasPostgres } from "./postgresServer.js";
import type { PostgresStore } from "./postgresStore.js";
import { TestServer } from "./sharedWorld.fixture.js";

const HOUR_MS = 60 * 60 * 1000;
const nothing = () => new ReadSet({ sha256: (data) => nodeCrypto.hash("sha256", data), limits: DEFAULT_LIMITS });

describe.skipIf(!hasPostgres)("the time of relays on one database (skipped without PostgreSQL)", () => {
  const server = new TestServer();

  const open = (address: string): Promise<PostgresStore> => server.store(address);

  /** The time that a store would sign now; and that it has reserved until then. */
  async function timeOf(store: PostgresStore, reserve: number | null = null): Promise<number> {
    const unit = await store.load(nothing());
    if (reserve !== null) unit.ledger.saveSignedUntil(reserve);
    await store.commit(unit);
    return unit.time;
  }

  /** The same of a store whose connections were all broken. */
  async function timeAgain(store: PostgresStore): Promise<number> {
    for (;;) {
      const time = await timeOf(store).catch(() => null);
      if (time !== null) return time;
    }
  }

  /** Gives a database a clock of its own. It is the real one, and so many ms. */
  function setClock(address: string, by: number): void {
    server.query(
      address,
      `CREATE SCHEMA IF NOT EXISTS fake;
       CREATE OR REPLACE FUNCTION fake.clock_timestamp() RETURNS timestamptz LANGUAGE sql
         AS 'SELECT pg_catalog.clock_timestamp() + interval ''${by} milliseconds''';
       ALTER DATABASE ${new URL(address).pathname.slice(1)} SET search_path = public, fake, pg_catalog`,
    );
  }

  it("RULE receipt.one-clock: is the database's, whatever a relay's own clock says", async () => {
    const address = server.newDatabase();
    await open(address);
    setClock(address, 5 * HOUR_MS);
    const [one, other] = [await open(address), await open(address)];
    const before = Date.now() + 5 * HOUR_MS;
    const times = [await timeOf(one), await timeOf(other), await timeOf(one)];
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times[0]).toBeGreaterThanOrEqual(before);
    expect(times[2]).toBeLessThanOrEqual(Date.now() + 5 * HOUR_MS);
  });

  it("RULE receipt.one-clock: does not go back with the database's clock, for no relay", async () => {
    const address = server.newDatabase();
    const [one, other] = [await open(address), await open(address)];
    const reserved = Date.now() + 10_000;
    await timeOf(one, reserved);
    await timeOf(other);
    setClock(address, -HOUR_MS);
    // A new connection sees the clock as it is set now.
    server.query(address, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'conclave'");
    const next = await timeAgain(other);
    expect(next).toBe(reserved - 1);
    expect(await timeAgain(one)).toBe(reserved - 1);
    expect([await timeOf(one), await timeOf(other), await timeOf(await open(address))]).toEqual([
      reserved - 1,
      reserved - 1,
      reserved - 1,
    ]);
  });

  it("RULE receipt.one-clock: is no less on another server than what was reserved on the first", async () => {
    const address = server.newDatabase();
    const store = await open(address);
    const reserved = Date.now() + HOUR_MS;
    await timeOf(store, reserved);
    expect(await timeOf(store)).toBeLessThan(reserved);
    server.postgres.kill();
    await server.postgres.restart();
    expect(await timeAgain(store)).toBe(reserved - 1);
    expect(await timeOf(await open(address))).toBe(reserved - 1);
  });

  it("RULE receipt.one-clock: a step back is seen by a relay that has not looked since long before it", async () => {
    const address = server.newDatabase();
    const [one, idle] = [await open(address), await open(address)];
    await timeOf(one, (await timeOf(idle)) + 10_000);
    await wait(1500);
    const signed = await timeOf(one);
    // Less than since the idle one looked: by what it saw of the database's clock, nothing is wrong.
    setClock(address, -1000);
    expect(await timeOf(idle)).toBeGreaterThanOrEqual(signed);
  });

  it("RULE receipt.one-clock: a step forward and back is seen by a relay that looked before and after it", async () => {
    const address = server.newDatabase();
    const [one, idle] = [await open(address), await open(address)];
    await timeOf(idle);
    setClock(address, HOUR_MS);
    const signed = await timeOf(one);
    await timeOf(one, signed + 10_000);
    setClock(address, 0);
    expect(await timeOf(idle)).toBeGreaterThanOrEqual(signed);
  });

  it("RULE receipt.one-clock: a step back is survived by relays that come after it, and no reservation is added to another", async () => {
    const address = server.newDatabase();
    const one = await open(address);
    const reserved = (await timeOf(one)) + 10_000;
    await timeOf(one, reserved);
    await wait(1500);
    await timeOf(one);
    // To a moment after that in which time was reserved: nothing in the database says that it was.
    setClock(address, -1000);
    for (let start = 0; start < 5; start++) expect(await timeOf(await open(address))).toBe(reserved - 1);
  });
});
