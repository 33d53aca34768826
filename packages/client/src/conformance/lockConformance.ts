import type { Lock } from "../ports/lock.js";
import { demand, type ConformanceCase } from "./conformance.js";

/** What the lock suite needs: makes another lock on the same home (as another process or tab would). */
export interface LockSubject {
  readonly lock: () => Lock;
}

/** What every {@link Lock} must do. Run each case on a new home. */
export const lockConformance: readonly ConformanceCase<LockSubject>[] = [
  {
    title: "RULE client.one-writer: gives the lock to one, and null to the others at once",
    async run({ lock }) {
      const held = await lock().take();
      demand(held !== null, "the first gets it");
      demand((await lock().take()) === null, "another does not");
      await held.release();
    },
  },
  {
    title: "gives it again after release; releasing twice frees nothing of somebody else's",
    async run({ lock }) {
      const first = await lock().take();
      await first!.release();
      const second = await lock().take();
      demand(second !== null, "free after release");
      await first!.release();
      demand((await lock().take()) === null, "a second release of the first does not free the second");
      await second.release();
    },
  },
  {
    title: "gives it to exactly one of many that ask at once",
    async run({ lock }) {
      const answers = await Promise.all(Array.from({ length: 8 }, () => lock().take()));
      demand(answers.filter((held) => held !== null).length === 1, "exactly one");
      for (const held of answers) await held?.release();
    },
  },
];
