import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeDurably } from "./durableFile.js";

/** When the newest backup was made, ms, and where it was written. */
export interface LastBackup {
  readonly time: number;
  readonly file: string;
}

const NAME = "last-backup.json";

/** Writes down in the data folder that a backup was made. A backup is one also where that cannot be written. */
export function noteBackup(dataDir: string, { time, file }: LastBackup): void {
  try {
    writeDurably(join(dataDir, NAME), `${JSON.stringify({ time, file })}\n`);
  } catch {
    // The folder may be on a disk that is full or read-only: all the more reason to keep the backup.
  }
}

/** The newest backup that was made of a data folder; null if none is known. */
export function lastBackup(dataDir: string): LastBackup | null {
  try {
    const { time, file } = JSON.parse(readFileSync(join(dataDir, NAME), "utf8")) as Partial<LastBackup>;
    return typeof time === "number" && typeof file === "string" ? { time, file } : null;
  } catch {
    return null;
  }
}
