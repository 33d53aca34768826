import { DatabaseBroken, type Database } from "./database.js";
import type { Driver, DriverName } from "./driver.js";
import { DurableDatabase, refusalOf } from "./durableDatabase.js";
import { libsqlDriver } from "./libsqlDriver.js";
import { hasNodeSqlite, nodeSqliteDriver } from "./nodeSqliteDriver.js";
import { preparePrivateFile } from "./privateFile.js";

/** How to open a database. */
export interface DatabaseOptions {
  /** By default `node:sqlite` where Node has it, else `libsql`. */
  readonly driver?: DriverName;
  /** Ms that a write waits for another process that is writing (5,000). */
  readonly busyTimeout?: number;
}

/** A bare connection of the driver that fits this Node. */
export function openDriver(path: string, name: DriverName = hasNodeSqlite() ? "node:sqlite" : "libsql"): Driver {
  return name === "libsql" ? libsqlDriver(path) : nodeSqliteDriver(path);
}

/**
 * Opens the SQLite database of a file, making the file (mode 0600) and its folder (mode 0700) when they are missing, or
 * one in memory for `:memory:`. WAL, `synchronous=FULL`, foreign keys on. On a full disk it opens all the
 * same, for reading, and proves that it keeps FULL with its first commits.
 * @throws DatabaseBroken when the driver does not keep `synchronous=FULL` after a write; the driver's error when the
 * file is no database or cannot be opened.
 */
export function openDatabase(path: string, options: DatabaseOptions = {}): Database {
  const inMemory = path === ":memory:";
  if (!inMemory) preparePrivateFile(path);
  const opened = openDriver(path, options.driver);
  try {
    opened.exec(`PRAGMA busy_timeout = ${options.busyTimeout ?? 5000}`);
    opened.prepare("PRAGMA journal_mode = WAL").get([]);
    opened.exec("PRAGMA synchronous = FULL");
    opened.exec("PRAGMA foreign_keys = ON");
    return new DurableDatabase(opened, proves(opened, inMemory));
  } catch (error) {
    opened.close();
    throw error;
  }
}

// Null when it has proved itself; what cannot be written to now proves itself with every commit.
function proves(driver: Driver, inMemory: boolean): (() => void) | null {
  try {
    assertDurable(driver, inMemory);
    return null;
  } catch (error) {
    if (refusalOf(error) === null) throw error;
    return () => {
      assertSettings(driver, inMemory);
    };
  }
}

/**
 * RULE: sqlite.full-sync-after-first-write: the settings are read back after a real write, because one driver falls back
 * to NORMAL silently at its first write, and NORMAL does not sync a commit to the disk.
 */
export function assertDurable(driver: Driver, inMemory: boolean): void {
  const version = Number(setting(driver, "user_version"));
  driver.exec("BEGIN IMMEDIATE");
  try {
    driver.exec(`PRAGMA user_version = ${version}`);
    driver.exec("COMMIT");
  } catch (error) {
    endTransaction(driver);
    throw error;
  }
  assertSettings(driver, inMemory);
}

function assertSettings(driver: Driver, inMemory: boolean): void {
  const synchronous = setting(driver, "synchronous");
  const journal = setting(driver, "journal_mode");
  if (synchronous !== 2) throw new DatabaseBroken(`synchronous is ${String(synchronous)} instead of 2 (FULL)`);
  if (!inMemory && journal !== "wal") throw new DatabaseBroken(`the journal mode is ${String(journal)} instead of wal`);
}

function endTransaction(driver: Driver): void {
  try {
    driver.exec("ROLLBACK");
  } catch {
    // SQLite has rolled it back by itself.
  }
}

function setting(driver: Driver, name: string): unknown {
  return driver.prepare(`PRAGMA ${name}`).get([])?.[name];
}
