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
  const journal = statSync(`${path}-wal`, { throwIfNoEntry: false });
  if (journal !== undefined && journal.size > 0) {
    throw new Error("what was written last is beside it in a journal, which only somebody who may write can take in");
  }
  const url = pathToFileURL(path);
  url.searchParams.set("immutable", "1");
  url.searchParams.set("mode", "ro");
  return new DurableDatabase(libsqlDriver(url.href));
}
