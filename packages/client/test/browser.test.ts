import type { Result } from "@conclave/codec";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { decodeFileCard, openClient, type Problem } from "@conclave/client";
import { HomeLock, SqliteStorage, systemClock, systemRandom, WsTransport } from "@conclave/client/node";
import { nodeCrypto } from "@conclave/crypto/node";
import { preset } from "@conclave/protocol";
import { startRelay } from "@conclave/relay";
import { chromium, type Page as BrowserPage } from "playwright-core";
import { build } from "vite";
import { beforeAll, describe, expect, it } from "vitest";
import {
  clockConformance,
  lockConformance,
  randomConformance,
  storageConformance,
  transportConformance,
} from "@conclave/client/conformance";
import { SEPARATING } from "@conclave/crypto/testing";
import type { Outcome, Visit } from "./browserPage.js";
import { echoPeer } from "./echoPeer.js";
import { pageFile } from "./pageFile.js";

const CHROMIUM = "/usr/bin/chromium";
const FLAGS =
  "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";
const suites: Record<string, readonly { title: string }[]> = {
  storage: storageConformance,
  transport: transportConformance,
  lock: lockConformance,
  clock: clockConformance,
  random: randomConformance,
};

describe.skipIf(!existsSync(CHROMIUM))("the browser drivers in Chromium (skipped without /usr/bin/chromium)", () => {
  let outcomes: Record<string, Outcome[]> = {};
  let script = "";

  beforeAll(async () => {
    script = await bundle();
    outcomes = await inChromium(script, runSuites);
  }, 120_000);

  it("a client in a page joins the room of a client in Node, talks, and goes on after it was opened again", async () => {
    const folder = mkdtempSync(join(tmpdir(), "conclave-visit-"));
    const relay = await startRelay({ dataDir: join(folder, "relay") });
    const opened = await openClient({
      storage: new SqliteStorage(join(folder, "home.db")),
      transport: new WsTransport(),
      clock: systemClock,
      random: systemRandom,
      crypto: nodeCrypto,
      lock: new HomeLock(join(folder, "lock")),
    });
    if (!opened.ok) throw new Error(opened.error);
    const { value: client } = opened;
    const policy = preset("owner");
    const room = await get(client.createRoom({ title: "Garden", name: "Node", policy, relay: relay.address }));
    const terms = { label: "page", for: { class: "single" }, notAfter: null, mode: "direct" } as const;
    const { invitation } = await get(room.createInvite(terms));
    const link = room.inviteLink(invitation!.inviteId, relay.address)!;
    const { texts, peopleCode, fileBack } = await inChromium(script, (page) =>
      page.evaluate((given) => (globalThis as unknown as Page).visit(given), link),
    );
    await get(room.synced(10_000));
    expect(texts).toEqual(["hello from a page", "and again"]);
    const items = await room.timeline();
    const seen = items.flatMap((item) =>
      item.kind === "message" && item.message.kind === "text" ? [new TextDecoder().decode(item.message.body)] : [],
    );
    expect(seen).toEqual(texts);
    // The page's file, encrypted by the browser's primitives, opened here by Node's.
    const cards = items.flatMap((item) =>
      item.kind === "message" && item.message.kind === "file" ? [decodeFileCard(item.message.body)!] : [],
    );
    expect(cards).toMatchObject([{ name: "page.bin", size: pageFile().length }]);
    expect(Buffer.compare((await get(room.fetchFile(cards[0]!)))!, pageFile())).toBe(0);
    expect(fileBack).toBe(pageFile().length);
    expect(room.members().map(({ name }) => name)).toEqual(["Node", "Page"]);
    expect(peopleCode).toBe(room.peopleCode());
    await client.close();
    await relay.close();
    rmSync(folder, { recursive: true, force: true });
  }, 120_000);

  it("Chromium's own Ed25519 is of our rule: it verifies ahead what a newcomer has to verify, and nothing else", async () => {
    const signed = [1, 2, 3].map((byte) => {
      const seed = new Uint8Array(32).fill(byte);
      const message = new Uint8Array(300).fill(byte);
      return [nodeCrypto.ed25519PublicKey(seed), message, nodeCrypto.ed25519Sign(seed, message)];
    });
    const altered = signed.map(([key, message, signature]) => [key!, message!.map((byte) => byte ^ 1), signature!]);
    const separating = SEPARATING.slice(1).map(([key, message, r, s]) => [
      Buffer.from(key, "hex"),
      Uint8Array.of(message),
      Buffer.from(r + s, "hex"),
    ]);
    const given = [...signed, ...altered, ...separating].map((parts) => parts.map((bytes) => [...bytes]));
    const held = await inChromium(script, (page) =>
      page.evaluate((checks) => (globalThis as unknown as Page).ahead(checks), given),
    );
    expect(held).toEqual(given.map((_, at) => at < signed.length));
  });

  for (const [name, cases] of Object.entries(suites)) {
    describe(name, () => {
      for (const { title } of cases) {
        it(title, () => {
          expect(outcomes[name]?.find((outcome) => outcome.title === title)).toEqual({ title, error: null });
        });
      }
    });
  }
});

/** One classic script with the drivers and the suites. */
async function bundle(): Promise<string> {
  const result = await build({
    root: fileURLToPath(new URL("..", import.meta.url)),
    configFile: false,
    logLevel: "error",
    resolve: { conditions: ["@conclave/source", "browser", "module", "import"] },
    build: {
      write: false,
      minify: false,
      lib: { entry: fileURLToPath(new URL("browserPage.ts", import.meta.url)), formats: ["iife"], name: "page" },
    },
  });
  const first = Array.isArray(result) ? result[0] : result;
  if (!first || !("output" in first)) throw new Error("vite gave no output");
  return first.output[0].code;
}

interface Page {
  conformance(urls: { url: string; deadUrl: string }): Promise<Record<string, Outcome[]>>;
  visit(link: string): Promise<Visit>;
  ahead(checks: readonly (readonly number[])[][]): Promise<boolean[]>;
}

async function get<T>(promise: Promise<Result<T, Problem>>): Promise<T> {
  const result = await promise;
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

async function runSuites(page: BrowserPage): Promise<Record<string, Outcome[]>> {
  const peer = await echoPeer();
  try {
    const urls = { url: peer.url, deadUrl: peer.deadUrl };
    return await page.evaluate((given) => (globalThis as unknown as Page).conformance(given), urls);
  } finally {
    await peer.close();
  }
}

/** Does something with a page that has the script. */
async function inChromium<T>(script: string, work: (page: BrowserPage) => Promise<T>): Promise<T> {
  const profile = mkdtempSync(join(tmpdir(), "conclave-chromium-"));
  const pages = createServer((request, response) => {
    const isScript = request.url === "/page.js";
    response.setHeader("content-type", `text/${isScript ? "javascript" : "html"}; charset=utf-8`);
    response.end(isScript ? script : "<!doctype html><title>conformance</title><script src=/page.js></script>");
  });
  await new Promise<void>((resolve) => pages.listen(0, "127.0.0.1", resolve));
  const browser = await chromium.launchPersistentContext(profile, { executablePath: CHROMIUM, args: FLAGS.split(" ") });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${String((pages.address() as AddressInfo).port)}/`);
    return await work(page);
  } finally {
    await browser.close();
    pages.close();
    rmSync(profile, { recursive: true, force: true });
  }
}
