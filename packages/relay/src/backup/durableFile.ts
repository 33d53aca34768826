import {
  closeSync,
  fchownSync,
  fsyncSync,
  lchownSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";

/** Has the disk keep what was written into a file. */
export function syncFile(path: string): void {
  sync(path, "r+");
}

/** Has the disk keep the names in a folder. */
export function syncFolder(path: string): void {
  sync(path, "r");
}

/**
 * Writes a file that only its own user reads: whole on the disk under another name first, so a crash leaves no half of it.
 *
 * RULE: relay.folder-owner: what root writes into a data folder belongs to the folder's owner: otherwise the relay, which runs
 * as another user, could not read it and would not start. The draft is always a new file, so a link that is planted under its
 * name gives nothing else away.
 */
export function writeDurably(path: string, text: string): void {
  const draft = `${path}.new`;
  rmSync(draft, { force: true });
  const file = openSync(draft, "wx", 0o600);
  try {
    const owner = ownerToBe(path);
    if (owner !== null) fchownSync(file, owner.uid, owner.gid);
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, path);
  syncFolder(dirname(path));
}

/** As root: gives a file to the owner of its folder (see {@link writeDurably}). */
export function giveToFolderOwner(path: string): void {
  const owner = ownerToBe(path);
  if (owner !== null) lchownSync(path, owner.uid, owner.gid);
}

function ownerToBe(path: string): { readonly uid: number; readonly gid: number } | null {
  return process.getuid?.() === 0 ? statSync(dirname(path)) : null;
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
