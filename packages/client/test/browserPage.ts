// Bundled and served to Chromium by browser.test.ts: runs the suites on the browser drivers and reports by title, and a
// whole client in the page.
import { openClient, type Result } from "@conclave/client";
import { webCrypto } from "@conclave/crypto/web";
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

/** What a client in a page saw of a room: it joins by a link, talks, is opened anew, and talks again. */
export interface Visit {
  readonly texts: readonly string[];
  readonly peopleCode: string | null;
}

async function visit(link: string): Promise<Visit> {
  const open = async () => {
    const opened = await openClient({
      storage: await IndexedDbStorage.open("visit"),
      transport: new WebSocketTransport(),
      clock: systemClock,
      random: systemRandom,
      crypto: webCrypto,
      lock: new WebLock("visit"),
    });
    if (!opened.ok) throw new Error(opened.problem);
    return opened.client;
  };
  const first = await open();
  const invited = await get(first.lookAt(link));
  await get((await get(invited.accept("Page"))).send("hello from a page"));
  await get(first.rooms()[0]!.flushed(20_000));
  await first.close();
  const again = await open();
  const room = again.rooms()[0]!;
  await get(room.synced(20_000));
  await get(room.send("and again"));
  await get(room.flushed(20_000));
  const items = await room.timeline();
  const texts = items.flatMap((item) => (item.kind === "message" ? [new TextDecoder().decode(item.message.body)] : []));
  const peopleCode = room.peopleCode();
  await again.close();
  return { texts, peopleCode };
}

async function get<T>(promise: Promise<Result<T>>): Promise<T> {
  const result = await promise;
  if (!result.ok) throw new Error(JSON.stringify(result.problem));
  return result.value;
}

Object.assign(globalThis, { conformance: all, visit });
