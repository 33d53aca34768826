import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serveGallery } from "./gallery/serve.mjs";

const CHROMIUM = "/usr/bin/chromium";
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** A folder for pictures, for whoever wants to look. */
const PICTURES = process.env["CONCLAVE_PICTURES"];

// No room has a next version yet: the card is the real one, what it is told is made up.
describe.skipIf(!existsSync(CHROMIUM))("the card that moves a room to its next version, in Chromium", () => {
  let browser: Browser;
  let gallery: Awaited<ReturnType<typeof serveGallery>>;

  beforeAll(async () => {
    gallery = await serveGallery();
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  }, 180_000);

  afterAll(async () => {
    await browser.close();
    await gallery.close();
  });

  async function open(query: string, width = 1280): Promise<Page> {
    const page = await browser.newPage({ viewport: { width, height: 740 }, reducedMotion: "reduce" });
    await page.goto(`${gallery.url}?show=upgrade&${query}`);
    await page.waitForSelector("h1", { state: "attached" });
    return page;
  }

  async function check(page: Page, name: string): Promise<void> {
    if (PICTURES) await page.screenshot({ path: `${PICTURES}/${name}.png` });
    await page.evaluate(axe);
    const faults = await page.evaluate("axe.run().then(({ violations }) => violations.map(({ id }) => id))");
    expect(faults, name).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  }

  for (const [size, width] of [
    ["desk", 1280],
    ["phone", 360],
  ] as const)
    it(`says what comes of it, and for whom, before anything is done: on a ${size}`, { timeout: 120_000 }, async () => {
      const page = await open("behind=Bob,Carol&unknown=Dave", width);
      await page.getByText("Version 3 is available. Everyone needs an app that knows it.").waitFor();
      await check(page, `upgrade-${size}`);
      await page.getByRole("button", { name: "Move to version 3", exact: true }).click();
      const dialog = page.getByRole("dialog", { name: "Move the room to version 3?" });
      await dialog.getByText("The apps of Bob and Carol are too old for it.").waitFor();
      await dialog.getByText("It isn't known yet whether Dave will have to update first.").waitFor();
      await dialog.getByText("This can't be undone.").waitFor();
      await check(page, `upgrade-asked-${size}`);
      await dialog.getByRole("button", { name: "Cancel", exact: true }).click();
      await dialog.waitFor({ state: "hidden" });
      await page.close();
    });

  it("is not there for those who may not, and where the app knows no next version", { timeout: 120_000 }, async () => {
    for (const query of ["can=no", "next=no"]) {
      const page = await open(query);
      expect(await page.getByRole("button").count(), query).toBe(0);
      await page.close();
    }
    const page = await open("can=together");
    await page.getByRole("button", { name: "Move to version 3", exact: true }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("This can't be undone.").waitFor();
    expect(await dialog.getByText("too old").count()).toBe(0);
    await page.close();
  });
});
