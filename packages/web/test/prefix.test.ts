import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as joinPath } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run, Running } from "../../cli/test/processes.js";
import { canBrowse, found, join, send, World } from "./browser.js";
import { PrefixProxy } from "./prefixProxy.js";

// Two relays under two paths of one host, behind one proxy: it takes the path off for the one, and not for the other.
describe.skipIf(!canBrowse)("under a path of a host (skipped without /usr/bin/chromium or a build)", () => {
  const folder = mkdtempSync(joinPath(tmpdir(), "conclave-prefix-"));
  const relays: Running[] = [];
  let world: World;
  let proxy: PrefixProxy;

  beforeAll(async () => {
    world = await World.start();
    proxy = await PrefixProxy.start();
    for (const [prefix, strips] of [
      ["/chat", true],
      ["/talk", false],
    ] as const) {
      const flags = ["--trusted-proxies", "1", "--public-url", `${proxy.url}${prefix}`, "--json"];
      const relay = new Running(["serve", "--port", "0", "--data", joinPath(folder, prefix.slice(1)), ...flags]);
      relays.push(relay);
      const { listening } = JSON.parse(await relay.line((line) => line.includes('"ready"'))) as { listening: string };
      proxy.put(prefix, Number(new URL(listening).port), strips);
    }
  }, 120_000);
  afterAll(async () => {
    await world.stop();
    proxy.close();
    for (const relay of relays) await relay.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const line = (page: Page, text: string) => page.getByRole("log").getByRole("article").filter({ hasText: text });

  /** What the browser knows of the page as an app. */
  async function app(page: Page) {
    const scope = await page.evaluate(async () => (await navigator.serviceWorker.ready).scope);
    const devtools = await page.context().newCDPSession(page);
    const { url } = await devtools.send("Page.getAppManifest");
    const { appId } = (await devtools.send("Page.getAppId")) as { appId?: string };
    return { scope, manifest: url, id: appId };
  }

  it.each(["/chat", "/talk"])(
    "%s: a room is founded, joined by its link, talked in, and there again after a reload",
    { timeout: 180_000 },
    async (prefix) => {
      const base = `${proxy.url}${prefix}`;
      const alice = await world.visitor();
      const link = await found(alice, base, "Allotments", "Alice");
      expect(link.slice(0, base.length + "/#/join/".length)).toBe(`${base}/#/join/`);
      const bob = await world.visitor();
      await join(bob, link, "Bob");
      await send(bob, "Under a path");
      await line(alice, "Under a path").waitFor();
      await send(alice, "And back");
      await line(bob, "And back").waitFor();
      await alice.reload();
      await line(alice, "Under a path").waitFor();
      await send(alice, "After a reload");
      await line(bob, "After a reload").waitFor();

      expect(await app(alice)).toEqual({ scope: `${base}/`, manifest: `${base}/manifest.webmanifest`, id: `${base}/` });
      await alice.goto(`${base}/#/settings/security`);
      await alice.getByRole("heading", { name: "Where this page comes from" }).waitFor();
      const told = await alice.getByLabel(/^To compare it with the source/u).inputValue();
      expect(told).toBe(`npx --no conclave verify-web ${base}`);
      const { code, stdout } = await run(["verify-web", base, "--json"]);
      expect([code, JSON.parse(stdout)]).toEqual([0, expect.anything()]);
      await Promise.all([alice, bob].map((page) => page.context().close()));
      // A browser looks for its icon there by itself, where a page has not said it yet.
      expect(proxy.strays.filter((path) => path !== "/favicon.ico")).toEqual([]);
    },
  );
});
