import { openDriver } from "./openDatabase.js";
import { preparePrivateFile } from "./privateFile.js";

/** A lock that this process holds until it releases it or dies. */
export interface FileLock {
  release(): void;
}

/**
 * Takes the exclusive lock of a file, or gives null at once when another process, or another holder in this one, has it.
 * The operating system frees it when the holder dies, also by `kill -9`. The file itself stays, and means nothing.
 * (It is SQLite's own locking: Node has no `flock`.)
 */
export function takeFileLock(path: string): FileLock | null {
  preparePrivateFile(path);
  const driver = openDriver(path);
  try {
    driver.exec("PRAGMA busy_timeout = 0");
    driver.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    driver.close();
    if (error instanceof Error && /locked|busy/i.test(error.message)) return null;
    throw error;
  }
  return {
    release: () => {
      driver.exec("ROLLBACK");
      driver.close();
    },
  };
}
