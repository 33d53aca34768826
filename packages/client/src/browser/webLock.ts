import type { HeldLock, Lock } from "../ports/lock.js";

/** One writer among the tabs and workers of an origin, by the Web Locks API. The browser frees it when a tab dies. */
export class WebLock implements Lock {
  /**
   * @param name Names the home, the same in every tab.
   * @param takeOver Takes it from a tab that hangs: only where its storage refuses what that tab may still want to write.
   */
  constructor(
    private readonly name: string,
    private readonly takeOver = false,
  ) {}

  take(): Promise<HeldLock | null> {
    return new Promise((resolve, reject) => {
      const hold = (lock: unknown): Promise<void> => {
        if (lock === null) {
          resolve(null);
          return Promise.resolve();
        }
        return new Promise((free) => {
          resolve({
            release: async () => {
              free();
              // It may have been taken over: then it is free of us as well.
              await finished.catch(() => undefined);
            },
          });
        });
      };
      const finished: Promise<void> = navigator.locks
        .request(`conclave/${this.name}`, this.takeOver ? { steal: true } : { ifAvailable: true }, hold)
        .then(() => undefined);
      finished.catch(reject);
    });
  }
}
