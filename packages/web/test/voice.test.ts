import type { RoomSession } from "@conclave/client";
import { decodeFileCard, preset } from "@conclave/protocol";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { axeFaults, canBrowse, get, join, World } from "./browser.js";

describe.skipIf(!canBrowse)(
  "voice messages in Chromium, with a microphone that beeps (skipped without a build)",
  () => {
    let world: World;
    let browser: Browser;
    let alice: RoomSession;
    let page: Page;

    beforeAll(async () => {
      world = await World.start();
      const founder = await world.person();
      alice = await get(
        founder.createRoom({ title: "Garden club", name: "Alice", policy: preset("open"), relay: world.url }),
      );
      const args = ["--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"];
      browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args });
      page = await browser.newPage({ locale: "en-GB", reducedMotion: "reduce" });
      await join(page, await world.invite(alice), "Carla");
    });
    afterAll(async () => {
      await browser.close();
      await world.stop();
    });

    const record = () => page.getByRole("button", { name: "Record a voice message" });
    const bar = () => page.getByRole("group", { name: "Recording" });

    async function cardsOf(room: RoomSession) {
      const items = await room.timeline();
      return items.flatMap((each) =>
        each.kind === "message" && each.message.kind === "file" ? [decodeFileCard(each.message.body)] : [],
      );
    }

    it("Escape and Discard throw a recording away: nothing is sent, and the field has the keyboard again", async () => {
      await record().press("Enter");
      await bar().getByText("0:01").waitFor();
      expect(await axeFaults(page)).toEqual([]);
      await bar().getByRole("button", { name: "Discard" }).focus();
      await page.keyboard.press("Escape");
      await expect.poll(() => bar().count()).toBe(0);
      await record().click();
      await bar().getByText("0:01").waitFor();
      await bar().getByRole("button", { name: "Discard" }).click();
      await expect.poll(() => bar().count()).toBe(0);
      expect(await cardsOf(alice)).toEqual([]);
      await expect.poll(() => page.evaluate(() => document.activeElement?.tagName.toLowerCase())).toBe("textarea");
    });

    it("what was said is sealed and sent like every other file, and plays in its place with its waveform", async () => {
      await record().click();
      await bar().getByText("0:02").waitFor();
      await bar().getByRole("button", { name: "Send voice message" }).click();
      await expect.poll(async () => (await cardsOf(alice)).length).toBe(1);
      const [card] = await cardsOf(alice);
      expect([card!.name, card!.mediaType]).toEqual(["Voice message.webm", "audio/webm"]);
      // EBML: what Matroska and WebM begin with.
      expect([...(await get(alice.fetchFile(card!)))!.subarray(0, 4)]).toEqual([0x1a, 0x45, 0xdf, 0xa3]);
      await page.getByRole("button", { name: "Play Voice message.webm" }).click();
      const bars = page.locator("[data-wave] > span");
      await expect.poll(() => bars.count()).toBe(48);
      // It beeps: some moments are loud, some are not.
      const heights = await bars.evaluateAll((all) => all.map((each) => (each as HTMLElement).style.blockSize));
      expect(new Set(heights).size).toBeGreaterThan(2);
      expect(await axeFaults(page)).toEqual([]);
      const folder = process.env["CONCLAVE_PICTURES"];
      if (folder) await page.screenshot({ path: `${folder}/voice.png` });
    });

    it("on a phone the button is there too, beside a field with nothing in it", async () => {
      const context = await browser.newContext({
        viewport: { width: 390, height: 844 },
        hasTouch: true,
        isMobile: true,
        locale: "en-GB",
      });
      const phone = await context.newPage();
      await join(phone, await world.invite(alice), "Dora");
      const button = phone.getByRole("button", { name: "Record a voice message" });
      await button.waitFor();
      expect(await axeFaults(phone)).toEqual([]);
      const field = phone.getByRole("textbox", { name: /^Message to/u });
      const before = (await field.locator("..").boundingBox())!;
      await field.fill("typed");
      await expect.poll(() => button.count()).toBe(0);
      expect((await field.locator("..").boundingBox())!.height).toBe(before.height);
      await context.close();
    });

    it("without a microphone one is told, and nothing else changes", async () => {
      await page.evaluate(() => {
        navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("no", "NotAllowedError"));
      });
      await record().click();
      await page.getByText("The microphone can't be used. Allow it in the browser's settings for this page.").waitFor();
      await expect.poll(() => bar().count()).toBe(0);
    });
  },
);
