import { closeSync, fsyncSync, openSync, rmSync } from "node:fs";

/** Has the disk keep what was written into a file. */
export function syncFile(path: string): void {
  sync(path, "r+");
}

/** Has the disk keep the names in a folder. */
export function syncFolder(path: string): void {
  sync(path, "r");
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
