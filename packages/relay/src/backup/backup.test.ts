import { systemRandom } from "@conclave/crypto/node";
import { openDatabase, type Database } from "@conclave/sqlite";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CoreWorld } from "../core/coreWorld.js";
import { messageAppend } from "../core/scriptedClient.js";
import { loadRelaySeed } from "../server/relayKey.js";
import { SqliteStore } from "../store/sqlite/sqliteStore.js";
import { noteFile } from "../store/sqlite/sameFile.js";
import { writeBackup } from "./backup.js";
import { restoreBackup } from "./restore.js";

let folder = "";
let data = "";
let file = "";
let database: Database;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "conclave-backup-"));
  data = join(folder, "data");
  mkdirSync(data);
  mkdirSync(join(folder, "away"));
  file = join(folder, "away", "relay.backup");
  loadRelaySeed(data, systemRandom);
  database = openDatabase(join(data, "relay.db"));
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

/** A room with three messages, in a database that stays open. */
async function scene() {
  const world = new CoreWorld({}, new SqliteStore(database));
  const { client, roomTag } = await world.founder();
  const say = () => client.ask(messageAppend(roomTag, { payload: systemRandom(1000) }));
  for (let n = 0; n < 3; n++) await say();
  return { world, client, roomTag, say };
}

const all = (folderName: string): Record<string, unknown>[] => {
  const copy = openDatabase(join(folderName, "relay.db"));
  try {
    return copy.prepare("SELECT id, head, payload FROM record ORDER BY id").all();
  } finally {
    copy.close();
  }
};

