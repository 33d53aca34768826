import { statSync } from "node:fs";
import { pathToFileURL } from "node:url";
import type { Database } from "./database.js";
import { DurableDatabase } from "./durableDatabase.js";
import { libsqlDriver } from "./libsqlDriver.js";

/**
 * Opens the database of a file that may only be read, or lies where nothing can be written: nothing is written, not beside it
 * either. It must not change while it is open.
 *
 * RULE: sqlite.unwritable-whole: such a file is read as if nothing else belonged to it: one with a journal beside it that has
 * something in it is not whole without, and is refused.
 * @throws the driver's error when it is no database, and an Error for one that is not whole.
 */
export function openUnwritable(path: string): Database {
  if (hasJournal(path)) {
    throw new Error("what was written last is beside it in a journal, which only somebody who may write can take in");
  }
  return openUrl(path, { mode: "ro", immutable: "1" });
}

/**
 * Opens a database to read it, also while another process writes it: what is in the file stays as it is. `isStill`: nobody else has it
 * open, nor opens it meanwhile; then nothing is made beside it either, unless a journal was left over there. Not in a process that
 * has it open already. @throws the driver's error when it is no database.
 */
export function openReader(path: string, isStill: boolean): Database {
  return isStill && !hasJournal(path) ? openUnwritable(path) : openUrl(path, { mode: "ro" });
}

function hasJournal(path: string): boolean {
  return (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

function openUrl(path: string, parameters: Readonly<Record<string, string>>): Database {
  const url = pathToFileURL(path);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return new DurableDatabase(libsqlDriver(url.href));
}
