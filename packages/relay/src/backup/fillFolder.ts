import { failed, type Result } from "@conclave/codec";
import { takeFileLock } from "@conclave/sqlite";
import { existsSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Fills a relay's data folder under its lock. The folder is made where there is none. If the work fails, what was made is taken
 * away again: the folder, those above it, and the lock's file. `data_in_use`: a relay runs on it.
 */
export async function fillFolder<T, E>(
  dataDir: string,
  work: () => Promise<Result<T, E>>,
): Promise<Result<T, E | { readonly code: "data_in_use" }>> {
  const missing = missingFolders(dataDir);
  const isEmpty = missing.length > 0 || readdirSync(dataDir).length === 0;
  const lockPath = join(dataDir, "relay.lock");
  const made = [...(existsSync(lockPath) ? [] : [lockPath]), ...(isEmpty ? [join(dataDir, ".gitignore")] : [])];
  let isFilled = false;
  try {
    const lock = takeFileLock(lockPath);
    if (lock === null) {
      // What is there is the other one's.
      isFilled = true;
      return failed({ code: "data_in_use" });
    }
    try {
      const filled = await work();
      isFilled = filled.ok;
      return filled;
    } finally {
      // While the lock is held: who comes later makes a lock of their own.
      if (!isFilled) for (const path of made) rmSync(path, { force: true });
      lock.release();
    }
  } finally {
    if (!isFilled) removeEmpty(missing);
  }
}

/** A folder and those above it that are not there, the lowest first. */
function missingFolders(folder: string): string[] {
  return existsSync(folder) ? [] : [folder, ...missingFolders(dirname(folder))];
}

function removeEmpty(folders: readonly string[]): void {
  try {
    for (const folder of folders) rmdirSync(folder);
  } catch {
    // It could not be made, or somebody has put something into it meanwhile.
  }
}
