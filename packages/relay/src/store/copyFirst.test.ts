import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "@conclave/sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { copyBeside } from "./copyFirst.js";
import { migrate } from "./sqlite/schema.js";

const isRoot = process.getuid?.() === 0 && process.platform === "linux";
const STEPS = ["CREATE TABLE message (text)", "CREATE TABLE added (text)"];

let folder = "";
let path = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "conclave-upgrade-"));
  path = join(folder, "relay.db");
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A database as an older relay left it. */
function older(text: string, bytes = 0): void {
  for (const end of ["", "-wal", "-shm"]) rmSync(`${path}${end}`, { force: true });
  const database = openDatabase(path);
  database.exec("CREATE TABLE message (text); PRAGMA user_version = 7");
  database.prepare("INSERT INTO message VALUES (?)").run(text);
  database.prepare("INSERT INTO message VALUES (?)").run(new Uint8Array(bytes).fill(7));
  database.close();
}

function upgrade(steps = STEPS): void {
  const database = openDatabase(path);
  try {
    migrate(
      database,
      (version) => {
        copyBeside(path, version);
      },
      steps,
    );
  } finally {
    database.close();
  }
}

function look(file: string): { version: unknown; text: unknown; tables: number } {
  const database = openDatabase(file);
  const version = database.prepare("PRAGMA user_version").get()!["user_version"];
  const text = database.prepare("SELECT text FROM message").get()!["text"];
  const tables = database.prepare("SELECT name FROM sqlite_master").all().length;
  database.close();
  return { version, text, tables };
}

const files = () => readdirSync(folder).filter((file) => file.startsWith("relay.db.version"));

describe("the copy before an upgrade", () => {
  it("RULE relay.copy-first: is the database as it was, readable by its owner alone, and the upgrade comes after it", () => {
    older("one");
    upgrade();
    expect(look(path)).toEqual({ version: 8, text: "one", tables: 2 });
    expect(files()).toEqual(["relay.db.version7"]);
    expect(statSync(`${path}.version7`).mode & 0o077).toBe(0);
    expect(look(`${path}.version7`)).toEqual({ version: 7, text: "one", tables: 1 });
  });

  it("RULE relay.copy-first: a copy of an earlier upgrade is neither taken for this one's nor written over", () => {
    older("of the first time");
    upgrade();
    older("of the second time");
    upgrade();
    expect(files().sort()).toEqual(["relay.db.version7", "relay.db.version7.2"]);
    expect(look(`${path}.version7`)["text"]).toBe("of the first time");
    expect(look(`${path}.version7.2`)["text"]).toBe("of the second time");
  });

  it("an upgrade that fails leaves the database as it was, and one copy however often it is tried", () => {
    older("one");
    const broken = [STEPS[0]!, "CREATE TABLE added (text); SELECT no_such_function()"];
    for (let times = 0; times < 3; times++) expect(() => upgrade(broken)).toThrow("no_such_function");
    expect(look(path)).toEqual({ version: 7, text: "one", tables: 1 });
    expect(files()).toEqual(["relay.db.version7"]);
  });

  it("what a process that died left half done is written again", () => {
    older("one");
    writeFileSync(`${path}.version7.part`, "half");
    writeFileSync(`${path}.version7.part-journal`, "half");
    upgrade();
    expect(files()).toEqual(["relay.db.version7"]);
    expect(look(`${path}.version7`)["text"]).toBe("one");
  });

  it.skipIf(!isRoot)(
    "on a full disk it does not start, says why, and changes nothing (a real small file system: skipped where this is not root)",
    () => {
      const small = join(folder, "small");
      mkdirSync(small);
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", small]);
      try {
        path = join(small, "relay.db");
        older("one", 600_000);
        const before = readFileSync(path);
        expect(() => upgrade()).toThrow(/the copy that it makes first could not be written .*: nothing was changed/u);
        expect(readFileSync(path).equals(before)).toBe(true);
        expect(readdirSync(small).filter((file) => file.includes("version"))).toEqual([]);
        execFileSync("mount", ["-o", "remount,size=4m", small]);
        upgrade();
        expect([look(path)["version"], existsSync(`${path}.version7`)]).toEqual([8, true]);
      } finally {
        // A driver may hold its file for a while after it was closed.
        execFileSync("umount", ["-l", small]);
      }
    },
  );
});
