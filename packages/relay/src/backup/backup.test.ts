import { systemRandom } from "@conclave/crypto/node";
import { openDatabase, type Database } from "@conclave/sqlite";
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
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
import { isSealedFile } from "./sealedFile.js";
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

const away = (): string[] => readdirSync(join(folder, "away")).filter((name) => !name.startsWith(".git"));

describe("a backup", () => {
  it("RULE restore.marked: is made while the relay works, holds its key, and is for its owner's eyes only", async () => {
    const { say } = await scene();
    expect(await writeBackup(data, file, 1234)).toEqual({ ok: true, value: { rooms: 1, records: 3, time: 1234 } });
    await say();
    expect(away()).toEqual(["relay.backup"]);
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
      expect(await writeBackup(data, file, 1)).toMatchObject({ ok: true, value: { rooms: 1, records: 1 } });
      expect(await restoreBackup(file, join(folder, step))).toMatchObject({
        ok: true,
        value: { rooms: 1, records: 1 },
      });
      while (store.rooms.purge(100));
    }
  });

  it("RULE backup.whole-or-not: one that cannot be finished leaves the older one", async () => {
    const { say } = await scene();
    await writeBackup(data, file, 1);
    await say();
    expect(await writeBackup(data, file, 2)).toMatchObject({ value: { records: 4 } });
    const before = readFileSync(file);
    database.exec("ALTER TABLE record RENAME TO lost");
    await expect(writeBackup(data, file, 3)).rejects.toThrow();
    expect(readFileSync(file)).toEqual(before);
    expect(away()).toEqual(["relay.backup"]);
  });

  it("RULE backup.own-draft: two at once are both whole, and what one that was killed has left goes after a day", async () => {
    await scene();
    const names = [
      "relay.backup.new-0123abcd",
      "relay.backup.new-0123abce",
      "relay.backup.new-notes",
      "relay.backup.newer",
    ];
    for (const name of names) writeFileSync(join(folder, "away", name), "");
    const old = new Date(Date.now() - 25 * 3_600_000);
    for (const name of names.filter((each) => !each.endsWith("ce"))) utimesSync(join(folder, "away", name), old, old);
    const two = [
      writeBackup(data, file, 1, "four words are better"),
      writeBackup(data, file, 2, "four words are better"),
    ];
    for (const { ok } of await Promise.all(two)) expect(ok).toBe(true);
    expect(await restoreBackup(file, join(folder, "target"), "four words are better")).toMatchObject({ ok: true });
    expect(away()).toEqual(["relay.backup", ...names.slice(1)]);
    expect(readdirSync(data).filter((name) => name.includes("backup"))).toEqual(["last-backup.json"]);
  });

  it("is refused of a folder without a relay", async () => {
    expect(await writeBackup(join(folder, "away"), file, 1)).toEqual({ ok: false, error: "no_relay" });
  });
});

