import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { takeFileLock } from "./fileLock.js";
import * as opening from "./openDatabase.js";

// SQLite and the files are real; only the moment at which the other one lets go is chosen.
vi.mock("./openDatabase.js", { spy: true });

it("RULE sqlite.lock-of-the-path: a process that opened the file before its holder took it away locks the one that is there now", () => {
  const folder = mkdtempSync(join(tmpdir(), "conclave-lock-"));
  const path = join(folder, "lock");
  const holder = takeFileLock(path)!;
  const { openDriver } = opening;
  vi.mocked(opening.openDriver).mockImplementationOnce((...args) => {
    vi.mocked(opening.openDriver).mockRestore();
    const opened = openDriver(...args);
    rmSync(path);
    holder.release();
    return opened;
  });
  const second = takeFileLock(path);
  expect(second).not.toBeNull();
  expect(existsSync(path)).toBe(true);
  expect(takeFileLock(path)).toBeNull();
  second!.release();
  rmSync(folder, { recursive: true });
});

it("a file that is another one each time is not locked, and is not tried for ever", async () => {
  const folder = mkdtempSync(join(tmpdir(), "conclave-lock-"));
  const path = join(folder, "lock");
  const { openDriver } = await vi.importActual<typeof opening>("./openDatabase.js");
  vi.mocked(opening.openDriver).mockImplementation((...args) => {
    const opened = openDriver(...args);
    rmSync(path);
    return opened;
  });
  expect(() => takeFileLock(path)).toThrow("another file each time");
  vi.mocked(opening.openDriver).mockRestore();
  const lock = takeFileLock(path);
  expect(lock).not.toBeNull();
  lock!.release();
  rmSync(folder, { recursive: true });
});
