import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serveGallery } from "./gallery/serve.mjs";

const CHROMIUM = "/usr/bin/chromium";
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SIZES = { phone: { width: 360, height: 740 }, desktop: { width: 1280, height: 800 } };

describe.skipIf(!existsSync(CHROMIUM))("the components in Chromium (skipped without /usr/bin/chromium)", () => {
  let browser: Browser;
  let gallery: Awaited<ReturnType<typeof serveGallery>>;

  beforeAll(async () => {
    gallery = await serveGallery();
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    await gallery.close();
  });

  async function open(query: string, size: keyof typeof SIZES = "desktop"): Promise<Page> {
    const page = await browser.newPage({ viewport: SIZES[size], reducedMotion: "reduce" });
    await page.goto(`${gallery.url}?${query}`);
    await page.waitForSelector("h1, h2", { state: "attached" });
    return page;
  }

  const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).first();
  const focused = (page: Page) =>
    page.evaluate(
      () => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent ?? "",
    );

  for (const theme of ["light", "dark"]) {
    it(`axe finds nothing in the ${theme} theme`, { timeout: 120_000 }, async () => {
      for (const size of ["phone", "desktop"] as const) {
        for (const show of ["components", "frame", "frame&pane=list", "welcome", "welcome&lang=de"]) {
          const page = await open(`show=${show}&theme=${theme}`, size);
          expect(await violations(page), `${show} ${size}`).toEqual([]);
          await page.close();
        }
      }
      const page = await open(`theme=${theme}`);
      for (const name of ["Actions for Alice", "Dialog", "Question", "Shortcuts"]) {
        await button(page, name).click();
        expect(await violations(page), name).toEqual([]);
        await page.keyboard.press("Escape");
      }
      await button(page, "Toasts").click();
      expect(await violations(page), "toasts").toEqual([]);
      await page.close();
    });
  }

  it("a dialog takes the focus, keeps it, and gives it back", async () => {
    const page = await open("");
    for (const name of ["Dialog", "Shortcuts"]) {
      await button(page, name).click();
      expect(await page.locator("dialog[open]").count(), name).toBe(1);
      expect(await page.evaluate(() => document.querySelector("dialog")!.contains(document.activeElement))).toBe(true);
      await page.keyboard.press("Escape");
      expect(await page.locator("dialog").count(), name).toBe(0);
      expect(await focused(page)).toBe(name);
    }
    await page.close();
  });

  it("Escape and a click beside a question say no, and the harmless answer has the focus", async () => {
    const page = await open("");
    const asked = page.locator("dialog[open]");
    await button(page, "Question").click();
    expect(await focused(page)).toBe("Cancel");
    await page.keyboard.press("Escape");
    await page.getByText("Bob stays").waitFor();
    expect(await asked.count()).toBe(0);
    await button(page, "Question").click();
    await page.mouse.click(5, 5);
    expect(await asked.count()).toBe(0);
    await button(page, "Question").click();
    const [no, yes] = await asked
      .locator("button")
      .filter({ hasText: /Cancel|Remove Bob/u })
      .all();
    const tops = await Promise.all([no!, yes!].map(async (each) => (await each.boundingBox())!.y));
    expect(tops[0]).toBe(tops[1]);
    await page.getByRole("button", { name: "Remove Bob" }).click();
    await page.getByText("Removed").waitFor();
    await page.close();
  });

  it("a menu is moved in by keys, skips nothing, and closes beside the page's own keys", async () => {
    const page = await open("");
    const trigger = button(page, "Actions for Alice");
    await trigger.focus();
    await page.keyboard.press("Enter");
    expect(await focused(page)).toBe("Edit");
    await page.keyboard.press("ArrowUp");
    expect(await focused(page)).toBe("Remove from the room");
    await page.keyboard.press("c");
    expect(await focused(page)).toBe("Copy text");
    const [menu, anchor] = await Promise.all([page.getByRole("menu").boundingBox(), trigger.boundingBox()]);
    // Below its button, or above it where there is no room.
    const gaps = [menu!.y - (anchor!.y + anchor!.height), anchor!.y - (menu!.y + menu!.height)];
    expect(Math.max(...gaps)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...gaps)).toBeLessThan(10);
    await page.keyboard.press("Escape");
    expect(await page.getByRole("menu").count()).toBe(0);
    expect(await focused(page)).toBe("Actions for Alice");
    await trigger.click();
    await trigger.click();
    expect(await page.getByRole("menu").count()).toBe(0);
    await page.close();
  });

  it("a part that breaks says so in a sentence, and can be tried again", async () => {
    const page = await open("show=broken");
    expect(await page.getByRole("alert").textContent()).toContain("Something went wrong on this page");
    expect(await violations(page)).toEqual([]);
    await button(page, "Try again").click();
    await page.getByRole("heading", { name: "Whole again" }).waitFor();
    await page.close();
  });

  it("tabs, switches and radio cards work by keyboard", async () => {
    const page = await open("");
    await page.getByRole("tab", { name: /Here/u }).focus();
    await page.keyboard.press("ArrowRight");
    expect(await page.getByRole("tab", { name: /Waiting/u }).getAttribute("aria-selected")).toBe("true");
    const toggle = page.getByRole("switch", { name: "Notifications" });
    await toggle.focus();
    await page.keyboard.press("Space");
    expect(await toggle.getAttribute("aria-checked")).toBe("false");
    await page.getByRole("radio", { name: /Admins decide/u }).focus();
    await page.keyboard.press("ArrowUp");
    expect(await page.getByRole("radio", { name: /Owner decides/u }).isChecked()).toBe(true);
    await page.close();
  });

  it("a key opens the help, but not while one types, nor when shortcuts are off", async () => {
    const page = await open("");
    await page.getByRole("textbox", { name: "Your name" }).focus();
    await page.keyboard.press("?");
    expect(await page.locator("dialog").count()).toBe(0);
    await page.locator("h1").click();
    await page.keyboard.press("?");
    await page.getByRole("switch", { name: "Use keyboard shortcuts" }).click();
    await page.keyboard.press("Escape");
    await page.locator("h1").click();
    await page.keyboard.press("?");
    expect(await page.locator("dialog").count()).toBe(0);
    await page.close();
  });

  it("nothing that can be touched is smaller than 44 px with a finger, and nothing runs out of a phone's screen", async () => {
    const context = await browser.newContext({ viewport: SIZES.phone, hasTouch: true, isMobile: true });
    const page = await context.newPage();
    for (const show of ["components", "frame&pane=list", "welcome&lang=de"]) {
      await page.goto(`${gallery.url}?show=${show}`);
      await page.waitForSelector("h1, h2", { state: "attached" });
      const small = await page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>("button, a[href], input, select, textarea, summary")]
          .filter((each) => each.checkVisibility({ visibilityProperty: true }) && !each.closest("[class*=skip]"))
          // A text field is touched by its box.
          .map((each) => each.closest<HTMLElement>("[class*=box]") ?? each)
          .filter((each) => each.getBoundingClientRect().height < 43.5)
          .map((each) => each.outerHTML.slice(0, 120)),
      );
      expect(small, show).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), show).toBe(360);
    }
    await context.close();
  });
});

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: { run: () => Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }> };
    };
    const { violations } = await axe.run();
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`));
  });
}
