import { backupDatabase } from "@conclave/sqlite";
import { closeSync, existsSync, fsyncSync, openSync, readSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";

const READ_BYTES = 1024 * 1024;

/**
 * Copies a relay's database before a step of its schema: as `relay.db.version4`, with a number behind it if an earlier upgrade
 * left another copy. An identical copy, from an upgrade that did not finish, is not made twice. @throws Error, with a sentence
 * for the operator, if there is no complete copy on the disk.
 */
// RULE: relay.copy-first: a step of the schema goes forward only, so a copy of the old file is kept beside it. A copy that an
// earlier upgrade left is from another day, and is never replaced.
export function copyBeside(database: string, version: number): void {
  const name = `${database}.version${version}`;
  const part = `${name}.part`;
  try {
    removePart(part);
    backupDatabase(database, part);
    const copies = copiesOf(name);
    if (copies.some((copy) => isSameFile(copy, part))) {
      removePart(part);
      return;
    }
    renameSync(part, copies.length === 0 ? name : `${name}.${copies.length + 1}`);
    syncFolder(dirname(database));
  } catch (cause) {
    removePart(part);
    throw new Error(
      `this version changes the format of the database, but the copy that it makes first could not be written to ${name}: ` +
        "nothing was changed; free some disk space, or keep using the older version",
      { cause },
    );
  }
}

/** What earlier upgrades left, oldest first. */
function copiesOf(name: string): string[] {
  const copies: string[] = [];
  for (let copy = name; existsSync(copy); copy = `${name}.${copies.length + 1}`) copies.push(copy);
  return copies;
}

// SQLite keeps a journal beside a file while it writes it: the journal of a process that died must not be taken for the next one's.
function removePart(part: string): void {
  for (const file of [part, `${part}-journal`]) rmSync(file, { force: true, recursive: true });
}

function isSameFile(one: string, other: string): boolean {
  if (statSync(one).size !== statSync(other).size) return false;
  const files = [openSync(one, "r"), openSync(other, "r")] as const;
  try {
    const buffers = [Buffer.alloc(READ_BYTES), Buffer.alloc(READ_BYTES)] as const;
    for (;;) {
      const [length] = files.map((file, at) => readSync(file, buffers[at]!));
      if (!buffers[0].subarray(0, length).equals(buffers[1].subarray(0, length))) return false;
      if (length === 0) return true;
    }
  } finally {
    for (const file of files) closeSync(file);
  }
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
