import { takeFileLock } from "@conclave/sqlite";
import type { HeldLock, Lock } from "../ports/lock.js";

/**
 * One writer for one home, by a locked file. The operating system frees the lock when its holder dies, also by
 * `kill -9`, so there is no stale lock to detect, and no process id that another process could have taken over.
 */
export class HomeLock implements Lock {
  /** @param path The lock file, made when it is missing; the same for every process that uses this home. */
  constructor(private readonly path: string) {}

  take(): Promise<HeldLock | null> {
    return new Promise((resolve) => {
      const lock = takeFileLock(this.path);
      let held = true;
      const release = () => {
        if (held) lock?.release();
        held = false;
        return Promise.resolve();
      };
      resolve(lock && { release });
    });
  }
}
