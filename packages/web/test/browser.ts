import type { Result } from "@conclave/codec";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join as pathOf } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Client, MemoryLock, MemoryStorage, openClient, type RoomSession, type Problem } from "@conclave/client";
import { systemClock, systemRandom, WsTransport } from "@conclave/client/node";
import { nodeCrypto } from "@conclave/crypto/node";
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from "playwright-core";
import { vi } from "vitest";

const CHROMIUM = "/usr/bin/chromium";
const CLI = fileURLToPath(new URL("../../cli/dist/main.js", import.meta.url));
const PAGES = fileURLToPath(new URL("../dist/index.html", import.meta.url));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Whether the real thing can be run here: Chromium, the command line and the pages are there (`npm run build`). */
export const canBrowse = [CHROMIUM, CLI, PAGES].every((path) => existsSync(path));

/**
 * How long a state is waited for: longer than the app itself waits before it tries to reach its server again (30 s), and than
 * anything takes on a machine that is busy with other things. What has to be quick is measured in speed.test.ts.
 */
export const PATIENCE_MS = 60_000;
vi.setConfig({ testTimeout: 5 * PATIENCE_MS, hookTimeout: 3 * PATIENCE_MS });

/** How the ring of the open room is drawn. */
export function ringOf(page: Page): Promise<string | null> {
  return page.locator('[data-pane="main"] header [data-ring]').getAttribute("data-ring");
}

/** Chooses from the menu at the top of the open room. */
export async function fromRoomMenu(page: Page, item: string): Promise<void> {
  await page.getByRole("button", { name: "More about this room" }).click();
  await page.getByRole("menuitem", { name: item, exact: true }).click();
}

/** How somebody's browser looks. */
export interface Looks {
  readonly width?: number;
  readonly height?: number;
  readonly theme?: "light" | "dark";
  readonly language?: string;
}

/** A server as people run it, one Chromium, and people: in browsers of their own, or in Node. */
export class World {
  private readonly clients: Client[] = [];
  private readonly contexts: BrowserContext[] = [];

  private constructor(
    private readonly folder: string,
    private readonly server: Server,
    readonly browser: Browser,
  ) {}

  /** Where the pages and the relay are, without a slash at the end. */
  get url(): string {
    return this.server.url;
  }

  static async start(): Promise<World> {
    const folder = mkdtempSync(pathOf(tmpdir(), "conclave-web-"));
    const server = await Server.start(pathOf(folder, "data"));
    // A name that is not this machine's own, for what browsers forbid to plain http from elsewhere.
    const args = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP plain.local 127.0.0.1"];
    const browser = await chromium.launch({ executablePath: CHROMIUM, args });
    return new World(folder, server, browser);
  }

  async stop(): Promise<void> {
    await this.browser.close();
    for (const client of this.clients) await client.close();
    await this.server.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Another server, of somebody else. Stop it by yourself. */
  another(flags: readonly string[] = [], settings: Readonly<Record<string, string>> = {}): Promise<Server> {
    return Server.start(mkdtempSync(pathOf(this.folder, "other-")), flags, settings);
  }

  /** A browser of its own: nothing is shared with the others. The page is not loaded yet. */
  async visitor({ width = 1280, height = 800, theme = "light", language = "en-GB" }: Looks = {}): Promise<Page> {
    const context = await this.browser.newContext({
      viewport: { width, height },
      colorScheme: theme,
      locale: language,
      reducedMotion: "reduce",
      hasTouch: width < 600,
    });
    this.contexts.push(context);
    // For every page that this browser opens.
    context.setDefaultTimeout(PATIENCE_MS);
    return context.newPage();
  }

  /** A person who uses Node: quicker than a browser where the browser is not what is tested. */
  async person(): Promise<Client> {
    const ports = { storage: new MemoryStorage(), transport: new WsTransport(), lock: new MemoryLock() };
    const opened = await openClient({ ...ports, clock: systemClock, random: systemRandom, crypto: nodeCrypto });
    if (!opened.ok) throw new Error(opened.error);
    this.clients.push(opened.value);
    return opened.value;
  }

  /** An invite of a room, for these pages. */
  async invite(room: RoomSession, options: Partial<Parameters<RoomSession["createInvite"]>[0]> = {}): Promise<string> {
    const multi = { class: "multi", limit: 20 } as const;
    const made = await get(
      room.createInvite({ label: "Test", for: multi, notAfter: null, mode: "direct", ...options }),
    );
    return room.inviteLink(made.invitation!.inviteId, this.url)!;
  }
}

// A test that fails before it stops its server leaves none behind.
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** `conclave serve` in a process of its own. */
export class Server {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  static async start(data: string, flags: readonly string[] = [], settings = {}): Promise<Server> {
    const env = { ...process.env, ...settings };
    const child = spawn(process.execPath, [CLI, "serve", "--port", "0", "--data", data, ...flags], { env });
    running.add(child);
    child.once("exit", () => running.delete(child));
    const url = await new Promise<string>((resolve, reject) => {
      child.once("exit", (code) => reject(new Error(`conclave serve ended with ${String(code)}`)));
      createInterface({ input: child.stdout }).on("line", (line) => {
        const found = /^\s+(?:Open|Address)\s+(\S+)/u.exec(line)?.[1];
        if (found) resolve(found.replace(/\/$/u, ""));
      });
    });
    return new Server(child, url);
  }

