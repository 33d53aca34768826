import { statSync } from "node:fs";
import type { Driver } from "./driver.js";
import { openDriver } from "./openDatabase.js";
import { preparePrivateFile } from "./privateFile.js";

/**
 * RULE: sqlite.lock-outlives-its-handle: what is held stands here until it is released. A connection that nothing refers to
 * is closed by the garbage collector, and its lock goes with it: the holder would lose it at some later moment, untold.
 */
const held = new Set<Driver>();

/** So often a file can be taken away just before it is locked; where it never stays the same, as in a strange file system, nothing is locked. */
const MOST_TRIES = 100;

/** A lock that this process holds until it releases it or dies. */
export interface FileLock {
  release(): void;
}

/**
 * Takes the exclusive lock of a file, or gives null at once when another process, or another holder in this one, has it.
 * The operating system frees it when the holder dies, also by `kill -9`. The file itself stays, and means nothing.
 * (It is SQLite's own locking: Node has no `flock`.)
 * @throws Error when the file cannot be made or locked, or another one is there each time.
 */
export function takeFileLock(path: string): FileLock | null {
  for (let tried = 0; tried < MOST_TRIES; tried++) {
    const lock = lockFile(path);
    if (lock !== "replaced") return lock;
  }
  throw new Error(`${path} is another file each time it is looked at`);
}

function lockFile(path: string): FileLock | null | "replaced" {
  preparePrivateFile(path);
  const opened = identity(path);
  const driver = openDriver(path);
  try {
    driver.exec("PRAGMA busy_timeout = 0");
    // RULE: sqlite.lock-writes-nothing: to lock an empty database SQLite begins to make it, which would open a journal file
    // and need space: on a disk that is full nobody could start a relay, or open a home, only to read.
    driver.exec("PRAGMA journal_mode = MEMORY");
    driver.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    driver.close();
    if (error instanceof Error && /locked|busy/i.test(error.message)) return null;
    throw error;
  }
  // RULE: sqlite.lock-of-the-path: who held it may have taken the file away just before: then others make another one at this path, and
  // two processes would each hold a lock.
  if (opened === null || identity(path) !== opened) {
    driver.close();
    return "replaced";
  }
  held.add(driver);
  return {
    release: () => {
      held.delete(driver);
      driver.exec("ROLLBACK");
      driver.close();
    },
  };
}

/** Which file is there now; null for none. A number is given again, with another time. */
function identity(path: string): string | null {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? null : `${stats.dev}.${stats.ino}.${stats.birthtimeNs}`;
}
