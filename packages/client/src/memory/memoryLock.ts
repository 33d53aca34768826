import type { HeldLock, Lock } from "../ports/lock.js";

/** A lock among clients of one process: all that are given the same `MemoryLock` share one home. */
export class MemoryLock implements Lock {
  private holder: object | null = null;

  take(): Promise<HeldLock | null> {
    if (this.holder) return Promise.resolve(null);
    const holder = {};
    this.holder = holder;
    return Promise.resolve({
      release: () => {
        if (this.holder === holder) this.holder = null;
        return Promise.resolve();
      },
    });
  }

  /** The holder's process is gone (simulated crash): the system frees its lock. */
  free(): void {
    this.holder = null;
  }
}