  /** At once: how it ends in peace is tested elsewhere. */
  stop(): Promise<void> {
    return new Promise((resolve) => {
      if (this.child.signalCode !== null || this.child.exitCode !== null) resolve();
      this.child.once("exit", () => resolve());
      this.child.kill("SIGKILL");
    });
  }
}

/** Starts a room with the usual rules as a new person, up to the invite link, and goes into it. Gives the link. */
export async function found(page: Page, url: string, title: string, name: string): Promise<string> {
  await page.goto(`${url}/#/start`);
  await page.getByLabel("Your name").fill(name);
  await page.getByLabel("Name of the room").fill(title);
  await page.getByRole("button", { name: "Start the room" }).click();
  return ownLink(page);
}

/** The link that waits in a new room, which is open. */
export async function ownLink(page: Page): Promise<string> {
  await page.getByRole("textbox", { name: /^Message/u }).waitFor();
  return page.getByRole("log").getByLabel("Invite link").inputValue();
}

/** Opens an invite link as it comes, and takes the place. */
export async function join(page: Page, link: string, name: string): Promise<void> {
  await page.goto(link);
  await consent(page);
  await page.getByLabel("Your name").fill(name);
  await page.getByRole("button", { name: "Join", exact: true }).click();
  await page.getByRole("textbox", { name: /^Message/u }).waitFor();
}

/** Lets the page ask the server of an invite, where it asks first: it does unless it came from that server. */
export async function consent(page: Page): Promise<void> {
  const show = page.getByRole("button", { name: "Show the room" });
  const field = page.getByLabel("Your name");
  await show.or(field).first().waitFor();
  if (await show.isVisible()) await show.click();
}

/** The 24 words of the open sheet, in their order; covered, they are shown first. */
export async function readWords(page: Page): Promise<string[]> {
  const list = page.getByRole("list", { name: "Recovery words, in order" });
  const show = page.getByRole("button", { name: "Show the words" });
  await show.or(list).first().waitFor();
  if (await show.isVisible()) await show.click();
  const items = await list.getByRole("listitem").allInnerTexts();
  return items.map((text) => text.replace(/[^a-z]+/gu, ""));
}

/** Writes the words of the open sheet down: sees them, says so, and types those that are asked for. Gives all of them. */
export async function writeDown(page: Page): Promise<string[]> {
  const words = await readWords(page);
  await page.getByRole("button", { name: "I’ve written them down" }).click();
  for (const field of await askedWords(page)) await field.fill(words[(await placeOf(field)) - 1]!);
  await page.getByRole("button", { name: "Check", exact: true }).click();
  return words;
}

/** The fields of the words that are asked for. */
export async function askedWords(page: Page): Promise<Locator[]> {
  const fields = page.getByRole("textbox", { name: /^Word \d+$/u });
  await fields.first().waitFor();
  return fields.all();
}

/** Which word a field asks for: 1 to 24. */
export async function placeOf(field: Locator): Promise<number> {
  const label = await field.evaluate((input) => (input as HTMLInputElement).labels?.[0]?.textContent);
  return Number(/\d+/u.exec(label ?? "")?.[0]);
}

/** Writes a message into the open room. */
export async function send(page: Page, text: string): Promise<void> {
  await page.getByRole("textbox", { name: /^Message/u }).fill(text);
  // Enter is a new line on a phone.
  await page.getByRole("button", { name: "Send", exact: true }).click();
}

/** What axe finds wrong on the page: rule, and where. Empty when nothing. */
export async function axeFaults(page: Page): Promise<string[]> {
  // Through the protocol, not as a script element: the page's Content-Security-Policy stays as it is.
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe: run } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { target: unknown[]; failureSummary: string }[] }[] }> };
    };
    // A colour that is half way from one theme to the other is nobody's choice. A theme takes effect in a frame,
    // and only then do its transitions begin.
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const ending = () =>
      document.getAnimations().filter((each) => each.effect?.getComputedTiming().endTime !== Infinity);
    do {
      await frame();
      await frame();
      await Promise.allSettled(ending().map((each) => each.finished));
    } while (ending().length > 0);
    const { violations } = await run.run();
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${String(target)}: ${failureSummary}`),
    );
  });
}

/** The value of a result that has to be one. */
export async function get<T>(result: Promise<Result<T, Problem>>): Promise<T> {
  const found = await result;
  if (!found.ok) throw new Error(JSON.stringify(found.error));
  return found.value;
}
