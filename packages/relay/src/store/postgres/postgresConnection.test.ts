import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { StoreAway } from "../sharedStore.js";
import { statement } from "./driver.js";
import { PostgresConnection } from "./postgresConnection.js";
import { hasPostgres, PostgresServer } from "./postgresServer.js";

describe.skipIf(!hasPostgres)("a connection to PostgreSQL (skipped without PostgreSQL)", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  afterAll(() => server.stop());

  it("A83: RULE shared.frozen-is-away: is cut off when nothing is answered in time, and also closed", async () => {
    const connection = await PostgresConnection.open(server.newDatabase(), 1000);
    const other = await PostgresConnection.open(server.newDatabase(), 1000);
    server.freeze();
    try {
      await expect(connection.rows("SELECT 1")).rejects.toThrow(StoreAway);
      expect([connection.isOpen, other.isOpen]).toEqual([false, true]);
      await other.close();
    } finally {
      server.thaw();
    }
  }, 20_000);

  it.each([
    ["SELECT 1 / 0", false],
    ["SELECT * FROM nothing", false],
    ["SET statement_timeout = 20; SELECT pg_sleep(9)", true],
    ["SELECT pg_terminate_backend(pg_backend_pid())", true],
  ])("is away, or refuses: %s", async (text, isAway) => {
    const connection = await PostgresConnection.open(server.newDatabase());
    const error: unknown = await connection.run(text).catch((reason: unknown) => reason);
    expect([error instanceof Error, error instanceof StoreAway]).toEqual([true, isAway]);
    await connection.close();
  });

  it("sends none of several statements where one of them cannot be made", async () => {
    const connection = await PostgresConnection.open(server.newDatabase());
    await connection.run("CREATE TABLE made (n integer)");
    const statements = function* () {
      yield statement("INSERT INTO made VALUES ($1)", [1]);
      throw new TypeError("a bug");
    };
    await expect(connection.all(statements())).rejects.toThrow("a bug");
    expect(await connection.rows("SELECT * FROM made")).toEqual([]);
    await connection.all([statement("INSERT INTO made VALUES ($1)", [2])]);
    expect(await connection.rows("SELECT * FROM made")).toEqual([{ n: 2 }]);
    await connection.close();
  });

  it("refuses a value that is none, which is a mistake of whoever asked", async () => {
    const connection = await PostgresConnection.open(server.newDatabase());
    const wrong = connection.rows("SELECT $1::bigint[]", [Number.NaN]);
    await expect(wrong).rejects.not.toThrow(StoreAway);
    expect(connection.isOpen).toBe(true);
    await connection.close();
  });
});
