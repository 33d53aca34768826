import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PostgresConnection } from "./postgresConnection.js";
import { migratePostgres } from "./postgresSchema.js";
import { hasPostgres, PostgresServer } from "./postgresServer.js";

const key = (fill: number) => new Uint8Array(32).fill(fill);

describe.skipIf(!hasPostgres)("a database of PostgreSQL (skipped without PostgreSQL)", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  afterAll(() => server.stop());

  async function migrate(address: string, relayKey: Uint8Array, steps?: readonly string[]): Promise<void> {
    const connection = await PostgresConnection.open(address);
    try {
      await migratePostgres(connection, relayKey, steps);
    } finally {
      await connection.close();
    }
  }

  it("gets its tables once, however many relays start at once, and later steps on top", async () => {
    const database = server.newDatabase();
    await Promise.all(Array.from({ length: 4 }, () => migrate(database, key(1))));
    expect(server.query(database, "SELECT schema FROM relay")).toBe("2");
    const steps = ["SELECT 1", "SELECT 1", "CREATE TABLE second (n int)"];
    await migrate(database, key(1), steps);
    await migrate(database, key(1), steps);
    expect(server.query(database, "SELECT schema, to_regclass('second') FROM relay")).toBe("3|second");
    await expect(migrate(database, key(1))).rejects.toThrow("newer version");
  });

  it("a step that fails changes nothing", async () => {
    const database = server.newDatabase();
    await migrate(database, key(1), ["CREATE TABLE first (n int)"]);
    await expect(migrate(database, key(1), ["", "CREATE TABLE second (n int); SELECT 1 / 0"])).rejects.toThrow("zero");
    expect(server.query(database, "SELECT schema, to_regclass('second') IS NULL FROM relay")).toBe("1|t");
  });

  it("RULE relay.key-of-database: is refused to a relay with another key, and stays as it is", async () => {
    const database = server.newDatabase();
    await migrate(database, key(1));
    await expect(migrate(database, key(2))).rejects.toThrow("another key");
    expect(server.query(database, "SELECT public_key FROM relay")).toBe(`\\x${"01".repeat(32)}`);
    await migrate(database, key(1));
  });
});
