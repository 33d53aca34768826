import { closeSync, fsyncSync, openSync } from "node:fs";
import { openDriver } from "./openDatabase.js";
import { preparePrivateFile } from "./privateFile.js";

/**
 * Writes a consistent copy of a database into a new file (mode 0600), also while other processes read and write it. It is on
 * the disk when this returns.
 * @throws the driver's error when `copy` exists and is not empty, or when there is no room for it.
 */
export function backupDatabase(path: string, copy: string): void {
  preparePrivateFile(copy);
  const driver = openDriver(path);
  try {
    driver.exec("PRAGMA busy_timeout = 5000");
    driver.prepare("VACUUM INTO ?").run([copy]);
  } finally {
    driver.close();
  }
  // Not every version of SQLite syncs what it vacuums into (https://sqlite.org/lang_vacuum.html).
  const file = openSync(copy, "r+");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
