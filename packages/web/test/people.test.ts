import type { RoomSession } from "@conclave/client";
import { preset } from "@conclave/protocol";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fillRoom } from "../../client/test/crowd.js";
import { axeFaults, canBrowse, consent, get, World } from "./browser.js";

// The long form has as many as the list is made for; the short one has more than are shown at first.
const CROWD = Number(process.env["CONCLAVE_PEOPLE"] ?? (process.env["CONCLAVE_LONG"] === undefined ? 60 : 1000));
/** As many rows as are made at a time. */
const ROWS_AT_A_TIME = 40;

/** What the page measures about itself: the longest time in which it did nothing else (ms). */
declare const probe: { worst: number };

describe.skipIf(!canBrowse)(
  "the people of a large room in Chromium (skipped without /usr/bin/chromium or a build)",
  () => {
    let world: World;
    let room: RoomSession;
    let page: Page;

    beforeAll(async () => {
      world = await World.start();
      const alice = await world.person();
      room = await get(alice.createRoom({ title: "Crowd", name: "Alice", policy: preset("open"), relay: world.url }));
      await fillRoom(room, CROWD - 2, (limit) => world.invite(room, { for: { class: "multi", limit } }));
      page = await world.visitor();
      // The same name as somebody who is here.
      await page.goto(await world.invite(room));
      await consent(page);
      await page.getByLabel("Your name").fill("Person 3");
      await page.getByRole("button", { name: "Join", exact: true }).click();
      await page.getByRole("button", { name: "Use this name anyway" }).click();
      await page.getByRole("textbox", { name: /^Message/u }).waitFor();
      await page.getByRole("button", { name: "People in this room" }).click();
      await page.getByRole("heading", { name: "People", exact: true }).waitFor();
    }, 1_800_000);

    afterAll(() => world.stop());

    const panel = () => page.locator("[data-pane=side]");
    const rows = () => panel().getByRole("link");
    const find = () => panel().getByRole("searchbox", { name: "Find a person" });

    it("stand by role; rows are made as one scrolls, and the last one is reached", async () => {
      await panel().getByRole("heading", { name: "Owners and admins 1", exact: true }).waitFor();
      await panel()
        .getByRole("heading", { name: `Members ${new Intl.NumberFormat("en").format(CROWD - 1)}`, exact: true })
        .waitFor();
      expect(await rows().first().innerText()).toContain("Alice");
      expect(await rows().count()).toBeLessThan(CROWD);
      await expect
        .poll(async () => {
          await rows().last().scrollIntoViewIfNeeded();
          return rows().count();
        })
        .toBeGreaterThanOrEqual(Math.min(CROWD, 3 * ROWS_AT_A_TIME));
    });

    it("are found while one types, and by their two words; how many is said", async () => {
      await page.evaluate(() => {
        Object.assign(window, { probe: { worst: 0 } });
        new PerformanceObserver((list) => {
          for (const { duration } of list.getEntries()) probe.worst = Math.max(probe.worst, duration);
        }).observe({ type: "longtask" });
      });
      await find().pressSequentially("person 17", { delay: 60 });
      await expect
        .poll(() => rows().count())
        .toBe(room.members().filter(({ name }) => name.startsWith("Person 17")).length);
      console.log(
        `typing among ${CROWD} people, longest task over 50 ms: ${await page.evaluate(() => probe.worst)} ms`,
      );
      await panel().getByText("1 person", { exact: true }).first().waitFor();
      const alice = room.members().find(({ role }) => role === "owner")!;
      await find().fill(alice.tag);
      await expect.poll(() => rows().count()).toBe(1);
      expect(await rows().innerText()).toContain("Alice");
      await find().fill("nobody at all");
      await panel().getByText("No one found.").waitFor();
      await find().fill("");
      await panel().getByLabel("Show", { exact: true }).selectOption("Owners and admins");
      await expect.poll(() => rows().count()).toBe(1);
      await panel().getByLabel("Show", { exact: true }).selectOption("Everyone");
    });

    it("words stand only where names look the same, with the sentence that says so; also under one's own", async () => {
      await find().fill("person 3");
      const alike = room.members().filter(({ name }) => name === "Person 3");
      expect(alike).toHaveLength(2);
      const [other, own] = alike.map(({ tag }) => rows().filter({ hasText: tag }));
      expect(await other!.innerText()).toContain("Someone else's name looks the same");
      expect(await own!.innerText()).toContain("Someone else's name looks like yours");
      const single = room.members().find(({ name }) => name === "Person 4")!;
      await find().fill("person 4");
      await expect.poll(() => rows().first().innerText()).toContain("Person 4");
      expect(await rows().first().innerText()).not.toContain(single.tag);
      await find().fill("person 3");
      await own!.click();
      await page.getByText("Someone else here has a name that looks like yours.").waitFor();
      await page.getByRole("button", { name: "Back", exact: true }).last().click();
      await find().waitFor();
    });

    it("axe finds nothing, in both themes, on a desk and on a phone; Invite is at the top", async () => {
      for (const theme of ["dark", "light"] as const) {
        await page.emulateMedia({ colorScheme: theme });
        await page.setViewportSize(theme === "light" ? { width: 1280, height: 800 } : { width: 360, height: 740 });
        expect(await axeFaults(page), theme).toEqual([]);
        if (process.env["CONCLAVE_SHOTS"])
          await page.screenshot({ path: `${process.env["CONCLAVE_SHOTS"]}/people-${theme}.png` });
      }
      const own = room.members().at(-1)!;
      expect(own.name).toBe("Person 3");
      await get(room.decide({ type: "setRole", person: own.person, role: "admin" }));
      await panel().getByRole("button", { name: "Invite", exact: true }).click();
      await page.getByRole("heading", { name: "Invites", exact: true }).waitFor();
    });
  },
);
