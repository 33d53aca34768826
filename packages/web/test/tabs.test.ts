import type { Result } from "@conclave/codec";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MemoryLock, MemoryStorage, openClient, type Client, type Problem } from "@conclave/client";
import { systemClock, systemRandom, WsTransport } from "@conclave/client/node";
import { nodeCrypto } from "@conclave/crypto/node";
import { preset } from "@conclave/protocol";
import { startRelay, type Relay } from "@conclave/relay";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OpenHome } from "../src/model/home.js";

const CHROMIUM = "/usr/bin/chromium";
const EACH = 100;

/** What `tabsPage.ts` leaves in its page. */
interface Model {
  readonly door: { readonly value: { readonly state: string } };
  readonly rooms: { readonly value: ReadonlyMap<string, { readonly status: { readonly pending: number } }> };
  home(): OpenHome;
  ensureHome(): Promise<boolean>;
}
declare const model: Model;

describe.skipIf(!existsSync(CHROMIUM))("one home in several tabs (skipped without /usr/bin/chromium)", () => {
  const folder = mkdtempSync(join(tmpdir(), "conclave-tabs-"));
  let server: Server;
  let url = "";
  let relay: Relay;
  let node: Client;
  let browser: BrowserContext;

  beforeAll(async () => {
    await bundle(join(folder, "pages"));
    server = createServer((request, response) => {
      const isScript = request.url?.endsWith(".js") === true;
      response.setHeader("content-type", `text/${isScript ? "javascript" : "html"}; charset=utf-8`);
      if (isScript) response.end(readFileSync(join(folder, "pages", request.url!)));
      else response.end("<!doctype html><title>tabs</title><script type=module src=/page.js></script>");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
    relay = await startRelay({ dataDir: join(folder, "relay") });
    const ports = { storage: new MemoryStorage(), transport: new WsTransport(), lock: new MemoryLock() };
    const opened = await openClient({ ...ports, clock: systemClock, random: systemRandom, crypto: nodeCrypto });
    if (!opened.ok) throw new Error(opened.error);
    node = opened.value;
    const args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"];
    browser = await chromium.launchPersistentContext(join(folder, "profile"), { executablePath: CHROMIUM, args });
  });

  afterAll(async () => {
    await browser.close();
    await node.close();
    await relay.close();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function tab(): Promise<Page> {
    const page = await browser.newPage();
    await page.goto(url);
    await page.waitForFunction(() => model.door.value.state !== "starting");
    return page;
  }

  it("A65: two tabs send at once, one of them dies, and no key is used twice (RULE client.one-leader)", async () => {
    const policy = preset("owner");
    const room = await get(node.createRoom({ title: "Garden", name: "Node", policy, relay: relay.address }));
    const terms = { label: "tabs", for: { class: "single" }, notAfter: null, mode: "direct" } as const;
    const { invitation } = await get(room.createInvite(terms));
    const link = room.inviteLink(invitation!.inviteId, relay.address)!;

    const first = await tab();
    const key = await first.evaluate(async (text) => {
      await model.ensureHome();
      const looked = await model.home().home.lookAt(text);
      if (!looked.ok) throw new Error(JSON.stringify(looked.error));
      const joined = await model.home().home.accept(looked.value.ticket, "Tabs");
      if (!joined.ok) throw new Error(JSON.stringify(joined.error));
      return joined.value;
    }, link);
    const second = await tab();
    await second.waitForFunction((known) => model.rooms.value.has(known), key);

    await Promise.all([sendMany(first, key, "first"), sendMany(second, key, "second")]);
    // The tab that has the home goes: the other one's worker takes over, with all that was still to be sent.
    await first.close();
    await second.waitForFunction((known) => model.rooms.value.get(known)?.status.pending === 0, key);
    await sendMany(second, key, "after");
    const all = ["first", "second", "after"].flatMap((name) => names(name));
    await expect.poll(async () => (await texts()).length, { timeout: 30_000 }).toBe(all.length);

    expect((await texts()).toSorted()).toEqual(all.toSorted());
    expect(room.status().alarms).toEqual([]);
    const lines = await room.timeline({ limit: 1000 });
    expect(lines.filter(({ kind }) => kind === "unreadable" || kind === "alarm")).toEqual([]);

    async function texts(): Promise<string[]> {
      const items = await room.timeline({ limit: 1000 });
      return items.flatMap((item) => (item.kind === "message" ? [new TextDecoder().decode(item.message.body)] : []));
    }
  }, 90_000);
});

function names(name: string): string[] {
  return Array.from({ length: EACH }, (_, at) => `${name} ${String(at)}`);
}

/** Posts many messages without waiting for one another; resolves when all are durable. */
async function sendMany(page: Page, key: string, name: string): Promise<void> {
  await page.evaluate(
    async ([room, texts]) => {
      const sent = await Promise.all(texts.map((text) => model.home().room(room).send(text)));
      const bad = sent.find((each) => !each.ok);
      if (bad) throw new Error(JSON.stringify(bad));
    },
    [key, names(name)] as const,
  );
}

async function get<T>(promise: Promise<Result<T, Problem>>): Promise<T> {
  const result = await promise;
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

async function bundle(outDir: string): Promise<void> {
  await build({
    root: fileURLToPath(new URL(".", import.meta.url)),
    configFile: false,
    logLevel: "error",
    base: "/",
    resolve: { conditions: ["@conclave/source", "browser", "module"] },
    worker: { format: "es" },
    build: {
      outDir,
      emptyOutDir: true,
      minify: false,
      rollupOptions: {
        input: fileURLToPath(new URL("tabsPage.ts", import.meta.url)),
        output: { entryFileNames: "page.js" },
      },
    },
  });
}