describe("a sealed backup", () => {
  const PASSPHRASE = "vier Wörter sind besser";
  const target = () => join(folder, "target");
  const restore = (passphrase: string | null = PASSPHRASE) => restoreBackup(file, target(), passphrase);
  const put = () => (existsSync(target()) ? readdirSync(target()) : []);

  it("RULE backup.sealed-before-it-leaves: shows nothing without its passphrase, and is restored with it", async () => {
    await scene();
    // What is not sealed yet is beside the key, and nowhere else.
    const making = writeBackup(data, file, 1234, PASSPHRASE);
    expect([readdirSync(data).filter((name) => name.startsWith("relay.db.backup-")).length, away()]).toEqual([1, []]);
    expect(await making).toMatchObject({ ok: true, value: { records: 3 } });
    const seed = Buffer.from(readFileSync(join(data, "relay.key"), "utf8").trim(), "hex");
    const sealed = readFileSync(file);
    expect([sealed.includes(seed), sealed.includes("SQLite"), isSealedFile(file)]).toEqual([false, false, true]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(away()).toEqual(["relay.backup"]);
    expect(readdirSync(data).filter((name) => name.includes("backup"))).toEqual(["last-backup.json"]);
    expect(await restore(null)).toEqual({ ok: false, error: { code: "sealed" } });
    expect(await restore("four words are worse")).toEqual({ ok: false, error: { code: "wrong_passphrase" } });
    expect(put()).toEqual([]);
    expect(await restore(PASSPHRASE.normalize("NFD"))).toMatchObject({ ok: true, value: { records: 3, time: 1234 } });
    expect(all(target())).toEqual(all(data));
    expect(readFileSync(join(target(), "relay.key"))).toEqual(readFileSync(join(data, "relay.key")));
  });

  it("RULE backup.sealed-in-order: one that was changed, cut off, or put together otherwise is refused", async () => {
    await scene();
    await writeBackup(data, file, 1, PASSPHRASE);
    const whole = readFileSync(file);
    const [begin, piece] = [25 + 82, 64 * 1024 + 16];
    expect(whole.length).toBeGreaterThan(begin + 2 * piece);
    const damaged = { ok: false, error: { code: "damaged", why: expect.any(String) } };
    const with1 = (at: number) => whole.map((byte, index) => (index === at ? byte ^ 1 : byte));
    const [head, first, second] = [
      whole.subarray(0, begin),
      whole.subarray(begin, begin + piece),
      whole.subarray(begin + piece, begin + 2 * piece),
    ];
    const rest = whole.subarray(begin + 2 * piece);
    const changed = {
      "a byte": with1(begin + 9),
      "the last byte": with1(whole.length - 1),
      "an end that is missing": whole.subarray(0, begin + 2 * piece),
      "half a piece": whole.subarray(0, begin + 100),
      "nothing behind its beginning": head,
      "half a beginning": whole.subarray(0, 60),
      "two pieces that changed places": Buffer.concat([head, second, first, rest]),
      "a piece that is missing": Buffer.concat([head, first, rest]),
      "more behind it": Buffer.concat([whole, rest]),
    };
    for (const [what, bytes] of Object.entries(changed)) {
      writeFileSync(file, bytes);
      expect(await restore(), what).toEqual(damaged);
      expect(put()).toEqual([]);
    }
    for (const at of [25, 25 + 16 + 3, 25 + 22, 25 + 40]) {
      writeFileSync(file, with1(at));
      expect(await restore(), String(at)).toEqual({ ok: false, error: { code: "wrong_passphrase" } });
    }
    // Of another file under the same passphrase.
    await writeBackup(data, file, 2, PASSPHRASE);
    const other = readFileSync(file);
    writeFileSync(file, Buffer.concat([head, other.subarray(begin)]));
    expect(await restore()).toEqual(damaged);
  }, 180_000);

  it("A80: RULE backup.sealed-costs: asks for no more than a machine has", async () => {
    await scene();
    await writeBackup(data, file, 1, PASSPHRASE);
    const bytes = readFileSync(file);
    for (const [at, value] of [
      [25 + 16, 0xff],
      [25 + 20, 17],
      [25 + 20, 0],
      [25 + 21, 5],
    ] as const) {
      const dear = Buffer.from(bytes);
      dear[at] = value;
      writeFileSync(file, dear);
      expect(await restore()).toMatchObject({ error: { code: "damaged" } });
    }
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
    await writeBackup(data, file, 1);
    await say();
    expect(await restoreBackup(file, data)).toEqual({ ok: false, error: { code: "folder_in_use" } });
    expect(all(data)).toHaveLength(4);
    const other = join(folder, "other");
    mkdirSync(other);
    loadRelaySeed(other, systemRandom);
    expect(await restoreBackup(file, other)).toEqual({ ok: false, error: { code: "folder_in_use" } });
    expect(readdirSync(other).filter((name) => name.startsWith("relay.db"))).toEqual([]);
  });

  it.skipIf(process.getuid?.() !== 0)("RULE relay.folder-owner: by root, belongs to the folder's owner", async () => {
    await scene();
    await writeBackup(data, file, 1);
    const target = join(folder, "target");
    mkdirSync(target);
    chownSync(target, 1234, 1234);
    expect(await restoreBackup(file, target)).toMatchObject({ ok: true });
    for (const name of ["relay.db", "relay.key", "relay.lock"]) expect(statSync(join(target, name)).uid).toBe(1234);
  });

  it("goes on where an earlier attempt was interrupted", async () => {
    await scene();
    await writeBackup(data, file, 1);
    const target = join(folder, "target");
    await restoreBackup(file, target);
    rmSync(join(target, "relay.db"));
    writeFileSync(join(target, "relay.db.restoring"), "half");
    expect(await restoreBackup(file, target)).toMatchObject({ ok: true });
    expect(all(target)).toHaveLength(3);
  });

  it("RULE restore.checked-first, RULE backup.heads-recomputed: one changed byte of a record, and nothing is put in place", async () => {
    await scene();
    await writeBackup(data, file, 1);
    const payload = openDatabase(file).prepare("SELECT payload FROM record LIMIT 1").get()?.["payload"] as Uint8Array;
    const at = readFileSync(file).indexOf(Buffer.from(payload.subarray(100, 132)));
    const handle = openSync(file, "r+");
    writeSync(handle, Buffer.from([payload[100]! ^ 1]), 0, 1, at);
    closeSync(handle);
    const target = join(folder, "target");
    const why = "room 1: record 1 does not lead to its head";
    expect(await restoreBackup(file, target)).toEqual({ ok: false, error: { code: "damaged", why } });
    expect(existsSync(target)).toBe(false);
  });

  it("leaves nothing where it is refused: no folder, no lock; and what was there stays", async () => {
    await scene();
    writeFileSync(file, "Dear diary");
    const target = join(folder, "new", "target");
    expect(await restoreBackup(file, target)).toMatchObject({ ok: false });
    await expect(restoreBackup(join(folder, "none"), target)).rejects.toThrow();
    expect(existsSync(join(folder, "new"))).toBe(false);
    mkdirSync(target, { recursive: true });
    expect(await restoreBackup(file, target)).toMatchObject({ ok: false });
    expect(readdirSync(target)).toEqual([]);
    writeFileSync(join(target, "notes"), "");
    expect(await restoreBackup(file, target)).toMatchObject({ ok: false });
    expect(readdirSync(target)).toEqual(["notes"]);
  });

  it("refuses half a file, another file and another database", async () => {
    await scene();
    await writeBackup(data, file, 1);
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
    await writeBackup(data, file, 1);
    const { takeFileLock } = await import("@conclave/sqlite");
    const target = join(folder, "target");
    const lock = takeFileLock(join(target, "relay.lock"))!;
    expect(await restoreBackup(file, target)).toEqual({ ok: false, error: { code: "data_in_use" } });
    lock.release();
  });
});
