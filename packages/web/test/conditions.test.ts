import type { RoomSession } from "@conclave/client";
import { preset } from "@conclave/protocol";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canBrowse, get, join, World } from "./browser.js";

describe.skipIf(!canBrowse)(
  "how pages look where people need it otherwise, in Chromium (skipped without a build)",
  () => {
    let world: World;
    let page: Page;
    let alice: RoomSession;
    let room = "";

    beforeAll(async () => {
      world = await World.start();
      const owner = await world.person();
      const policy = preset("open");
      alice = await get(owner.createRoom({ title: "Garden club", name: "Alice", policy, relay: world.url }));
      page = await world.visitor();
      await join(page, await world.invite(alice), "Bob");
      for (let n = 0; n < 12; n++) await get(alice.send(`line number ${n}`));
      await page.getByRole("log").getByText("line number 11").waitFor();
      room = new URL(page.url()).hash.slice(2);
    });
    afterAll(() => world.stop());

    async function at(hash: string): Promise<void> {
      await page.evaluate((to) => (location.hash = to), `#/${hash}`);
      await page.getByRole("heading").first().waitFor();
    }
    const look = (of: Locator) =>
      of.evaluate((element) => {
        const { backgroundColor, borderTopColor, borderTopWidth, outlineStyle } = getComputedStyle(element);
        return { backgroundColor, borderTopColor, borderTopWidth, outlineStyle };
      });

    it("a window at twice the size cuts nothing off, and one that grows shows no way down to where one is", async () => {
      await page.setViewportSize({ width: 640, height: 400 });
      for (const path of [
        room,
        `${room}/people`,
        `${room}/verify`,
        `${room}/decisions`,
        "settings",
        "settings/security",
      ]) {
        await at(path);
        // A window that was just made smaller is laid out a moment later.
        const cut = () =>
          page.evaluate(() =>
            [...document.querySelectorAll("button, a, input, textarea, select")]
              .filter((element) => element.checkVisibility({ visibilityProperty: true }))
              .filter((element) => !element.closest(".visually-hidden") && !element.matches(".visually-hidden"))
              .filter((element) => {
                const { left, right, width } = element.getBoundingClientRect();
                return width > 1 && (left < -1 || right > innerWidth + 1);
              })
              .map((element) => element.outerHTML.slice(0, 120)),
          );
        await expect.poll(cut, { message: path }).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), path).toBe(true);
      }
      await at(room);
      const log = page.getByRole("log");
      await log.hover();
      await page.mouse.wheel(0, -600);
      const down = page.getByRole("button", { name: "Go to the newest message" });
      await down.waitFor();
      await page.setViewportSize({ width: 1280, height: 1200 });
      await down.waitFor({ state: "detached" });
    });

    it("in the system's own colours one sees what is on, what is chosen, and where one is", async () => {
      await page.setViewportSize({ width: 1280, height: 800 });
      await page.emulateMedia({ forcedColors: "active" });
      await at("settings");
      const card = (name: string) => page.getByRole("radio", { name }).locator("xpath=..");
      expect(await look(card("System"))).not.toEqual(await look(card("Dark")));
      const shortcuts = page.getByRole("switch", { name: "Show who wrote what" });
      const track = shortcuts.locator("span[aria-hidden=true]");
      const on = await look(track);
      expect(on.borderTopWidth).toBe("1px");
      await shortcuts.click();
      expect(await shortcuts.getAttribute("aria-checked")).toBe("false");
      await expect.poll(async () => (await look(track)).backgroundColor).not.toBe(on.backgroundColor);
      await at(room);
      const here = page
        .getByRole("link", { name: /^Garden club/u })
        .locator("xpath=ancestor-or-self::*[contains(@class, 'current')]")
        .first();
      expect((await look(here)).outlineStyle).toBe("solid");
      await page.emulateMedia({ forcedColors: null });
    });

    it("who wants less motion gets none that lasts", async () => {
      await page.emulateMedia({ reducedMotion: "reduce" });
      await page.getByRole("log").getByText("line number 11").click({ button: "right" });
      await page.getByRole("menu").waitFor();
      await page.keyboard.press("Escape");
      await at(`${room}/people`);
      const long = await page.evaluate(
        () => document.getAnimations().filter((each) => Number(each.effect?.getComputedTiming().duration) > 1).length,
      );
      expect(long).toBe(0);
      const durations = await page.evaluate(() =>
        [...document.querySelectorAll("button, a, [role=menu]")].map(
          (element) => getComputedStyle(element).transitionDuration,
        ),
      );
      expect(durations.flatMap((each) => each.split(", ")).filter((each) => Number.parseFloat(each) > 0.001)).toEqual(
        [],
      );
    });
  },
);
