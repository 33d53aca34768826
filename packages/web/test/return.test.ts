import { preset } from "@conclave/protocol";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { axeFaults, canBrowse, get, join, ownLink, send, World, writeDown } from "./browser.js";

const PHONE = { width: 360, height: 740 };
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

describe.skipIf(!canBrowse)("an owner whose browser is lost (skipped without /usr/bin/chromium or a build)", () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  it("writes the words down, loses the browser, and is the owner again in another, with nobody's help", async () => {
    const lost = await world.visitor();
    await lost.goto(`${world.url}/#/start`);
    await lost.getByLabel("Your name").fill("Alice");
    await lost.getByLabel("Name of the room").fill("Garden club");
    await button(lost, "Start the room").click();
    const link = await ownLink(lost);
    const place = lost.url();
    const phrase = await phraseOf(lost, place);
    await lost.getByText("set up recovery for this room").first().waitFor();
    const bob = await world.visitor();
    await join(bob, link, "Bob");
    // The room's panel says so, and has a link to keep.
    await lost.goto(`${place}/room`);
    const kept = await lost.getByLabel("A link to keep with your words").inputValue();
    expect(await axeFaults(lost)).toEqual([]);
    await lost.close();

    const page = await world.visitor(PHONE);
    await page.goto(`${world.url}/#/recovery`);
    await page.getByLabel("Recovery words").fill(phrase);
    await button(page, "Bring me back").click();
    await button(page, "Continue").click();
    await page.goto(kept);
    await page.getByRole("heading", { level: 1, name: "Welcome back, Alice" }).waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await page.getByRole("button", { name: /^Return to/u }).click();
    await send(page, "It is me again");
    await bob.getByRole("article").getByText("It is me again").waitFor();
    await bob.getByText("returned on a new device using recovery words; the lost device was removed").first().waitFor();
    await page.goto(`${place}/people`);
    await page.getByText("2 people").locator("visible=true").first().waitFor();
    // Somebody else with the same link is let in by nobody.
    const mallory = await world.visitor();
    await mallory.goto(kept);
    await mallory.getByRole("heading", { level: 1, name: "This link no longer works" }).waitFor();
    await Promise.all([page.close(), bob.close(), mallory.close()]);
  });

  it("of two rooms both take their founder back; until a room does, it says so", async () => {
    const lost = await world.visitor();
    const kept: string[] = [];
    let phrase = "";
    // The second room is founded when the words are on paper already.
    for (const title of ["First", "Second"]) {
      await lost.goto(`${world.url}/#/start`);
      if (kept.length === 0) await lost.getByLabel("Your name").fill("Alice");
      await lost.getByLabel("Name of the room").fill(title);
      await button(lost, "Start the room").click();
      await ownLink(lost);
      const place = lost.url();
      if (kept.length === 0) phrase = await phraseOf(lost, place);
      await lost.goto(`${place}/room`);
      kept.push(await lost.getByLabel("A link to keep with your words").inputValue());
      expect(await lost.getByText("You can't recover this room yet").count()).toBe(0);
    }
    await lost.close();

    const page = await world.visitor();
    await page.goto(`${world.url}/#/recovery`);
    await page.getByLabel("Recovery words").fill(phrase);
    await button(page, "Bring me back").click();
    await button(page, "Continue").click();
    for (const link of kept) {
      await page.goto(link);
      await page.getByRole("heading", { level: 1, name: "Welcome back, Alice" }).waitFor();
      await page.getByRole("button", { name: /^Return to/u }).click();
      await page.getByRole("textbox", { name: /^Message/u }).waitFor();
    }
    await page.close();
  });

  it("the browser that was only asleep says that one came back elsewhere", async () => {
    const person = await world.person();
    const relay = world.url.replace(/^http/u, "ws");
    const options = { title: "Orchard", name: "Olga", policy: preset("owner"), relay };
    const room = await get(person.createRoom(options));
    await get(room.prepareReturn());
    const kept = room.returnLink(world.url)!;
    const page = await world.visitor();
    await page.goto(`${world.url}/#/recovery`);
    await page.getByLabel("Recovery words").fill(person.recoveryPhrase());
    await button(page, "Bring me back").click();
    await button(page, "Continue").click();
    await page.goto(kept);
    await page.getByRole("button", { name: /^Return to/u }).click();
    await page.getByRole("textbox", { name: /^Message/u }).waitFor();
    await expect.poll(() => room.status().standing).toBe("removed");
    // And back again to where one was: each time the other device is out.
    const invited = await get(person.previewInvite(kept));
    expect(invited.mode).toBe("return");
    await get(invited.accept(""));
    await page.getByText("You came back to this room on another device").waitFor();
    await page
      .getByRole("link", { name: /^Orchard/u })
      .getByText("You came back on another device")
      .waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await page.close();
  });
});

/** Writes the words down from the sheet, which leads back to where one was. Gives the words. */
async function phraseOf(page: Page, place: string): Promise<string> {
  await page.goto(`${new URL(place).origin}/#/sheet`);
  const words = await writeDown(page);
  await page.getByRole("textbox", { name: /^Message/u }).waitFor();
  return words.join(" ");
}
