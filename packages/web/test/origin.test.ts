import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as pathOf } from "node:path";
import { fileURLToPath } from "node:url";
import type { RoomSession } from "@conclave/client";
import { preset } from "@conclave/protocol";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run, Running } from "../../cli/test/processes.js";
import { axeFaults, canBrowse, found, get, join, Server, World } from "./browser.js";
import { anotherBuild, HostileHost } from "./hostileHost.js";

const SIGNATURE = fileURLToPath(new URL("../dist/conclave-manifest.sig.json", import.meta.url));

describe.skipIf(!canBrowse)(
  "where the pages come from, as a person sees it in Chromium (skipped without a build)",
  () => {
    const folder = mkdtempSync(pathOf(tmpdir(), "conclave-origin-"));
    let world: World;
    let host: HostileHost;
    let room: RoomSession;

    beforeAll(async () => {
      world = await World.start();
      host = await HostileHost.before(() => `${world.url}/`);
      const alice = await world.person();
      room = await get(
        alice.createRoom({ title: "Garden club", name: "Alice", policy: preset("open"), relay: world.url }),
      );
    });
    afterAll(async () => {
      host.close();
      await world.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
    async function security(page: Page): Promise<void> {
      await page.evaluate(() => (location.hash = "#/settings/security"));
      await page.getByRole("heading", { name: "Where this page comes from" }).waitFor();
    }
    /** An invite of the room, with the pages of another host. */
    async function linkAt(pages: string): Promise<string> {
      const { invitation } = await get(
        room.createInvite({ label: "Test", for: { class: "single" }, notAfter: null, mode: "direct" }),
      );
      return room.inviteLink(invitation!.inviteId, pages)!;
    }

    it("RULE web.level: L1 where another host than the room's serves the pages, L2 with conclave web on the own machine", async () => {
      const other = await world.another(["--allow-relay", world.url]);
      const web = new Running(["web", "--port", "0", "--relay", world.url, "--json"]);
      const { address } = JSON.parse(await web.line((line) => line.includes('"ready"'))) as { address: string };
      for (const [pages, who, name, text] of [
        [other.url, "Bob", "Another host", "The servers of your rooms can't change it"],
        [address, "Dora", "Your own computer", "No server can change it."],
      ] as const) {
        const page = await world.visitor();
        await join(page, await linkAt(pages), who);
        await security(page);
        await page.getByText(name, { exact: true }).waitFor();
        await page.getByText(text).waitFor();
        expect(await axeFaults(page)).toEqual([]);
        await page.context().close();
      }
      await web.stop();
      await other.stop();
    });

    it("A86: RULE web.pinned: another build is an alarm over the page; one keeps the old, or takes the new, by a press; a broken one cannot be taken", async () => {
      const page = await world.visitor();
      await found(page, host.url.replace(/\/$/u, ""), "Allotments", "Carla");
      await security(page);
      await page.getByText("The rooms' server", { exact: true }).waitFor();
      await page.getByText(/^This browser has kept this build since/u).waitFor();
      const next = await anotherBuild(host);
      await page.reload();
      const banner = page.getByText(/9\.9\.9/u).first();
      await banner.waitFor();
      expect(await axeFaults(page)).toEqual([]);
      expect(await page.locator("meta[name=next]").count()).toBe(0);
      await button(page, "Keep mine").first().click();
      await page.getByText("You decided to keep yours.").waitFor();
      await page.evaluate(() => (location.hash = "#/rooms"));
      await page.reload();
      await page.getByRole("link", { name: /Allotments/u }).waitFor();
      expect(await button(page, "Keep mine").count()).toBe(0);

      next.isBroken = true;
      next.version = "9.9.10";
      await page.reload();
      await page.getByText("doesn't match its own list of files").first().waitFor();
      expect(await button(page, "Use the new one").count()).toBe(0);
      await security(page);
      await page.getByText("What's served now doesn't match its own list of files").waitFor();
      expect(await button(page, "Use the new one").count()).toBe(0);
      expect(await axeFaults(page)).toEqual([]);

      next.isBroken = false;
      await page.reload();
      const take = button(page, "Use the new one").first();
      await take.waitFor();
      await take.click();
      await expect.poll(() => page.locator("meta[name=next]").count()).toBe(1);
      await page.getByRole("link", { name: /Allotments/u }).waitFor();
      await security(page);
      await page.getByText("9.9.10", { exact: true }).waitFor();
      expect(await button(page, "Keep mine").count()).toBe(0);
      host.tamper = null;
      await page.context().close();
    });

    it("A86: a signed build is known by its signer on a real server; with one byte changed, or another's key, it is not", async () => {
      const before = existsSync(SIGNATURE) ? readFileSync(SIGNATURE) : null;
      try {
        const signed = await run(["sign-web", "--key", pathOf(folder, "key"), "--json"]);
        const { signer } = JSON.parse(signed.stdout) as { signer: string };
        const server = await Server.start(pathOf(folder, "data"));
        const through = await HostileHost.before(() => `${server.url}/`);
        const verify = async (...args: string[]) => {
          const { code, stdout } = await run(["verify-web", ...args, "--json"]);
          const { same, signed: isSigned } = JSON.parse(stdout) as { same: boolean; signed: boolean | null };
          return [code, same, isSigned];
        };
        const script = /src="([^"]+\.js)"/u.exec(await (await fetch(server.url)).text())![1]!.replace(/^\.?\//u, "");
        expect(await verify(server.url, "--signer", signer)).toEqual([0, true, true]);
        expect(await verify(server.url, "--signer", "ab".repeat(32))).toEqual([6, false, false]);
        through.tamper = (answer) => {
          if (answer.path === script) answer.body[200]! ^= 1;
        };
        expect((await verify(through.url, "--signer", signer)).slice(0, 2)).toEqual([6, false]);
        through.tamper = (answer) => {
          if (answer.path.endsWith(".sig.json"))
            answer.body = Buffer.from(
              answer.body
                .toString()
                .replace(/[0-9a-f]"\}/u, '0"}')
                .replace(/"signature":"../u, '"signature":"00'),
            );
        };
        expect(await verify(through.url, "--signer", signer)).toEqual([6, false, false]);
        through.close();
        await server.stop();
      } finally {
        if (before) writeFileSync(SIGNATURE, before);
        else rmSync(SIGNATURE, { force: true });
      }
    });
  },
);
