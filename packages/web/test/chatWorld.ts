import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Client, MemoryLock, MemoryStorage, openClient, type Result, type RoomSession } from "@conclave/client";
import { systemClock, systemRandom, WsTransport } from "@conclave/client/node";
import { nodeCrypto } from "@conclave/crypto/node";
import { preset } from "@conclave/protocol";
import { type Relay, startRelay } from "@conclave/relay";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { build } from "vite";
import type { Home } from "../src/model/home.js";
import { resolve } from "../vite.config.mjs";

export const CHROMIUM = "/usr/bin/chromium";
const TYPES: Readonly<Record<string, string>> = {
  ".js": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
};

/** What `chatPage.ts` leaves in its page. */
interface Model {
  readonly door: { readonly value: { readonly state: string } };
  readonly rooms: {
    readonly value: ReadonlyMap<string, { readonly status: { readonly standing: string; readonly n: number } }>;
  };
  home(): Home;
  ensureHome(): Promise<boolean>;
}
declare const model: Model;

/** How a page is shown. */
export interface Looks {
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
  readonly touch?: boolean;
}

/** A relay, people in Node, and Chromium with the real pages under their real Content-Security-Policy. */
export class ChatWorld {
  private readonly clients: Client[] = [];
  private readonly contexts: BrowserContext[] = [];

  private constructor(
    private readonly folder: string,
    private readonly server: Server,
    readonly url: string,
    readonly relay: Relay,
    readonly browser: Browser,
  ) {}

  static async start(): Promise<ChatWorld> {
    const folder = mkdtempSync(join(tmpdir(), "conclave-chat-"));
    await bundle(join(folder, "pages"));
    const relay = await startRelay({ dataDir: join(folder, "relay") });
    const headers = pageHeaders(relay.address.replace(/^http/u, "ws"));
    const server = createServer((request, response) => {
      const path = new URL(request.url!, "http://page").pathname;
      const type = TYPES[extname(path)];
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      response.setHeader("content-type", `${type ?? "text/html"}; charset=utf-8`);
      if (type) response.end(readFileSync(join(folder, "pages", path)));
      else {
        response.end(
          '<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width, initial-scale=1" /><title>Conclave</title><link rel=stylesheet href=/page.css></head><body><div id=app></div><script type=module src=/page.js></script></body></html>',
        );
      }
    });
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
    return new ChatWorld(folder, server, url, relay, browser);
  }

  async stop(): Promise<void> {
    await this.browser.close();
    for (const client of this.clients) await client.close();
    await this.relay.close();
    this.server.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A person in Node. */
  async person(): Promise<Client> {
    const ports = { storage: new MemoryStorage(), transport: new WsTransport(), lock: new MemoryLock() };
    const opened = await openClient({ ...ports, clock: systemClock, random: systemRandom, crypto: nodeCrypto });
    if (!opened.ok) throw new Error(opened.problem);
    this.clients.push(opened.client);
    return opened.client;
  }

  /** A room of a person in Node. */
  async found(title: string, name: string): Promise<RoomSession> {
    const client = await this.person();
    return get(client.createRoom({ title, name, policy: preset("openHouse"), relay: this.relay.address }));
  }

  /** Another person in Node comes in. */
  async join(room: RoomSession, name: string): Promise<RoomSession> {
    const client = await this.person();
    const looked = await get(client.lookAt(await this.link(room)));
    const joined = await get(looked.accept(name));
    await get(joined.synced(20_000));
    await get(room.synced(20_000));
    return joined;
  }

  /** Chromium comes into the room, and shows it. Each page is another person. */
  async open(room: RoomSession, name: string, looks: Looks = {}): Promise<Page> {
    const { width = 1280, height = 800, dark = false, touch = false } = looks;
    const context = await this.browser.newContext({
      viewport: { width, height },
      colorScheme: dark ? "dark" : "light",
      hasTouch: touch,
      locale: "en-GB",
      permissions: ["clipboard-read", "clipboard-write"],
    });
    this.contexts.push(context);
    const page = await context.newPage();
    page.on("console", (message) => console.log(name, message.text()));
    page.on("pageerror", (error) => console.log(name, error));
    await page.goto(this.url);
    await page.waitForFunction(() => model.door.value.state === "none" || model.door.value.state === "open");
    const key = await page.evaluate(
      async ([link, own]) => {
        await model.ensureHome();
        const looked = await model.home().home.lookAt(link);
        if (!looked.ok) throw new Error(JSON.stringify(looked.problem));
        const joined = await model.home().home.accept(looked.value.ticket, own);
        if (!joined.ok) throw new Error(JSON.stringify(joined.problem));
        return joined.value;
      },
      [await this.link(room), name] as const,
    );
    await page.waitForFunction((known) => model.rooms.value.get(known)?.status.standing === "member", key);
    await page.evaluate((known) => {
      location.hash = `#/room/${known}`;
    }, key);
    await page.getByRole("log").waitFor();
    return page;
  }

  private async link(room: RoomSession): Promise<string> {
    const terms = { label: "chat", for: { class: "single" }, notAfter: null, mode: "direct" } as const;
    const { invitation } = await get(room.createInvite(terms));
    return room.inviteLink(invitation!.inviteId, this.relay.address)!;
  }
}

export async function get<T>(promise: Promise<Result<T>>): Promise<T> {
  const result = await promise;
  if (!result.ok) throw new Error(JSON.stringify(result.problem));
  return result.value;
}

// As the page is served, with this relay beside it.
function pageHeaders(relay: string): Record<string, string> {
  const file = fileURLToPath(new URL("../src/trust/headers.json", import.meta.url));
  const headers = JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
  const policy = headers["Content-Security-Policy"]!.replace("connect-src 'self'", `connect-src 'self' ${relay}`);
  return { ...headers, "Content-Security-Policy": policy };
}

async function bundle(outDir: string): Promise<void> {
  await build({
    root: fileURLToPath(new URL("..", import.meta.url)),
    configFile: false,
    logLevel: "error",
    base: "/",
    resolve,
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    worker: { format: "es" },
    build: {
      outDir,
      emptyOutDir: true,
      minify: false,
      assetsInlineLimit: 0,
      cssCodeSplit: false,
      modulePreload: { polyfill: false },
      rollupOptions: {
        input: fileURLToPath(new URL("chatPage.ts", import.meta.url)),
        output: { entryFileNames: "page.js", assetFileNames: "page[extname]" },
      },
    },
  });
}
