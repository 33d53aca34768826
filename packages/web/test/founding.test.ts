import { preset, type Preset } from "@conclave/protocol";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { axeFaults, canBrowse, get, ownLink, World } from "./browser.js";

interface Way {
  readonly preset: Preset;
  readonly title: string;
  readonly says: string;
  /** Admitting, removing, changing the rules, somebody who never answers. */
  readonly lines: readonly [string, string, string, string];
}

const WAYS: readonly Way[] = [
  {
    preset: "owner",
    title: "The owner decides",
    says: "The owner alone invites, removes and sets the rules.",
    lines: [
      "Ana alone",
      "Ana alone",
      "Ana alone",
      "Without Ana, nobody can let somebody in, remove a member or change these rules.",
    ],
  },
  {
    preset: "admins:2",
    title: "Admins decide together",
    says: "2 admins agree on every invite, removal and rule.",
    lines: [
      "any 2 of Ana, Ben and Carol",
      "any 2 of Ana, Ben and Carol",
      "any 2 of Ana, Ben and Carol",
      "Nothing waits for one particular person.",
    ],
  },
  {
    preset: "everyone",
    title: "Everyone agrees",
    says: "Everyone approves each newcomer, or the link they use.",
    lines: [
      "all 5 people together",
      "anyone here alone",
      "all 5 people together",
      "If even one person doesn't answer, nobody can let somebody in or change these rules.",
    ],
  },
  {
    preset: "add-only",
    title: "Members can't be removed",
    says: "The owner invites; people leave only by themselves.",
    lines: [
      "Ana alone",
      "nobody, even if everyone agrees",
      "all 5 people together",
      "Without Ana, nobody can let somebody in or change these rules. If Ben, Carol, Dora or Emil doesn't answer, nobody can change these rules.",
    ],
  },
  {
    preset: "open",
    title: "Open house",
    says: "Links let people in right away; any admin invites and removes.",
    lines: [
      "Ana, Ben or Carol, each alone",
      "Ana, Ben or Carol, each alone",
      "Ana alone",
      "Without Ana, nobody can change these rules.",
    ],
  },
];

describe.skipIf(!canBrowse)("founding, in Chromium (skipped without /usr/bin/chromium or the built pages)", () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
  const radio = (page: Page, { title }: Way) => page.getByRole("radio", { name: title });

  it.each(WAYS)("$preset: what it means is said before, and it is what the room then has", async (way) => {
    const page = await world.visitor();
    await page.goto(`${world.url}/#/start`);
    await page.getByLabel("Your name").fill("Ana");
    await page.getByLabel("Name of the room").fill(`Room of ${way.preset}`);
    await radio(page, way).check();
    await page.getByText("What this means").click();
    await lookFor(page, way);
    await button(page, "Start the room").click();
    const link = await ownLink(page);
    // Not as the page has it: as a newcomer's own core reads it in the history that everybody signed.
    const preview = await get((await world.person()).previewInvite(link));
    expect(preview.policy).toEqual(preset(way.preset));
    await page.context().close();
  });

  it("as many admins as one chooses; the example has them, and says who is who", async () => {
    const page = await world.visitor();
    await page.goto(`${world.url}/#/start`);
    await page.getByLabel("Name of the room").fill("Room of 4");
    await radio(page, WAYS[1]!).check();
    await page.getByText("What this means").click();
    await page
      .getByText("For example: Alice starts the room, Ben and Carol are admins, Dora and Emil are members.")
      .waitFor();
    // Somebody who is called like one of the others is not in it twice.
    await page.getByLabel("Your name").fill("Carol");
    await page.getByText("Carol starts the room, Ben and Dora are admins, Emil and Frida are members.").waitFor();
    await page.getByLabel("How many admins must agree").selectOption("4");
    await page.getByText("Carol starts the room, Ben, Dora, Emil and Frida are admins.").waitFor();
    await page.getByText("any 4 of all 5 people").first().waitFor();
    await button(page, "Start the room").click();
    const link = await ownLink(page);
    expect((await get((await world.person()).previewInvite(link))).policy).toEqual(preset("admins:4"));
    await page.context().close();
  });

  it("with the keyboard alone, on a phone too, in both themes; a screen reader hears the sentence with the choice", async () => {
    for (const look of [{ theme: "light" }, { theme: "dark", width: 360, height: 740 }] as const) {
      const page = await world.visitor(look);
      await page.goto(`${world.url}/#/start`);
      await page.getByLabel("Your name").fill("Ana");
      await radio(page, WAYS[0]!).focus();
      for (const [n, way] of WAYS.entries()) {
        if (n > 0) await page.keyboard.press("ArrowDown");
        expect(await radio(page, way).isChecked()).toBe(true);
        expect(await radio(page, way).evaluate((input) => input === document.activeElement)).toBe(true);
        const heard = await radio(page, way).evaluate((input) =>
          input
            .getAttribute("aria-describedby")!
            .split(" ")
            .map((id) => document.getElementById(id)!.textContent)
            .join(" "),
        );
        expect(heard).toContain(way.says);
        expect(await axeFaults(page), way.preset).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
      }
      await page.context().close();
    }
  });
});

async function lookFor(page: Page, { lines }: Way): Promise<void> {
  await page.getByText("If somebody never answers").waitFor();
  const [add, remove, setPolicy, silence] = lines;
  const said = await page
    .locator("dl")
    .evaluate((list) =>
      Object.fromEntries(
        [...list.children].map((line) => [
          line.querySelector("dt")!.textContent,
          [...line.querySelector("dd")!.childNodes].find((node) => node.nodeType === Node.TEXT_NODE)!.textContent,
        ]),
      ),
    );
  expect(said).toEqual({
    "Letting somebody in, or creating an invite": add,
    "Removing somebody": remove,
    "Changing the rules": setPolicy,
    "If somebody never answers": silence,
  });
}
