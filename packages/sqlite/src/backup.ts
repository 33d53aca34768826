import { openDriver } from "./openDatabase.js";
import { preparePrivateFile } from "./privateFile.js";

/**
 * Writes a consistent copy of a database into a new file (mode 0600), also while other processes read and write it.
 * @throws the driver's error when `copy` exists and is not empty, or when there is no room for it.
 */
export function backupDatabase(path: string, copy: string): void {
  preparePrivateFile(copy);
  const driver = openDriver(path);
  try {
    driver.exec("PRAGMA busy_timeout = 5000");
    driver.prepare("VACUUM INTO ?").run([copy]);
  } finally {
    driver.close();
  }
}
