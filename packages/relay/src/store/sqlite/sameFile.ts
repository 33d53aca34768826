import { WriteRefused, type Database } from "@conclave/sqlite";
import { statSync } from "node:fs";

/**
 * Notes in a database which file it is in, and counts a restoration where it is in another one than before: somebody has put a copy
 * in its place, or moved it to another disk. The relay then asks members what it may have lost. Returns whether it counted one.
 *
 * RULE: restore.copy-noticed: a folder that is copied back by hand is another file, though its content is that of the old one.
 */
export function noteFile(database: Database, path: string): boolean {
  const { ino, birthtimeMs } = statSync(path, { bigint: false });
  const file = `${ino}.${Math.floor(birthtimeMs)}`;
  const before = database.prepare("SELECT file FROM restoration").get()?.["file"];
  if (before === file) return false;
  const isCopy = typeof before === "string" && before !== "";
  try {
    database.transaction(() => {
      database.prepare("UPDATE restoration SET file = ?, count = count + ?").run(file, isCopy ? 1 : 0);
    });
  } catch (error) {
    // On a full disk the relay starts all the same, and nothing is appended: it is noted at the next start.
    if (!(error instanceof WriteRefused)) throw error;
  }
  return isCopy;
}