describe("a backup", () => {
  it("RULE restore.marked: is made while the relay works, holds its key, and is for its owner's eyes only", async () => {
    const { say } = await scene();
    expect(writeBackup(data, file, 1234)).toEqual({ ok: true, value: { rooms: 1, records: 3, time: 1234 } });
    await say();
    expect(readdirSync(join(folder, "away")).filter((name) => !name.startsWith(".git"))).toEqual(["relay.backup"]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const target = join(folder, "target");
    expect(await restoreBackup(file, target)).toEqual({ ok: true, value: { rooms: 1, records: 3, time: 1234 } });
    expect(readFileSync(join(target, "relay.key"))).toEqual(readFileSync(join(data, "relay.key")));
    expect(statSync(join(target, "relay.key")).mode & 0o777).toBe(0o600);
    expect(statSync(join(target, "relay.db")).mode & 0o777).toBe(0o600);
    expect(all(target)).toEqual(all(data).slice(0, 3));
    const marked = openDatabase(join(target, "relay.db"));
    expect(marked.prepare("SELECT count FROM restoration").get()).toEqual({ count: 1 });
    marked.close();
    // The key is not in the database that is restored.
    const seed = Buffer.from(readFileSync(join(data, "relay.key"), "utf8").trim(), "hex");
    expect(readFileSync(file).includes(seed)).toBe(true);
    expect(readFileSync(join(target, "relay.db")).includes(seed)).toBe(false);
  });

  it("is restored also where a room was deleted, before its log is purged and after", async () => {
    const { world, roomTag, say } = await scene();
    const other = await world.founder();
    await other.client.ask(messageAppend(other.roomTag));
    await say();
    const store = new SqliteStore(database);
    store.rooms.delete(roomTag);
    for (const step of ["deleted", "purged"]) {
      expect(writeBackup(data, file, 1)).toMatchObject({ ok: true });
      expect(await restoreBackup(file, join(folder, step))).toMatchObject({
        ok: true,
        value: { rooms: 1, records: 1 },
      });
      while (store.rooms.purge(100));
    }
  });

  it("RULE backup.whole-or-not: one that cannot be finished leaves the older one", async () => {
    const { say } = await scene();
    writeBackup(data, file, 1);
    await say();
    expect(writeBackup(data, file, 2)).toMatchObject({ value: { records: 4 } });
    const before = readFileSync(file);
    mkdirSync(`${file}.new`);
    expect(() => writeBackup(data, file, 3)).toThrow();
    expect(readFileSync(file)).toEqual(before);
  });

  it("is refused of a folder without a relay", () => {
    expect(writeBackup(join(folder, "away"), file, 1)).toEqual({ ok: false, error: "no_relay" });
  });
});

describe("a folder that is copied back by hand", () => {
  it("RULE restore.copy-noticed: is another file, which is noticed once", async () => {
    await scene();
    const path = join(data, "relay.db");
    expect([noteFile(database, path), noteFile(database, path)]).toEqual([false, false]);
    const copy = join(folder, "copy.db");
    database.prepare("VACUUM INTO ?").run(copy);
    const copied = openDatabase(copy);
    expect([noteFile(copied, copy), noteFile(copied, copy)]).toEqual([true, false]);
    expect(copied.prepare("SELECT count FROM restoration").get()).toEqual({ count: 1 });
    copied.close();
  });
});

describe("restoring", () => {
  it("RULE restore.replaces-nothing: refuses a folder that has data, and leaves it as it is", async () => {
    const { say } = await scene();
    writeBackup(data, file, 1);
    await say();
    expect(await restoreBackup(file, data)).toEqual({ ok: false, error: { code: "folder_in_use" } });
    expect(all(data)).toHaveLength(4);
    const other = join(folder, "other");
    mkdirSync(other);
    loadRelaySeed(other, systemRandom);
    expect(await restoreBackup(file, other)).toEqual({ ok: false, error: { code: "folder_in_use" } });
    expect(readdirSync(other).filter((name) => name.startsWith("relay.db"))).toEqual([]);
  });

  it("goes on where an earlier attempt was interrupted", async () => {
    await scene();
    writeBackup(data, file, 1);
    const target = join(folder, "target");
    await restoreBackup(file, target);
    rmSync(join(target, "relay.db"));
    writeFileSync(join(target, "relay.db.restoring"), "half");
    expect(await restoreBackup(file, target)).toMatchObject({ ok: true });
    expect(all(target)).toHaveLength(3);
  });

  it("RULE restore.checked-first, RULE backup.heads-recomputed: one changed byte of a record, and nothing is put in place", async () => {
    await scene();
    writeBackup(data, file, 1);
    const payload = openDatabase(file).prepare("SELECT payload FROM record LIMIT 1").get()?.["payload"] as Uint8Array;
    const at = readFileSync(file).indexOf(Buffer.from(payload.subarray(100, 132)));
    const handle = openSync(file, "r+");
    writeSync(handle, Buffer.from([payload[100]! ^ 1]), 0, 1, at);
    closeSync(handle);
    const target = join(folder, "target");
    const why = "room 1: record 1 does not lead to its head";
    expect(await restoreBackup(file, target)).toEqual({ ok: false, error: { code: "damaged", why } });
    expect(readdirSync(target).filter((name) => /^relay\.(db|key)/u.test(name))).toEqual([]);
  });

  it("refuses half a file, another file and another database", async () => {
    await scene();
    writeBackup(data, file, 1);
    const half = join(folder, "half");
    writeFileSync(half, readFileSync(file).subarray(0, statSync(file).size / 2));
    expect(await restoreBackup(half, join(folder, "a"))).toMatchObject({
      error: { code: expect.stringMatching(/damaged|not_a/u) },
    });
    writeFileSync(half, "Dear diary");
    expect(await restoreBackup(half, join(folder, "b"))).toMatchObject({ error: { code: "not_a_backup" } });
    expect(await restoreBackup(join(data, "relay.db"), join(folder, "c"))).toMatchObject({
      error: { code: "not_a_backup" },
    });
  });

  it("says that a relay is running there", async () => {
    await scene();
    writeBackup(data, file, 1);
    const { takeFileLock } = await import("@conclave/sqlite");
    const target = join(folder, "target");
    const lock = takeFileLock(join(target, "relay.lock"))!;
    expect(await restoreBackup(file, target)).toEqual({ ok: false, error: { code: "data_in_use" } });
    lock.release();
  });
});
