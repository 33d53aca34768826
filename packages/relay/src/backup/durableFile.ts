import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/** Has the disk keep what was written into a file. */
export function syncFile(path: string): void {
  sync(path, "r+");
}

/** Has the disk keep the names in a folder. */
export function syncFolder(path: string): void {
  sync(path, "r");
}

/** Writes a file that only its own user reads: whole on the disk under another name first, so a crash leaves no half of it. */
export function writeDurably(path: string, text: string): void {
  const draft = `${path}.new`;
  const file = openSync(draft, "w", 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, path);
  syncFolder(dirname(path));
}

/** Removes a database with what SQLite may have left beside it; nothing where there is none. */
export function removeDatabase(path: string): void {
  for (const beside of ["", "-journal", "-wal", "-shm"]) rmSync(`${path}${beside}`, { force: true });
}

function sync(path: string, flags: "r" | "r+"): void {
  const file = openSync(path, flags);
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
