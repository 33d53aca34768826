import { hasPostgres, PostgresServer } from "@conclave/relay/testing";
import { chownSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { people, runHere } from "./inProcess.js";
import { Running, startRelay } from "./processes.js";

const VARIABLES = ["CONCLAVE_DATABASE_FILE", "CONCLAVE_RELAY_KEY_FILE"];

describe.skipIf(!hasPostgres)("a relay that moves to PostgreSQL (skipped without PostgreSQL)", () => {
  let server: PostgresServer;
  let folder = "";
  let relay: Running | null = null;
  beforeAll(async () => {
    server = await PostgresServer.start();
    folder = mkdtempSync(join(tmpdir(), "conclave-migrate-"));
  });
  afterEach(async () => {
    for (const name of VARIABLES) Reflect.deleteProperty(process.env, name);
    await relay?.stop();
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await server.stop();
  });

  it("and back: the people in its rooms notice nothing", async () => {
    const data = join(folder, "data");
    const first = await startRelay(data);
    relay = first.relay;
    const port = Number(new URL(first.address).port);
    const conclave = people(folder);
    const carried = async (who: string, ...args: string[]) => {
      const done = await conclave(who, ...args);
      if (done.code !== 0) throw new Error(`${args.join(" ")}: ${JSON.stringify(done)}`);
      return done;
    };
    const started = await carried("alice", "room", "new", "Garden", "--name", "Alice", "--relay", first.address);
    await carried("bob", "join", started.link, "--name", "Bob");
    await carried("alice", "sync");
    await carried("alice", "send", "one");

    const toDatabase = ["migrate", "--to", "database", "--data", data, "--json"];
    const migrate = async (args: readonly string[]) => JSON.parse((await runHere(args)).stdout);
    expect(await migrate(toDatabase)).toMatchObject({ kind: "error", error: { code: "NO_DATABASE" } });
    const secret = join(folder, "database");
    writeFileSync(secret, server.newDatabase());
    process.env["CONCLAVE_DATABASE_FILE"] = secret;
    expect(await migrate(toDatabase)).toMatchObject({ kind: "error", error: { code: "DATA_IN_USE" } });
    await relay.stop();
    const moved = await migrate(toDatabase);
    expect(moved).toMatchObject({ kind: "migrate", to: "database", data, rooms: 1, files: 0 });
    expect(await migrate(toDatabase)).toMatchObject({ kind: "error", error: { code: "NOT_EMPTY" } });

    const serve = ["serve", "--port", String(port), "--data", data, "--json"];
    relay = new Running(serve, { CONCLAVE_DATABASE_FILE: secret });
    await relay.line((line) => line.includes('"ready"'));
    await carried("bob", "sync");
    await carried("bob", "send", "two");
    await carried("alice", "sync");
    process.env["CONCLAVE_RELAY_KEY_FILE"] = join(data, "relay.key");
    const back = join(folder, "back");
    const toFolder = ["migrate", "--to", "folder", "--data", back, "--json"];
    expect(await migrate(toFolder)).toMatchObject({ kind: "error", error: { code: "DATABASE_IN_USE" } });
    await relay.stop();
    if (process.getuid?.() === 0) {
      mkdirSync(back, { recursive: true });
      chownSync(back, 1234, 1234);
    }
    expect(await migrate(toFolder)).toMatchObject({ kind: "migrate", to: "folder", data: back, rooms: 1 });
    // RULE relay.folder-owner
    for (const name of ["relay.db", "relay.key", "relay.lock"]) {
      expect(statSync(join(back, name)).uid).toBe(statSync(back).uid);
    }

    for (const name of VARIABLES) Reflect.deleteProperty(process.env, name);
    ({ relay } = await startRelay(back, port));
    await carried("alice", "send", "three");
    await carried("bob", "sync");
    for (const who of ["alice", "bob"]) {
      const said = JSON.stringify(await carried(who, "history"));
      for (const text of ["one", "two", "three"]) expect(said).toContain(`"${text}"`);
      expect(said).not.toContain(`"kind":"alarm"`);
    }
  }, 120_000);
});
