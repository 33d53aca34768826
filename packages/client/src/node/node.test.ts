import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lockConformance, storageConformance } from "../conformance/index.js";
import { HomeLock } from "./homeLock.js";
import { SqliteStorage } from "./sqliteStorage.js";

let home = "";
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "conclave-client-"));
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

describe("SqliteStorage conforms", () => {
  for (const { title, run } of storageConformance) {
    it(title, () => run({ open: () => Promise.resolve(new SqliteStorage(join(home, "home.sqlite"))) }));
  }
});

describe("HomeLock conforms", () => {
  for (const { title, run } of lockConformance) it(title, () => run({ lock: () => new HomeLock(join(home, "lock")) }));

  it("RULE client.one-writer: another process cannot take it, and finds it free after kill -9", async () => {
    const script = `import { takeFileLock } from "@conclave/sqlite"; takeFileLock(${JSON.stringify(join(home, "lock"))}); console.log("held"); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], { cwd: import.meta.dirname });
    await once(child.stdout, "data");
    const lock = new HomeLock(join(home, "lock"));
    expect(await lock.take()).toBeNull();
    child.kill("SIGKILL");
    await once(child, "exit");
    const held = await lock.take();
    expect(held).not.toBeNull();
    await held?.release();
  });
});
