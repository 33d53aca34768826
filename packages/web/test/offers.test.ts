import type { RoomSession } from "@conclave/client";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { World } from "./browser.js";
import { axeFaults, canBrowse, get } from "./browser.js";
import { boxOf, lineOf, startTalk, textsOf } from "./talk.js";

const decoder = new TextDecoder();

describe.skipIf(!canBrowse)("emoji and @room in Chromium (skipped without /usr/bin/chromium or a build)", () => {
  let world: World;
  let alice: RoomSession;
  let bob: RoomSession;
  let page: Page;

  beforeAll(async () => {
    const talk = await startTalk("owner", true);
    ({ world, alice, page } = talk);
    bob = talk.bob!;
  });

  afterAll(async () => {
    await world.stop();
  });

  const box = () => boxOf(page);
  const line = (text: string) => lineOf(page, text);
  const picker = () => page.getByRole("dialog", { name: "Emoji" });

  it("an emoji is offered as one types its code, and its whole code becomes it", async () => {
    await box().pressSequentially("done :tad");
    await page.getByRole("option", { name: "🎉 :tada:" }).waitFor();
    await box().press("Enter");
    expect(await box().inputValue()).toBe("done 🎉 ");
    await box().pressSequentially(":heart:");
    await expect.poll(() => box().inputValue()).toMatch(/^done 🎉 ❤️? $/u);
    await box().fill("");
    // At eight it is no emoji, and Escape leaves what was typed.
    await box().pressSequentially("at 10:30 :smi");
    await page.getByRole("listbox").waitFor();
    await box().press("Escape");
    expect(await page.getByRole("listbox").count()).toBe(0);
    expect(await box().inputValue()).toBe("at 10:30 :smi");
    await box().fill("");
  });

  it("an emoji is searched for and picked by the keyboard alone, in the skin tone that was chosen", async () => {
    await page.getByRole("button", { name: "Emoji", exact: true }).focus();
    await page.keyboard.press("Enter");
    await picker().waitFor();
    await page.keyboard.type("thumbs up");
    await picker().getByRole("button", { name: "👍", exact: true }).waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    expect(await picker().getByRole("radio", { checked: true }).getAttribute("aria-label")).toBe("Skin tone 2");
    await expect.poll(() => axeFaults(page)).toEqual([]);
    await picker().getByRole("searchbox").focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expect.poll(() => box().inputValue()).toBe("👍🏼");
    expect(await box().evaluate((node) => node === document.activeElement)).toBe(true);
    await box().fill("");
    // It stays chosen, and what was picked is there at once.
    await page.getByRole("button", { name: "Emoji", exact: true }).click();
    const recent = picker().getByRole("region", { name: "Recently used" });
    await recent.getByRole("button", { name: "👍🏼" }).waitFor();
    await picker().getByRole("searchbox").fill("nothing like this");
    await picker().getByText("No emoji found").waitFor();
    await page.keyboard.press("Escape");
    await expect.poll(() => picker().count()).toBe(0);
  });

  it("a reaction is picked from all emoji that can be one", async () => {
    const asked = await get(alice.send("lunch?"));
    await line("lunch?").click({ button: "right" });
    await page.getByRole("menuitem", { name: "More reactions" }).click();
    await picker().getByRole("searchbox").fill("family");
    await picker().getByRole("searchbox").fill("pizza");
    await picker().getByRole("button", { name: "🍕", exact: true }).click();
    await expect.poll(async () => (await alice.find(asked.id))?.reactions.map(({ emoji }) => emoji)).toEqual(["🍕"]);
  });

  it("RULE conversation.room-by-role: @room of an owner names everybody, a member's is text (attack A72)", async () => {
    await get(alice.send("@room the key is under the pot"));
    await expect.poll(() => line("under the pot").locator("[data-mention]").allInnerTexts()).toEqual(["@room"]);
    await get(bob.send("@room I have lost the key"));
    await line("lost the key").waitFor();
    expect(await line("lost the key").locator("[data-mention]").count()).toBe(0);
    const named = (await bob.timeline({ limit: 500 })).flatMap((item) =>
      item.kind === "message" && item.message.mentionsYou ? [decoder.decode(item.message.body)] : [],
    );
    expect(named).toEqual(["@room the key is under the pot"]);
    const ofBob = (await alice.timeline({ limit: 500 })).some(
      (item) => item.kind === "message" && item.message.mentionsYou,
    );
    expect(ofBob).toBe(false);
    // Carla is a member: it is not offered to her.
    await box().pressSequentially("hi @ro");
    await page.waitForTimeout(100);
    expect(await page.getByRole("listbox").count()).toBe(0);
    const carla = alice.members().find(({ name }) => name === "Carla")!;
    await get(alice.decide({ type: "setRole", person: carla.person, role: "admin" }));
    await box().fill("");
    await expect
      .poll(async () => {
        await box().fill("");
        await box().pressSequentially("hi @ro");
        return page.getByRole("option", { name: /@room/u }).count();
      })
      .toBe(1);
    await box().press("Enter");
    await box().pressSequentially("tea");
    await box().press("Enter");
    await expect.poll(() => textsOf(alice)).toContain("hi @room tea");
    await expect
      .poll(async () => (await alice.timeline()).some((item) => item.kind === "message" && item.message.mentionsYou))
      .toBe(true);
  });
});
