import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DurableDatabase } from "./durableDatabase.js";
import { backupDatabase, DatabaseBroken, openDatabase, takeFileLock, WriteRefused } from "./index.js";
import { hasNodeSqlite } from "./nodeSqliteDriver.js";
import { assertDurable, openDriver } from "./openDatabase.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "conclave-sqlite-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const drivers = hasNodeSqlite() ? (["libsql", "node:sqlite"] as const) : (["libsql"] as const);

describe.each(drivers)("a database on %s", (driver) => {
  it("keeps every kind of value as it was given", () => {
    const database = openDatabase(join(folder, "a.db"), { driver });
    database.exec("CREATE TABLE t (id INTEGER PRIMARY KEY, v)");
    const insert = database.prepare("INSERT INTO t (id, v) VALUES (?, ?)");
    const values = [
      null,
      0,
      -1,
      2 ** 40,
      Number.MAX_SAFE_INTEGER,
      1.5,
      "text",
      "",
      Uint8Array.of(1, 2),
      new Uint8Array(),
    ];
    values.forEach((value, id) => {
      expect(insert.run(id + 1, value)).toEqual({ changes: 1, rowid: id + 1 });
    });
    expect(database.prepare("SELECT v FROM t ORDER BY id").all()).toEqual(values.map((v) => ({ v })));
    const row = database.prepare("SELECT id, v FROM t WHERE id = ?").get(9);
    expect(row).toEqual({ id: 9, v: Uint8Array.of(1, 2) });
    expect(Object.getPrototypeOf(row?.["v"])).toBe(Uint8Array.prototype);
    expect(database.prepare("SELECT v FROM t WHERE id = 99").get()).toBeNull();
    database.close();
  });
  it("rolls a transaction back when its work throws, and keeps it when it returns", () => {
    const database = openDatabase(":memory:", { driver });
    database.exec("CREATE TABLE t (v)");
    expect(() =>
      database.transaction(() => {
        database.exec("INSERT INTO t VALUES (1)");
        throw new Error("no");
      }),
    ).toThrow("no");
    expect(database.transaction(() => database.prepare("INSERT INTO t VALUES (2)").run().changes)).toBe(1);
    expect(database.prepare("SELECT v FROM t").all()).toEqual([{ v: 2 }]);
    database.close();
  });
  it("throws for statements that are wrong, and goes on", () => {
    const database = openDatabase(":memory:", { driver });
    expect(() => database.exec("nonsense")).toThrow();
    expect(() => database.prepare("SELECT x FROM nowhere")).toThrow();
    database.exec("CREATE TABLE t (v)");
    database.close();
  });
  it("RULE sqlite.full-sync-after-first-write: says FULL and WAL after a write, and refuses a driver that forgets", () => {
    const path = join(folder, "a.db");
    const database = openDatabase(path, { driver });
    database.exec("CREATE TABLE t (v)");
    expect(database.prepare("PRAGMA synchronous").get()).toEqual({ synchronous: 2 });
    expect(database.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
    database.close();
    const forgetful = openDriver(path, driver);
    const exec = forgetful.exec.bind(forgetful);
    const lying = {
      ...forgetful,
      exec: (sql: string) => {
        exec(sql);
        if (sql === "COMMIT") exec("PRAGMA synchronous = NORMAL");
      },
    };
    expect(() => assertDurable(lying, false)).toThrow(DatabaseBroken);
    forgetful.close();
  });
  it("RULE sqlite.failed-commit-is-fatal: after a failed COMMIT nothing works any more", () => {
    const database = openDatabase(join(folder, "a.db"), { driver });
    // A deferred constraint makes a real COMMIT fail.
    database.exec("CREATE TABLE p (id INTEGER PRIMARY KEY)");
    database.exec("CREATE TABLE c (p REFERENCES p (id) DEFERRABLE INITIALLY DEFERRED)");
    const read = database.prepare("SELECT count(*) AS n FROM p");
    expect(() =>
      database.transaction(() => {
        database.exec("INSERT INTO c VALUES (7)");
      }),
    ).toThrow(DatabaseBroken);
    expect(() => read.get()).toThrow(DatabaseBroken);
    expect(() => {
      database.begin();
    }).toThrow(DatabaseBroken);
    expect(() => {
      database.rollback();
    }).toThrow(DatabaseBroken);
    database.close();
  });
  it("RULE sqlite.refused-write-is-undone: a full disk or a foreign lock undoes the whole transaction, and reading and writing go on", () => {
    const path = join(folder, "a.db");
    const database = openDatabase(path, { driver, busyTimeout: 1 });
    database.exec("CREATE TABLE t (v)");
    const insert = database.prepare("INSERT INTO t VALUES (?)");
    const count = () => database.prepare("SELECT count(*) AS n FROM t").get()?.["n"];
    const reasonOf = (work: () => void): string => {
      try {
        database.transaction(work);
      } catch (error) {
        if (error instanceof WriteRefused) return error.reason;
        throw error;
      }
      return "written";
    };
    const twoRows = () => {
      insert.run(1);
      insert.run(new Uint8Array(100_000));
    };
    // SQLite itself then reports a full disk, in the middle of a transaction.
    database.exec("PRAGMA max_page_count = 8");
    expect(reasonOf(twoRows)).toBe("full");
    expect(count()).toBe(0);
    database.exec("PRAGMA max_page_count = 1000000");
    const other = openDatabase(path, { driver });
    other.exec("BEGIN IMMEDIATE");
    expect(reasonOf(twoRows)).toBe("busy");
    expect(count()).toBe(0);
    other.exec("ROLLBACK");
    other.close();
    expect(reasonOf(twoRows)).toBe("written");
    expect(count()).toBe(2);
    database.close();
  });
  it("RULE sqlite.private-files: file and journals are 0600, a new folder 0700", () => {
    const inner = join(folder, "new");
    const database = openDatabase(join(inner, "a.db"), { driver });
    database.exec("CREATE TABLE t (v)");
    expect(statSync(inner).mode & 0o777).toBe(0o700);
    for (const file of ["a.db", "a.db-wal", "a.db-shm"]) expect(statSync(join(inner, file)).mode & 0o077).toBe(0);
    database.close();
  });
  it("RULE sqlite.not-for-git: git sees nothing of a new folder, and a folder in use is left as it is", () => {
    const git = (...args: string[]) => execFileSync("git", args, { cwd: folder, encoding: "utf8" });
    git("init", "-q");
    openDatabase(join(folder, "alice", "home.sqlite"), { driver }).close();
    mkdirSync(join(folder, "garden"));
    writeFileSync(join(folder, "garden", "beds.txt"), "beans");
    openDatabase(join(folder, "garden", "home.sqlite"), { driver }).close();
    const seen = git("status", "--porcelain", "--untracked-files=all");
    expect(seen).not.toContain("alice");
    expect(seen).toContain("garden/beds.txt");
    expect(existsSync(join(folder, "garden", ".gitignore"))).toBe(false);
  });

  it("backs up while it is open", () => {
    const database = openDatabase(join(folder, "a.db"), { driver });
    database.exec("CREATE TABLE t (v)");
    database.exec("INSERT INTO t VALUES (5)");
    backupDatabase(join(folder, "a.db"), join(folder, "copy.db"));
    const copy = openDatabase(join(folder, "copy.db"), { driver });
    expect(copy.prepare("SELECT v FROM t").all()).toEqual([{ v: 5 }]);
    expect(statSync(join(folder, "copy.db")).mode & 0o077).toBe(0);
    expect(() => {
      backupDatabase(join(folder, "a.db"), join(folder, "copy.db"));
    }).toThrow();
    copy.close();
    database.close();
  });
});

describe("file lock", () => {
  it("is held once, in this process and among processes, and freed by release and by kill -9", async () => {
    const path = join(folder, "lock");
    const lock = takeFileLock(path);
    expect(lock).not.toBeNull();
    expect(takeFileLock(path)).toBeNull();
    lock?.release();
    const program = `
      const { takeFileLock } = await import(${JSON.stringify(new URL("../dist/index.js", import.meta.url).href)});
      const lock = takeFileLock(${JSON.stringify(path)});
      console.log(lock === null ? "busy" : "held");
      if (process.argv[1] === "stay") setInterval(() => {}, 1000);
    `;
    const other = spawn(process.execPath, ["--input-type=module", "-e", program, "stay"]);
    const said = await new Promise((resolve) =>
      other.stdout.once("data", (data: Buffer) => resolve(data.toString().trim())),
    );
    expect(said).toBe("held");
    expect(takeFileLock(path)).toBeNull();
    other.kill("SIGKILL");
    await new Promise((resolve) => other.once("exit", resolve));
    const again = takeFileLock(path);
    expect(again).not.toBeNull();
    const third = spawnSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" });
    expect(third.stdout.trim()).toBe("busy");
    again?.release();
    expect(existsSync(path)).toBe(true);
  });

  it("RULE sqlite.lock-writes-nothing: needs no space, so that it is there on a disk that is full", () => {
    const path = join(folder, "lock");
    const lock = takeFileLock(path);
    expect(readdirSync(folder).toSorted()).toEqual([".gitignore", "lock"]);
    expect(statSync(path).size).toBe(0);
    lock?.release();
    expect(readdirSync(folder).toSorted()).toEqual([".gitignore", "lock"]);
  });

  it("RULE sqlite.lock-outlives-its-handle: is held although nobody keeps the handle, after a collection of garbage too", () => {
    const path = join(folder, "lock");
    const program = (work: string) => `
      import { spawnSync } from "node:child_process";
      import { setTimeout } from "node:timers/promises";
      const { takeFileLock } = await import(${JSON.stringify(new URL("../dist/index.js", import.meta.url).href)});
      const take = () => (takeFileLock(${JSON.stringify(path)}) === null ? "busy" : "held");
      ${work}
    `;
    const inner = JSON.stringify(program("console.log(take());"));
    const outer = program(`
      console.log(take());
      for (let round = 0; round < 5; round++) { gc(); await setTimeout(10); }
      console.log(spawnSync(process.execPath, ["--input-type=module", "-e", ${inner}], { encoding: "utf8" }).stdout.trim());
    `);
    const flags = ["--expose-gc", "--input-type=module", "-e", outer];
    expect(spawnSync(process.execPath, flags, { encoding: "utf8" }).stdout).toBe("held\nbusy\n");
  });
});

describe.each(drivers)("RULE sqlite.locks-stay, on %s", (driver) => {
  const program = (work: string) => `
    const { openDatabase, takeFileLock } = await import(${JSON.stringify(new URL("../dist/index.js", import.meta.url).href)});
    ${work}
  `;
  const elsewhere = (work: string) => {
    const done = spawnSync(process.execPath, ["--input-type=module", "-e", program(work)], { encoding: "utf8" });
    return done.stdout.trim() + done.stderr.trim();
  };

  it("a lock that this process failed to take a second time is still held against other processes", () => {
    const path = join(folder, "lock");
    const lock = takeFileLock(path);
    expect(takeFileLock(path)).toBeNull();
    const take = `console.log(takeFileLock(${JSON.stringify(path)}) === null ? "busy" : "held")`;
    expect(elsewhere(take)).toBe("busy");
    lock?.release();
    expect(elsewhere(take)).toBe("held");
  });

  it("another process that opens and closes a database leaves the log of one that this process opened twice", () => {
    const path = join(folder, "twice.db");
    const first = openDatabase(path, { driver });
    const second = openDatabase(path, { driver });
    first.exec("CREATE TABLE t (v)");
    second.exec("INSERT INTO t VALUES (1)");
    const write = `const other = openDatabase(${JSON.stringify(path)}, { driver: ${JSON.stringify(driver)} });
      other.exec("INSERT INTO t VALUES (2)"); other.close(); console.log("written");`;
    expect(elsewhere(write)).toBe("written");
    expect(existsSync(`${path}-wal`)).toBe(true);
    first.exec("INSERT INTO t VALUES (3)");
    second.exec("INSERT INTO t VALUES (4)");
    expect(elsewhere(write)).toBe("written");
    expect(first.prepare("SELECT count(*) AS n FROM t").get()).toEqual({ n: 5 });
    first.close();
    second.close();
  });
});

describe("choosing a driver", () => {
  it("no Node version's warning reaches a user's standard error", () => {
    const program = `
      const { openDatabase } = await import(${JSON.stringify(new URL("../dist/index.js", import.meta.url).href)});
      openDatabase(":memory:").close();
      process.emitWarning("of somebody else");
    `;
    const { stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" });
    expect(stderr).not.toContain("SQLite");
    expect(stderr).toContain("of somebody else");
  });
  it("takes node:sqlite from Node 22.13 on", () => {
    expect(hasNodeSqlite("20.19.0")).toBe(false);
    expect(hasNodeSqlite("22.12.9")).toBe(false);
    expect(hasNodeSqlite("22.13.0")).toBe(true);
    expect(hasNodeSqlite("24.0.0")).toBe(true);
    const database = openDatabase(":memory:");
    expect(database.driver).toBe(hasNodeSqlite() ? "node:sqlite" : "libsql");
    expect(database).toBeInstanceOf(DurableDatabase);
    database.close();
  });
});
