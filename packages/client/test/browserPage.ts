// Bundled and served to Chromium by browser.test.ts: runs the suites on the browser drivers and reports by title, and a
// whole client in the page.
import type { Result } from "@conclave/codec";
import { decodeFileCard, openClient, type RoomSession, type Problem } from "@conclave/client";
import { pageFile } from "./pageFile.js";
import { webCrypto } from "@conclave/crypto/web";
import { HeldSignatures, verifyAhead } from "@conclave/crypto/testing";
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

/** What a client in a page saw of a room: it joins by a link, talks, is opened again, and talks again. */
export interface Visit {
  readonly texts: readonly string[];
  readonly peopleCode: string | null;
  /** Bytes of the file that the page sent, as it got them back. */
  readonly fileBack: number;
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
    if (!opened.ok) throw new Error(opened.error);
    return opened.value;
  };
  const first = await open();
  const invited = await get(first.previewInvite(link));
  await get((await get(invited.accept("Page"))).send("hello from a page"));
  await get(first.rooms()[0]!.flushed(20_000));
  await first.close();
  const again = await open();
  const room = again.rooms()[0]!;
  await get(room.synced(20_000));
  await get(room.send("and again"));
  await get(room.flushed(20_000));
  const fileBack = await sendFile(room);
  const items = await room.timeline();
  const texts = items.flatMap((item) =>
    item.kind === "message" && item.message.kind === "text" ? [new TextDecoder().decode(item.message.body)] : [],
  );
  const peopleCode = room.peopleCode();
  await again.close();
  return { texts, peopleCode, fileBack };
}

/** Sends a file that the page has as a Blob, and gives how many bytes of it come back as they were. */
async function sendFile(room: RoomSession): Promise<number> {
  const content = pageFile();
  const blob = new Blob([content]);
  const read = async (offset: number, length: number) =>
    new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
  const sent = await get(room.attach({ name: "page.bin", size: blob.size, read }));
  await get(room.flushed(20_000));
  let same = 0;
  const write = (piece: Uint8Array) => {
    for (const byte of piece) if (byte === content[same]) same++;
  };
  await get(room.fetchFile(decodeFileCard(sent.body)!, { write }));
  return same;
}

async function get<T>(promise: Promise<Result<T, Problem>>): Promise<T> {
  const result = await promise;
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

/** Which of these signatures (key, message, signature) the browser's own Ed25519 lets us remember. */
async function ahead(given: readonly (readonly number[])[][]): Promise<boolean[]> {
  const checks = given.map((parts) => {
    const [publicKey, message, signature] = parts.map((bytes) => Uint8Array.from(bytes));
    return { publicKey: publicKey!, message: message!, signature: signature! };
  });
  const held = new HeldSignatures((bytes) => String.fromCharCode(...webCrypto.hash("sha256", bytes)));
  await verifyAhead(held, crypto.subtle)(checks);
  return checks.map((check) => held.has(held.name(check)!));
}

Object.assign(globalThis, { conformance: all, visit, ahead });
