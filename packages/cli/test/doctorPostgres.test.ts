import { hasPostgres, PostgresServer } from "@conclave/relay/testing";
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { FindingDocument } from "../src/documents/doctorDocument.js";
import { people, runHere } from "./inProcess.js";
import { Running } from "./processes.js";

vi.setConfig({ testTimeout: 120_000 });

describe.skipIf(!hasPostgres)("conclave doctor: PostgreSQL (skipped without PostgreSQL)", () => {
  let server: PostgresServer;
  let standby: PostgresServer | null = null;
  let relay: Running;
  let folder = "";
  let data = "";
  let relayAddress = "";
  let database = "";
  beforeAll(async () => {
    server = await PostgresServer.start(["fsync=on"]);
    folder = mkdtempSync(join(tmpdir(), "conclave-doctor-"));
    data = join(folder, "data");
    database = server.newDatabase();
    use(database);
    relay = new Running(["serve", "--port", "0", "--data", data, "--json"], {
      CONCLAVE_DATABASE_FILE: join(folder, "database"),
    });
    const { address } = JSON.parse(await relay.line((line) => line.includes('"ready"'))) as { address: string };
    relayAddress = address;
    await people(folder)("alice", "room", "new", "Garden", "--name", "Alice", "--relay", address);
    await people(folder)("alice", "send", "one");
  }, 120_000);
  afterEach(() => {
    use(database);
  });
  afterAll(async () => {
    Reflect.deleteProperty(process.env, "CONCLAVE_DATABASE_FILE");
    await relay.stop();
    await standby?.stop();
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  function use(address: string): void {
    writeFileSync(join(folder, "database"), address);
    process.env["CONCLAVE_DATABASE_FILE"] = join(folder, "database");
  }

  async function examine(of = data) {
    const { code, stdout } = await runHere(["doctor", "--data", of, "--json"]);
    const document = JSON.parse(stdout) as { isWell: boolean; findings: FindingDocument[] };
    expect([document.isWell, code]).toEqual([code === 0, document.isWell ? 0 : 9]);
    const bad = document.findings.filter(({ state }) => state === "bad");
    return { ...document, stdout, bad: bad.map(({ check, text }) => `${check}: ${text}`) };
  }

  /** What is wrong meanwhile, where one thing is. */
  async function during(begin: string, end: string): Promise<string> {
    server.query(database, begin);
    try {
      const { bad } = await examine();
      expect([bad.length, ...bad]).toEqual([1, bad[0]]);
      return bad[0]!;
    } finally {
      server.query(database, end);
    }
  }

  async function withSetting(name: string, value: string, settled?: () => Promise<void>): Promise<string[]> {
    const reload = "SELECT pg_reload_conf()";
    server.query(database, `ALTER SYSTEM SET ${name} = ${value}`);
    server.query(database, reload);
    try {
      await expect.poll(() => server.query(database, `SHOW ${name}`)).toBe(value.replaceAll("'", ""));
      await settled?.();
      return (await examine()).bad;
    } finally {
      server.query(database, `ALTER SYSTEM RESET ${name}`);
      server.query(database, reload);
      await expect.poll(() => server.query(database, `SHOW ${name}`)).not.toBe(value.replaceAll("'", ""));
    }
  }

  it("is well while a relay runs on it", async () => {
    const { bad, findings } = await examine();
    expect(bad).toEqual([]);
    expect(findings.map(({ check, state }) => `${check} ${state}`)).toEqual([
      ...["relay good", "address unseen", "database good", "durability good", "standby good", "locks good"],
      ...["failover good", "rooms good", "clock good", "backup unseen", "disk good", "key good", "secrets good"],
    ]);
    expect(findings.find(({ check }) => check === "rooms")?.text).toMatch(/^1 room with \d+ records/u);
  });

  it("is well where the address that people use leads to another relay of it", async () => {
    const other = join(folder, "other");
    mkdirSync(other);
    cpSync(join(data, "relay.key"), join(other, "relay.key"));
    const env = { CONCLAVE_DATABASE_FILE: join(folder, "database"), CONCLAVE_PUBLIC_URL: relayAddress };
    const second = new Running(["serve", "--port", "0", "--data", other, "--json"], env);
    await second.line((line) => line.includes('"ready"'));
    try {
      const { bad, findings } = await examine(other);
      expect(bad).toEqual([]);
      expect(findings.find(({ check }) => check === "address")).toMatchObject({ state: "unseen" });
    } finally {
      await second.stop();
    }
  });

  it("is not what conclave backup copies, whatever is left in the folder", async () => {
    const file = join(folder, "relay.backup");
    const say = async () => JSON.parse((await runHere(["backup", file, "--data", data, "--json"])).stdout);
    expect(await say()).toMatchObject({ error: { code: "IN_DATABASE" } });
    // From cron, without the relay's settings: the relay that runs says where its rooms are.
    Reflect.deleteProperty(process.env, "CONCLAVE_DATABASE_FILE");
    expect(await say()).toMatchObject({ error: { code: "IN_DATABASE" } });
    expect(existsSync(file)).toBe(false);
  });

  it("names the room of which one bit was changed", async () => {
    const flip = "UPDATE record SET payload = set_byte(payload, 5, get_byte(payload, 5) # 1) WHERE n = 2";
    const tag = server.query(database, "SELECT encode(tag, 'hex') FROM room");
    expect(await during(flip, flip)).toMatch(
      new RegExp(`^rooms: 1 of 1 room damaged.*${tag.slice(0, 16)} .record 2 does not lead`, "u"),
    );
    const head = "UPDATE room SET head = set_byte(head, 5, get_byte(head, 5) # 1)";
    expect(await during(head, head)).toMatch(/^rooms: .*the room's head/u);
  });

  it("whose clock is behind, whose key is another, or which is not whole", async () => {
    const later = (by: string) => `UPDATE relay SET signed_until = signed_until ${by} 7200000, floor = floor ${by} 0`;
    await relay.stop();
    expect(await during(later("+"), later("-"))).toMatch(/^clock: .* behind/u);
    const key = "UPDATE relay SET public_key = set_byte(public_key, 0, get_byte(public_key, 0) # 1)";
    expect(await during(key, key)).toMatch(/^database: .*another key/u);
    const [begin, end] = ["CREATE TABLE unfinished_migration ()", "DROP TABLE unfinished_migration"];
    expect(await during(begin, end)).toMatch(/^database: Moving rooms .*interrupted/u);
  });

  it("that may lose what it has acknowledged, or takes no writes", async () => {
    expect(await withSetting("synchronous_commit", "off")).toEqual([
      expect.stringMatching(/^durability: synchronous_commit is off/u),
    ]);
    expect(await withSetting("full_page_writes", "off")).toEqual([
      expect.stringMatching(/^durability: full_page_writes is off/u),
    ]);
    expect(await withSetting("default_transaction_read_only", "on")).toEqual([
      expect.stringMatching(/^database: .*takes no writes/u),
    ]);
  });

  it("in which somebody holds what relays need", async () => {
    const { hostname: _, pathname, searchParams } = new URL(database);
    const psql = (sql: string) => {
      const options = ["-h", searchParams.get("host")!, "-U", "conclave", "-d", pathname.slice(1), "-c", sql];
      return spawn("psql", options, { stdio: "ignore" });
    };
    const holder = psql("BEGIN; LOCK TABLE inbox IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(60)");
    const waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
    await expect
      .poll(() => server.query(database, "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock'"))
      .toBe("1");
    const waiter = psql("SELECT count(*) FROM inbox");
    await expect.poll(() => server.query(database, waiting)).toBe("1");
    expect((await examine()).bad).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 5500));
    expect((await examine()).bad).toEqual([expect.stringMatching(/^locks: 1 statements wait .* for [5-9] s/u)]);
    server.query(database, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'BEGIN; LOCK%'");
    for (const each of [holder, waiter]) each.kill();
  });

  it("with a standby: one that commits wait for is well, and one that may be behind is told before it takes over", async () => {
    standby = await server.standby();
    await expect.poll(() => server.query(database, "SELECT count(*) FROM pg_stat_replication")).toBe("1");
    expect((await examine()).bad).toEqual([expect.stringMatching(/^standby: 1 standby is connected, and no commit/u)]);
    // The process that sends to the standby reads the setting when it gets to it.
    const waitedFor = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'quorum'";
    const settled = () => expect.poll(() => server.query(database, waitedFor)).toBe("1");
    expect(await withSetting("synchronous_standby_names", "'ANY 1 (*)'", settled)).toEqual([]);
    use(standby.addressOf(database));
    await expect
      .poll(async () => (await examine()).bad)
      .toEqual([expect.stringMatching(/^database: This is a standby/u)]);
  });

  it("that does not tell this user which server it is: no failover would be noticed, and what to do about that", async () => {
    const reader = "CREATE ROLE reader LOGIN; GRANT pg_read_all_data TO reader;";
    server.query(database, `${reader} REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC`);
    const failover = async () => (await examine()).findings.find(({ check }) => check === "failover");
    use(database.replace("//conclave@", "//reader@"));
    expect(await failover()).toMatchObject({ state: "unseen", todo: expect.stringContaining("relay recovered") });
    server.query(database, "GRANT EXECUTE ON FUNCTION pg_control_system() TO reader");
    expect(await failover()).toMatchObject({ state: "good", todo: null });
  });

  it("that is away: says so, and not its password", async () => {
    use("postgres://conclave:swordfish@127.0.0.1:9/none");
    const { bad, stdout } = await examine();
    expect(bad).toEqual([expect.stringMatching(/^database: PostgreSQL cannot be reached .*ECONNREFUSED/u)]);
    expect(stdout).not.toContain("swordfish");
  });

  it("RULE recovered.told: conclave relay recovered counts a failover as a restore", async () => {
    const count = () => Number(server.query(database, "SELECT restorations FROM relay"));
    const before = count();
    const say = async () => JSON.parse((await runHere(["relay", "recovered", "--data", data, "--json"])).stdout);
    expect(await say()).toMatchObject({ kind: "relay recovered", inDatabase: true, done: true });
    expect(count()).toBe(before + 1);
    use(server.newDatabase());
    expect(await say()).toMatchObject({ error: { code: "NO_RELAY_DATA" } });
    use("postgres://conclave:swordfish@127.0.0.1:9/none");
    expect(await say()).toMatchObject({ error: { code: "DATABASE_FAILED" } });
  });
});
