import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RoomId } from "@conclave/client/pure";
import { inviteLink } from "@conclave/protocol";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Running } from "../../cli/test/processes.js";
import { startRelay } from "../../cli/test/processes.js";
import { anotherBuild, HostileHost } from "./hostileHost.js";

const LINK = inviteLink("", {
  ...{ roomId: RoomId.of(new Uint8Array(32).fill(1)), secret: new Uint8Array(32).fill(2), relay: "ws://127.0.0.1:1" },
  floor: { seq: 0, head: new Uint8Array(32) },
}).slice("/#/join/".length);
const CHROMIUM = "/usr/bin/chromium";

describe.skipIf(!existsSync(CHROMIUM))("the pages in Chromium (skipped without /usr/bin/chromium)", () => {
  const folder = mkdtempSync(join(tmpdir(), "conclave-pages-"));
  let relay: Running;
  let address = "";
  let browser: BrowserContext;
  let host: HostileHost;
  let page: Page;
  const requests: string[] = [];

  beforeAll(async () => {
    ({ relay, address } = await startRelay(join(folder, "data")));
    // A profile of its own: pages in a private window cannot be installed.
    browser = await chromium.launchPersistentContext(join(folder, "profile"), {
      executablePath: CHROMIUM,
      args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    });
    browser.on("request", (request) => requests.push(request.url()));
  });
  afterAll(async () => {
    await browser.close();
    await relay.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  // Each test has an origin of its own: another port.
  beforeEach(async () => {
    host = await HostileHost.before(() => address);
    page = await browser.newPage();
  });
  afterEach(async () => {
    await page.close();
    host.close();
  });

  const welcome = () =>
    page
      .getByText(/^start a room$/iu)
      .first()
      .waitFor({ timeout: 15_000 });
  const visit = async () => {
    await page.goto(host.url);
    await welcome();
    await page.waitForFunction(async () => (await navigator.serviceWorker.ready).active?.state === "activated");
  };
  const heldCaches = () => page.evaluate(() => caches.keys());

  it("a session asks nobody but its own host, leaves no error, and can be installed", async () => {
    const errors: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") errors.push(message.text());
    });
    page.on("pageerror", (error) => errors.push(error.message));
    requests.length = 0;
    await visit();
    await page.reload();
    await welcome();
    expect(requests.length).toBeGreaterThan(5);
    expect(requests.filter((url) => !url.startsWith(host.url))).toEqual([]);
    expect(errors).toEqual([]);
    const devtools = await browser.newCDPSession(page);
    expect(await devtools.send("Page.getInstallabilityErrors")).toEqual({ installabilityErrors: [] });
    expect((await devtools.send("Page.getAppManifest")).errors).toEqual([]);
  });

  it("A86: an inline script, a script of another origin, a handler in the page and eval do not run", async () => {
    const other = await HostileHost.before(() => address);
    other.tamper = (answer) => {
      if (answer.path !== "evil.js") return;
      answer.status = 200;
      answer.headers = { "content-type": "text/javascript", "cross-origin-resource-policy": "cross-origin" };
      answer.body = Buffer.from("document.title = 'remote ran'");
    };
    const injected = `<script>document.title = 'inline ran'</script><script src="${other.url}evil.js"></script>
      <img src="nothing" onerror="document.title = 'handler ran'"><base href="${other.url}">`;
    host.tamper = (answer) => {
      if (answer.path === "") answer.body = Buffer.from(answer.body.toString().replace("<body>", `<body>${injected}`));
    };
    const blocked: string[] = [];
    page.on("console", (message) => blocked.push(message.text()));
    await page.goto(host.url);
    await welcome();
    const evaluated = await page.evaluate(async () => {
      // What a debugger evaluates may use eval; what a timer calls later is the page's own.
      await new Promise((resolve) => setTimeout(resolve, 0));
      const attempt = (work: () => unknown) => {
        try {
          return String(work());
        } catch (error) {
          return (error as Error).name;
        }
      };
      const made = document.createElement("script");
      return [
        // eslint-disable-next-line @typescript-eslint/no-implied-eval -- what must not work
        attempt(() => new Function("document.title = 'eval ran'")()),
        attempt(() => (made.text = "document.title = 'text ran'")),
        attempt(() => (made.src = "/assets/any.js")),
        attempt(() => new Worker("/assets/any.js")),
        attempt(() => new Worker("data:text/javascript,1")),
      ];
    });
    expect(evaluated).toEqual(["EvalError", "TypeError", "TypeError", "TypeError", "TypeError"]);
    expect(await page.title()).not.toContain("ran");
    expect(blocked.join("\n")).toMatch(/inline script/u);
    expect(blocked.join("\n")).toContain("evil.js");
    expect(other.asked).toEqual([]);
    other.close();
  });

  it("A36: RULE web.link-mended: a link that was moved before the number sign goes back behind it, and no server sees it", async () => {
    await visit();
    host.asked.length = 0;
    for (const path of [`%23/join/${LINK}`, `?to=%23%2Fjoin%2F${LINK}`]) {
      await page.goto(host.url + path);
      await page.getByRole("heading", { name: "You have been invited" }).waitFor();
      expect(page.url()).toBe(`${host.url}#/join`);
      expect(await page.getByText("may have seen this link").count()).toBe(0);
    }
    expect(host.asked.filter((each) => each.includes("v1."))).toEqual([]);
  });

  it("A36: a link that a server was shown is taken out of the address, asked for no second time, and told", async () => {
    await page.goto(`${host.url}?to=%23%2Fjoin%2F${LINK}`);
    await page.getByText("A server may have seen this link").waitFor();
    expect(page.url()).toBe(`${host.url}#/join`);
    await page.waitForFunction(async () => (await navigator.serviceWorker.ready).active?.state === "activated");
    expect(requests.filter((url) => url.startsWith(host.url) && url.includes(LINK))).toHaveLength(1);
  });

  it("A87: RULE web.trusted-types: no way from text to HTML, and no second policy", async () => {
    await visit();
    const outcomes = await page.evaluate(() => {
      const attempt = (work: () => unknown) => {
        try {
          work();
          return "done";
        } catch (error) {
          return (error as Error).name;
        }
      };
      const text = "<img src=x onerror=\"document.title='ran'\">";
      const element = document.createElement("div");
      const { trustedTypes } = globalThis as unknown as {
        trustedTypes: { createPolicy(name: string, rules: object): unknown };
      };
      return [
        attempt(() => (element.innerHTML = text)),
        attempt(() => (element.outerHTML = text)),
        attempt(() => {
          element.insertAdjacentHTML("beforeend", text);
        }),
        attempt(() => new DOMParser().parseFromString(text, "text/html")),
        attempt(() => document.createRange().createContextualFragment(text)),
        attempt(() => (document.createElement("iframe").srcdoc = text)),
        attempt(() => trustedTypes.createPolicy("conclave", {})),
        attempt(() => trustedTypes.createPolicy("default", { createHTML: (given: string) => given })),
      ];
    });
    expect(outcomes).toEqual(outcomes.map(() => "TypeError"));
    expect(await page.title()).not.toBe("ran");
  });

  it("starts without the host once it was there; every document and script then comes from the held build with its own headers (RULE web.only-held)", async () => {
    await visit();
    host.tamper = (answer) => {
      answer.headers["content-security-policy"] = "default-src *";
      answer.body = Buffer.from("<title>replaced</title>");
    };
    host.asked.length = 0;
    const reloaded = await page.reload();
    await welcome();
    expect(reloaded!.headers()["content-security-policy"]).toContain("trusted-types conclave");
    const elsewhere = await page.goto(`${host.url}healthz`);
    expect(elsewhere!.headers()["content-security-policy"]).toContain("default-src 'none'");
    await welcome();
    const foreign = await page.evaluate(async () => {
      const { status } = await fetch("assets/evil.js");
      return [status, (await fetch("relay")).status];
    });
    expect(foreign).toEqual([404, 404]);
    const asked = new Set(host.asked);
    for (const path of ["/conclave.json", "/conclave-manifest.json", "/serviceWorker.js"]) asked.delete(path);
    expect([...asked]).toEqual([]);
    host.close();
    await page.goto(host.url);
    await welcome();
    expect(await page.title()).toContain("Conclave");
  });

  it("RULE web.verified-cache: files that are not what the manifest says are not stored, and the page works without", async () => {
    host.tamper = (answer) => {
      if (answer.path === "manifest.webmanifest") answer.body = Buffer.concat([answer.body, Buffer.from(" ")]);
    };
    await page.goto(host.url);
    await welcome();
    await expect.poll(() => host.asked, { timeout: 10_000 }).toContain("/conclave-manifest.json");
    await expect
      .poll(() => page.evaluate(() => navigator.serviceWorker.getRegistration().then(String)), { timeout: 10_000 })
      .toBe("undefined");
    expect(await heldCaches()).toEqual([]);
  });

  it("RULE web.pinned: another build on the host is noticed, taken only by consent, and can be declined; a broken one cannot be taken", async () => {
    await visit();
    const [first] = await heldCaches();
    const next = await anotherBuild(host);
    await page.reload();
    await welcome();
    const offer = await pinned(page, (pin) => pin.offer !== null);
    expect(offer).toMatchObject({ version: "0.1.0", offer: { version: "9.9.9", fault: null, isDeclined: false } });
    // Looked at, stored, and not used.
    expect(await page.locator("meta[name=next]").count()).toBe(0);
    expect((await heldCaches()).sort()).toEqual([first, `conclave-${offer.offer!.build}`].sort());

    await say(page, { type: "decline", build: offer.offer!.build });
    await page.reload();
    await welcome();
    expect((await pinned(page)).offer!.isDeclined).toBe(true);

    next.isBroken = true;
    next.version = "9.9.10";
    await say(page, { type: "check" });
    const broken = await pinned(page, (pin) => pin.offer?.fault === "files_differ");
    await say(page, { type: "accept", build: broken.offer!.build });
    expect((await pinned(page)).build).toBe(broken.build);

    next.isBroken = false;
    await say(page, { type: "check" });
    const whole = await pinned(page, (pin) => pin.offer?.fault === null);
    await say(page, { type: "accept", build: whole.offer!.build });
    await page.reload();
    await welcome();
    expect(await page.locator("meta[name=next]").count()).toBe(1);
    expect(await pinned(page)).toMatchObject({ build: whole.offer!.build, version: "9.9.10", offer: null });
    expect(await heldCaches()).toHaveLength(2);
  });

  it("a held build that never starts gives way to a whole offer, after a minute and three tries", async () => {
    await visit();
    await anotherBuild(host);
    await say(page, { type: "check" });
    const { offer } = await pinned(page, (pin) => pin.offer !== null);
    const silent = async (starts: number, age: number) => {
      await page.evaluate(
        async ([count, since]) => {
          const database = await new Promise<IDBDatabase>((resolve) => {
            const opening = indexedDB.open("conclave-trust");
            opening.onsuccess = () => resolve(opening.result);
          });
          const store = database.transaction("pins", "readwrite").objectStore("pins");
          await new Promise<void>((resolve) => {
            const reading = store.get("held");
            reading.onsuccess = () => {
              store.put({ ...(reading.result as object), silent: { starts: count, since } }, "held").onsuccess = () =>
                resolve();
            };
          });
          database.close();
        },
        [starts, Date.now() - age] as const,
      );
    };
    const devtools = await browser.newCDPSession(page);
    await devtools.send("ServiceWorker.enable");
    for (const [starts, age, taken] of [
      [3, 1000, false],
      [2, 120_000, false],
      [3, 120_000, true],
    ] as const) {
      await silent(starts, age);
      // The service worker remembers the pin while it runs.
      await devtools.send("ServiceWorker.stopAllWorkers");
      await page.reload();
      await welcome();
      expect([starts, (await pinned(page)).build === offer!.build]).toEqual([starts, taken]);
    }
  });

  it("A86: RULE web.replaced: a host that brings another service worker under an open page is told of, whatever that one says", async () => {
    await visit();
    // Held from here on.
    await page.goto(`${host.url}#/start`);
    await page.reload();
    await page.getByLabel("Your name").fill("Alice");
    await page.getByLabel("Name of the room").fill("Garden");
    await page.getByRole("button", { name: "Start the room" }).click();
    await page.getByRole("textbox", { name: /^Message/u }).waitFor();
    await page.goto(`${host.url}#/rooms`);
    await page.getByRole("link", { name: /^Garden/u }).waitFor();
    const held = await pinned(page);
    const banner = page.getByText("The server has changed what loads Conclave in this browser");
    // An update that waits, as honest ones do, is no such thing.
    host.tamper = (answer) => {
      if (answer.path === "serviceWorker.js") answer.body = Buffer.concat([answer.body, Buffer.from("\n// newer\n")]);
    };
    await page.evaluate(async () => {
      await (await navigator.serviceWorker.ready).update();
    });
    await page.waitForFunction(async () => (await navigator.serviceWorker.ready).waiting !== null);
    expect(await banner.count()).toBe(0);
    // It claims to hold the very same build.
    const evil = `
      addEventListener("install", (event) => event.waitUntil(skipWaiting()));
      addEventListener("activate", (event) => event.waitUntil(clients.claim()));
      addEventListener("message", (event) => event.ports[0]?.postMessage(${JSON.stringify(held)}));
    `;
    host.tamper = (answer) => {
      if (answer.path === "serviceWorker.js") answer.body = Buffer.from(evil);
    };
    await page.evaluate(async () => {
      await (await navigator.serviceWorker.ready).update();
    });
    await banner.waitFor();
    expect(await page.getByRole("alert").filter({ has: banner }).count()).toBe(1);
  });

  it("A102: a host that wipes the browser's storage by a header leaves a page that starts, at the welcome screen", async () => {
    await visit();
    await page.evaluate(() => {
      localStorage.setItem("left", "behind");
    });
    host.tamper = (answer) => {
      answer.headers["clear-site-data"] = '"*"';
    };
    // The held page asks the host what it serves; the answer wipes everything.
    await page.evaluate(() => fetch("conclave.json").catch(() => null));
    await page.waitForFunction(async () => (await caches.keys()).length === 0, null, { timeout: 10_000 });
    host.tamper = null;
    await page.goto("about:blank");
    await page.goto(host.url);
    await welcome();
    expect(await page.evaluate(() => localStorage.getItem("left"))).toBeNull();
    await page
      .getByText(/recovery words/iu)
      .first()
      .waitFor({ timeout: 5000 });
  });
});

interface StoredPin {
  readonly build: string;
  readonly version: string;
  readonly offer: { build: string; version: string; fault: string | null; isDeclined: boolean } | null;
}

/** What a page says to its service worker, and the answer. */
async function say(page: Page, request: object): Promise<StoredPin> {
  return await page.evaluate(async (given) => {
    const { active } = await navigator.serviceWorker.ready;
    const { port1, port2 } = new MessageChannel();
    return await new Promise<StoredPin>((resolve) => {
      port1.onmessage = ({ data }: MessageEvent<StoredPin>) => resolve(data);
      active!.postMessage(given, [port2]);
    });
  }, request);
}

/** The pin as soon as it is so. */
async function pinned(page: Page, isSo: (pin: StoredPin) => boolean = () => true): Promise<StoredPin> {
  for (let n = 0; n < 100; n++) {
    const pin = await say(page, { type: "status" });
    if (isSo(pin)) return pin;
    await page.waitForTimeout(50);
  }
  throw new Error("the pin never became so");
}
