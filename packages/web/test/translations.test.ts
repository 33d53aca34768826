import type { RoomSession } from "@conclave/client";
import { toHex } from "@conclave/codec";
import { isRecoveryWord, preset } from "@conclave/protocol";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { axeFaults, canBrowse, get, World } from "./browser.js";
import { leftInEnglish, sentence, TRANSLATIONS } from "./sentences.js";

const inBrowser = canBrowse ? describe : describe.skip;

inBrowser.each(TRANSLATIONS)("the pages in %s on a phone, in Chromium (skipped without a build)", (language) => {
  let world: World;
  let page: Page;
  let alice: RoomSession;
  let english: readonly string[];
  let same: readonly string[];
  let room = "";
  let looked = 0;

  beforeAll(async () => {
    const left = leftInEnglish(language);
    same = left.same;
    // Codes to compare are words of one English list in every language: by chance one of them is such a text.
    english = left.other.filter((text) => !isRecoveryWord(text));
    world = await World.start();
    const owner = await world.person();
    const policy = preset("owner");
    alice = await get(owner.createRoom({ title: "Gartenfreunde", name: "Alina", policy, relay: world.url }));
    page = await world.visitor({ width: 360, height: 740, language: `${language}-${language.toUpperCase()}` });
  });
  afterAll(() => world.stop());

  const say = (section: string, key: string) => sentence(language, section, key);
  const field = () => page.getByRole("textbox", { name: new RegExp(`^${say("chat", "write")}`, "u") });
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  async function at(hash: string, text: string): Promise<void> {
    await page.evaluate((to) => (location.hash = to), `#/${hash}`);
    await page.getByText(text).filter({ visible: true }).first().waitFor();
  }

  /** No English, nothing that runs out of a phone's width, nothing that axe finds; the themes take turns. */
  async function check(where: string): Promise<void> {
    const said = await page.evaluate(() => {
      const texts = [document.title];
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) texts.push(walker.currentNode.textContent ?? "");
      for (const element of document.querySelectorAll("[aria-label], [title], [placeholder]"))
        for (const name of ["aria-label", "title", "placeholder"]) texts.push(element.getAttribute(name) ?? "");
      return texts.map((text) => text.trim()).filter((text) => text !== "");
    });
    const left = said.filter((text) =>
      english.some((phrase) => text === phrase || (phrase.length > 9 && text.includes(phrase))),
    );
    expect(left, where).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.lang), where).toBe(language);
    const wide = await page.evaluate(() =>
      document.documentElement.scrollWidth <= innerWidth
        ? []
        : [...document.querySelectorAll("body *")]
            .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
            .map((element) => element.outerHTML.slice(0, 200)),
    );
    expect(wide, where).toEqual([]);
    expect(await axeFaults(page), where).toEqual([]);
    // Before what is looked at next is opened: a page that is shown in one theme and looked at in another mixes them.
    await page.emulateMedia({ colorScheme: looked++ % 2 === 0 ? "dark" : "light" });
  }

  it("what one sees before one is in a room, and in it", async () => {
    expect(english.length).toBeGreaterThan(300);
    expect(same).toEqual([]);
    await page.goto(world.url);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await check("welcome");
    await at("recovery", say("recovery", "recoverTitle"));
    await check("recovery");
    await page.goto(await world.invite(alice));
    await page.getByLabel(say("join", "yourName")).fill("Boris");
    await check("preview");
    await button(say("join", "join")).click();
    await field().waitFor();
    room = new URL(page.url()).hash.slice(2);
    const sent = await get(alice.send("Guten Morgen, @Boris"));
    await get(alice.react(sent.id, "🌻"));
    await get(alice.edit(sent.id, "Guten Tag, @Boris"));
    await page.getByRole("log").getByText("Guten Tag").waitFor();
    await field().fill("Moin");
    await button(say("chat", "send")).click();
    await page.getByRole("log").getByText("Moin").waitFor();
    await check("chat");
    await page.getByRole("log").getByText("Moin").click({ button: "right" });
    await page.getByRole("menuitem", { name: say("chat", "edit"), exact: true }).waitFor();
    await check("menu");
    await page.keyboard.press("Escape");
    await at("rooms", "Gartenfreunde");
    await check("rooms");
  });

  it("the panels of a room", async () => {
    const boris = alice.members().find(({ name }) => name === "Boris")!;
    await get(alice.decide({ type: "setRole", person: boris.person, role: "owner" }));
    const person = `people/${toHex(alice.members().find(({ isYou }) => isYou)!.person)}`;
    for (const [panel, text] of [
      ["people", "Alina"],
      [person, say("people", "fingerprint")],
      ["verify", say("verify", "roomCode")],
      [person.replace("people", "verify"), "Alina"],
      ["decisions", say("decisions", "lead")],
      ["invites", say("invites", "lead")],
      ["room", say("roomSettings", "rules")],
      ["alarms", say("alarms", "none")],
      ["search", say("search", "startText")],
    ] as const) {
      await at(`${room}/${panel}`, text);
      await check(panel);
    }
    await at(`${room}/invites`, say("invites", "lead"));
    await button(say("invites", "terms")).click();
    await check("new invite");
  });

  it("settings, and what is shown once", async () => {
    for (const [path, text] of [
      ["settings", say("settings", "notices")],
      ["settings/you", say("settings", "you")],
      ["settings/security", say("settingsSecurity", "locks")],
      ["settings/about", say("settingsAbout", "licence")],
      ["sheet", say("recovery", "sheetTitle")],
      ["start", say("startRoom", "yourName")],
      ["search", say("search", "titleAll")],
      ["join", say("join", "paste")],
    ] as const) {
      await at(path, text);
      await check(path);
    }
  });
});
