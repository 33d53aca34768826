import { chmodSync, closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes a file that only its owner may read and write (0600), and its folder (0700) when that is missing.
 *
 * RULE: sqlite.private-files: other users of the machine read neither the database nor its journals: SQLite gives -wal
 * and -shm the mode of the database file, which is therefore made before SQLite would make it.
 */
export function preparePrivateFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, "a", 0o600));
  chmodSync(path, 0o600);
}
