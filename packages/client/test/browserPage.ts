// Bundled and served to Chromium by indexedDb.test.ts: runs the suites on the browser drivers and reports by title.
import { IndexedDbStorage, systemClock, systemRandom, WebLock, WebSocketTransport } from "@conclave/client/browser";
import {
  clockConformance,
  lockConformance,
  randomConformance,
  storageConformance,
  transportConformance,
  type ConformanceCase,
} from "@conclave/client/conformance";

export interface Outcome {
  title: string;
  error: string | null;
}

let homes = 0;
const home = () => `home-${String(homes++)}`;

async function run<Subject>(suite: readonly ConformanceCase<Subject>[], subject: () => Subject): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const { title, run: runCase } of suite) {
    const error = await runCase(subject()).then(
      () => null,
      (reason: unknown) => String(reason),
    );
    outcomes.push({ title, error });
  }
  return outcomes;
}

async function all(urls: { url: string; deadUrl: string }): Promise<Record<string, Outcome[]>> {
  const pass = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
  return {
    storage: await run(storageConformance, () => {
      const name = home();
      return { open: () => IndexedDbStorage.open(name) };
    }),
    transport: await run(transportConformance, () => ({ transport: new WebSocketTransport(), ...urls })),
    lock: await run(lockConformance, () => {
      const name = home();
      return { lock: () => new WebLock(name) };
    }),
    clock: await run(clockConformance, () => ({ clock: systemClock, pass })),
    random: await run(randomConformance, () => systemRandom),
  };
}

Object.assign(globalThis, { conformance: all });
