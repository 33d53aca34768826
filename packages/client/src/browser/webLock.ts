import type { HeldLock, Lock } from "../ports/lock.js";

/** One writer among the tabs and workers of an origin, by the Web Locks API. The browser frees it when a tab dies. */
export class WebLock implements Lock {
  /** @param name Names the home, the same in every tab. */
  constructor(private readonly name: string) {}

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
              await finished;
            },
          });
        });
      };
      const finished: Promise<void> = navigator.locks
        .request(`conclave/${this.name}`, { ifAvailable: true }, hold)
        .then(() => undefined);
      finished.catch(reject);
    });
  }
}
