import type { Client, RoomSession } from "@conclave/client";
import { preset } from "@conclave/protocol";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { axeFaults, canBrowse, get, join, type Looks, ownLink, send, World } from "./browser.js";

const PHONE: Looks = { width: 390, height: 844, theme: "dark" };
const WELCOME = "We plan the beds together. Say where your plot is!";

describe.skipIf(!canBrowse)("the door, in Chromium (skipped without /usr/bin/chromium or the built pages)", () => {
  let world: World;
  let alice: Client;
  let room: RoomSession;

  beforeAll(async () => {
    world = await World.start();
    alice = await world.person();
    room = await get(
      alice.createRoom({ title: "Garden club 🌻", name: "Alice", policy: preset("owner"), relay: world.url }),
    );
  });
  afterAll(() => world.stop());

  const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name, exact: true });
  const seats = (page: Page) => page.locator("[data-council] [data-face]").count();

  it("F6, F15(1): one screen and one press lead in; what a newcomer sees then is true, and nobody is frightened", async () => {
    await get(room.send("Written before Bob came"));
    for (const looks of [{}, PHONE]) {
      const page = await world.visitor(looks);
      // The page came from that server: nothing is asked before the room is shown.
      await page.goto(await world.invite(room, { welcomeText: WELCOME }));
      await page.getByRole("heading", { level: 1, name: "Alice invites you to Garden club 🌻" }).waitFor();
      expect(await button(page, "Show the room").count()).toBe(0);
      await page.getByText(WELCOME).waitFor();
      // Everybody who is in, and an empty seat.
      expect(await seats(page)).toBe(room.members().length);
      expect(await page.getByRole("button", { name: /^(Join|Ask to join)/u }).count()).toBe(1);
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
      expect(await axeFaults(page)).toEqual([]);
      await page.getByLabel("Your name").fill("width" in looks ? "Bea" : "Bob");
      await page.keyboard.press("Enter");
      const log = page.getByRole("log");
      await log.getByRole("heading", { name: "You joined" }).waitFor();
      await log.getByText("Earlier messages stay with the others.").waitFor();
      await log.getByText(WELCOME).waitFor();
      await page
        .locator("[data-pane=main]")
        .getByText(/^\d+ people$/u)
        .first()
        .waitFor();
      const text = await page.locator("body").innerText();
      expect(text).not.toMatch(/quiet here|confirmed|spoken/u);
      expect(text).not.toContain("Written before Bob came");
      expect(await axeFaults(page)).toEqual([]);
      // Amber is for care, red for an alarm: neither has a place here.
      const ring = page.locator("[data-ring]").first();
      expect(["closed", "gap"]).toContain(await ring.getAttribute("data-ring"));
      await page.context().close();
    }
  });

  it("F6: two greetings are ready to send, by the keyboard too, until one has said something", async () => {
    const page = await world.visitor();
    await join(page, await world.invite(room), "Carol");
    const greetings = page.getByRole("group", { name: "Say hello" });
    expect(await greetings.getByRole("button").allInnerTexts()).toEqual([
      "👋 Hello, I'm Carol",
      "Thanks for having me!",
    ]);
    // What one writes oneself takes their place.
    const field = page.getByRole("textbox", { name: /^Message/u });
    await field.fill("Hm");
    await greetings.waitFor({ state: "detached" });
    await field.fill("");
    await greetings.getByRole("button").first().focus();
    await page.keyboard.press("Enter");
    await page.getByRole("article").getByText("Hello, I'm Carol").waitFor();
    expect(await greetings.count()).toBe(0);
    await expect.poll(async () => (await room.search("Carol")).length).toBe(1);
    await page.context().close();
  });

  it("F15(3): a link that asks first says so at the door, and nothing of coming in at once", async () => {
    const page = await world.visitor(PHONE);
    await page.goto(await world.invite(room, { mode: "ask", welcomeText: WELCOME }));
    await button(page, "Ask to join").waitFor();
    expect(await page.locator("main").innerText()).not.toMatch(/right away|at once|come in/u);
    await page.context().close();
  });

  it("F7: where everyone has to agree, the first link asks first, and says so", async () => {
    const page = await world.visitor();
    await page.goto(`${world.url}/#/start`);
    await page.getByLabel("Your name").fill("Ida");
    await page.getByLabel("Name of the room").fill("House");
    await page.getByRole("radio", { name: "Everyone agrees" }).check();
    await button(page, "Start the room").click();
    const link = await ownLink(page);
    await page.getByText(/can ask to join; each person needs approval/u).waitFor();
    expect((await get((await world.person()).previewInvite(link))).mode).toBe("ask");
    await page.context().close();
  });

  it("F7: how many admins agree, and what holds before there are as many, stands in the chosen row", async () => {
    const page = await world.visitor();
    await page.goto(`${world.url}/#/start`);
    const hint = page.getByText("Until there are that many admins, all of them must agree: at first, just you.");
    expect(await hint.count()).toBe(0);
    await page.getByRole("radio", { name: "Admins decide together" }).check();
    await hint.waitFor();
    await page.getByLabel("How many admins must agree").selectOption("3");
    await page.getByText("3 admins agree on every invite, removal and rule.").waitFor();
    await page.context().close();
  });

  it("F8, F15(8): found by the keyboard alone with everything in view; the room opens with its link, also after a reload", async () => {
    for (const looks of [{}, PHONE]) {
      const page = await world.visitor(looks);
      await page.goto(`${world.url}/#/start`);
      await page.getByLabel("Your name").waitFor();
      const box = await button(page, "Start the room").boundingBox();
      expect(box!.y + box!.height).toBeLessThanOrEqual(looks === PHONE ? 844 : 800);
      await page.getByLabel("Your name").focus();
      await page.keyboard.type("Olga");
      await page.keyboard.press("Tab");
      await page.keyboard.type("Orchard");
      await page.keyboard.press("Enter");
      const link = await ownLink(page);
      expect(await page.getByRole("log").getByRole("heading", { level: 2 }).innerText()).toBe("Who else belongs here?");
      expect(await axeFaults(page)).toEqual([]);
      await page.reload();
      expect(await ownLink(page)).toBe(link);
      await page.goto(`${world.url}/#/rooms`);
      expect(await page.getByRole("link", { name: /^Orchard/u }).count()).toBe(1);
      await page.context().close();
    }
  });

  it("the welcome that a founder writes is in the first link; a longer one is not taken", async () => {
    const page = await world.visitor();
    await page.goto(`${world.url}/#/start`);
    await page.getByLabel("Your name").fill("Olga");
    await page.getByLabel("Name of the room").fill("Orchard");
    await page.getByText("Welcome and server").click();
    await page.getByLabel("Welcome (optional)").fill("ä".repeat(251));
    await button(page, "Start the room").click();
    await page.getByText("That's too long for a welcome.").waitFor();
    await page.getByLabel("Welcome (optional)").fill(WELCOME);
    await button(page, "Start the room").click();
    const link = await ownLink(page);
    expect((await get((await world.person()).previewInvite(link))).welcomeText).toBe(WELCOME);
    await page.context().close();
  });

  it("RULE web.said-plain: a welcome turns, hides and covers nothing, at the door and in the room", async () => {
    const hostile = `\u202ehtob era sesimorp\u2066 \u200bplain\u200b <b>bold</b>${"\n".repeat(200)}end`;
    const page = await world.visitor(PHONE);
    await page.goto(await world.invite(room, { welcomeText: hostile }));
    const door = page.getByRole("blockquote");
    expect(await door.innerText()).toBe("htob era sesimorp plain <b>bold</b>\n\n\nend");
    expect(await page.locator("blockquote b").count()).toBe(0);
    const box = await button(page, "Join").boundingBox();
    expect(box!.y + box!.height).toBeLessThanOrEqual(844);
    await page.getByLabel("Your name").fill("Dora");
    await button(page, "Join").click();
    await expect
      .poll(() => page.getByRole("log").getByRole("blockquote").innerText())
      .toContain("htob era sesimorp plain");
    await page.context().close();
  });

  it("who waits sees the room, who decides, and their own seat; and the same after a reload", async () => {
    const page = await world.visitor();
    await page.goto(await world.invite(room, { mode: "ask" }));
    await page.getByLabel("Your name").fill("Emil");
    await button(page, "Ask to join").click();
    for (let time = 0; time < 2; time++) {
      await page.getByText("Who decides: Alice alone.").waitFor();
      // Everybody who fits, and Emil.
      expect(await seats(page)).toBe(Math.min(room.members().length, 6) + 1);
      expect(await axeFaults(page)).toEqual([]);
      await page.reload();
    }
    await page.context().close();
  });

  it("in German the door says the same, and fits a phone", async () => {
    const page = await world.visitor({ ...PHONE, width: 320, language: "de-DE" });
    await page.goto(await world.invite(room, { welcomeText: WELCOME }));
    await page.getByRole("heading", { level: 1, name: "Alice lädt dich ein: Garden club 🌻" }).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await page.getByLabel("Dein Name").fill("Greta");
    await button(page, "Beitreten").click();
    await page.getByText("Frühere Nachrichten bleiben bei den anderen.").waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await page.context().close();
  });

  it("who talks already is greeted by no circle", async () => {
    const page = await world.visitor();
    await join(page, await world.invite(room), "Finn");
    await send(page, "Here I am");
    await page.getByRole("article").getByText("Here I am").waitFor();
    expect(await page.locator("[data-council]").count()).toBe(0);
    await page.context().close();
  });
});
