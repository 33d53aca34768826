import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Makes a file that only its owner may read and write (0600), and its folder (0700) when that is missing.
 *
 * RULE: sqlite.private-files: other users of the machine read neither the database nor its journals: SQLite gives -wal
 * and -shm the mode of the database file, which is therefore made before SQLite would make it.
 *
 * RULE: sqlite.not-for-git: a folder that is new or empty gets a .gitignore for all of it: `git add .` around it publishes
 * no keys. One that has something in it is somebody's own and stays as it is.
 */
export function preparePrivateFile(path: string): void {
  const folder = dirname(path);
  makeFolder(folder);
  if (readdirSync(folder).length === 0) writeFileSync(join(folder, ".gitignore"), "*\n", { flag: "wx", mode: 0o600 });
  makeFile(path);
  chmodSync(path, 0o600);
}

/**
 * Makes an empty file, unless there is one.
 *
 * RULE: sqlite.locks-stay: a file that exists is not opened here. POSIX drops every lock that a process has on a file as
 * soon as the process closes any descriptor of that file, so opening a database a second time in one process would free
 * the first one's locks: two processes would hold one home, or one would delete the write-ahead log that the other reads
 * (https://www.sqlite.org/howtocorrupt.html, section 2.2).
 */
function makeFile(path: string): void {
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

/** Folder by folder: Node's own `recursive` never ends where nothing can be made, as in /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  const parent = dirname(folder);
  if (parent !== folder) makeFolder(parent);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another process may have made it just now.
    if (!existsSync(folder)) throw error;
  }
}
