import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canBrowse, World } from "./browser.js";

const MOST_STEPS = 120;

// Everything is found by its role and name in the accessibility tree, as a screen reader has it, and reached and pressed by keys alone.
describe.skipIf(!canBrowse)(
  "by keys and names alone in Chromium (skipped without /usr/bin/chromium or a build)",
  () => {
    let world: World;
    let alice: Page;
    let bob: Page;
    let carol: Page;
    let link = "";
    let room = "";
    let phrase = "";

    beforeAll(async () => {
      world = await World.start();
      [alice, bob, carol] = [await world.visitor(), await world.visitor(), await world.visitor()];
    });
    afterAll(() => world.stop());

    const named = (page: Page, role: Parameters<Page["getByRole"]>[0], name: string | RegExp) =>
      page.getByRole(role, { name, exact: typeof name === "string" });

    /** Goes on with the Tab key until this has the focus. */
    async function reach(page: Page, target: Locator): Promise<void> {
      await target.first().waitFor();
      const isHere = () => target.first().evaluate((element) => element === document.activeElement);
      for (let step = 0; step < MOST_STEPS; step++) {
        if (await isHere()) return;
        await page.keyboard.press("Tab");
      }
      throw new Error(`not reached by the Tab key: ${String(target)}`);
    }

    async function press(page: Page, role: Parameters<Page["getByRole"]>[0], name: string | RegExp): Promise<void> {
      await reach(page, named(page, role, name));
      await page.keyboard.press("Enter");
    }

    async function write(page: Page, name: string | RegExp, text: string): Promise<void> {
      await reach(page, named(page, "textbox", name));
      await page.keyboard.type(text);
    }

    /** The founder looks at who is here. */
    async function openPeople(): Promise<void> {
      const people = alice.getByRole("button", { name: /^People in this room/u });
      if ((await people.getAttribute("aria-pressed")) !== "true") await press(alice, "button", /^People in this room/u);
    }

    async function joins(page: Page, name: string): Promise<void> {
      await page.goto(link);
      await write(page, "Your name", name);
      await press(page, "button", "Ask to join");
      await openPeople();
      await press(alice, "button", "Let in");
      await named(page, "textbox", /^Message/u).waitFor();
    }

    async function says(page: Page, text: string): Promise<void> {
      await write(page, /^Message/u, text);
      await page.keyboard.press("Enter");
    }

    const hears = (page: Page, text: string) => page.getByRole("article").filter({ hasText: text }).first().waitFor();

    it("founds a room in which admins decide together, and has its link", async () => {
      await alice.goto(world.url);
      await press(alice, "link", /^Start a room/u);
      await write(alice, "Your name", "Alice");
      await write(alice, "Name of the room", "Garden club");
      const rules = alice.getByRole("radio");
      const chosen = async () =>
        (await alice.getByRole("radio", { checked: true }).ariaSnapshot()).includes("Admins decide together");
      await reach(alice, alice.getByRole("radio", { checked: true }));
      for (let step = 0; step < (await rules.count()) && !(await chosen()); step++)
        await alice.keyboard.press("ArrowDown");
      expect(await chosen()).toBe(true);
      await press(alice, "button", "Start the room");
      const field = named(alice, "textbox", "Invite link");
      await field.waitFor();
      link = await field.inputValue();
      room = alice.url();
      expect(link).toContain("#");
    });

    it("asks to come in, is let in, and talks", async () => {
      await joins(bob, "Bob");
      await joins(carol, "Carol");
      await says(alice, "Good morning");
      for (const page of [bob, carol]) await hears(page, "Good morning");
      await says(bob, "Good morning to you");
      await hears(alice, "Good morning to you");
    });

    it("makes somebody an admin, is asked first, and takes their approval to remove somebody", async () => {
      await openPeople();
      await press(alice, "link", /^Bob/u);
      await press(alice, "button", "Make admin");
      const sure = alice.getByRole("dialog");
      // As long as she is the only admin, Alice decides alone.
      await sure.getByText(/remove people.*on your own: others must agree too/u).waitFor();
      await reach(alice, sure.getByRole("button", { name: "Make admin", exact: true }));
      await alice.keyboard.press("Enter");
      await bob
        .getByText(/made.*Bob.*an admin/su)
        .first()
        .waitFor();
      await press(alice, "button", "Back");
      await press(alice, "link", /^Carol/u);
      await press(alice, "button", "Remove from the room");
      await reach(alice, alice.getByRole("dialog").getByRole("button", { name: /^(?:Remove|Ask)/u }));
      await alice.keyboard.press("Enter");
      const card = bob.getByRole("article").filter({ hasText: "asks to remove Carol" });
      await reach(bob, card.getByRole("button", { name: "Approve", exact: true }));
      await bob.keyboard.press("Enter");
      const question = bob.getByRole("dialog").getByRole("button", { name: "Approve", exact: true });
      const gone = carol.getByText(/You were removed/u).first();
      await question
        .or(bob.getByText(/removed Carol/u))
        .first()
        .waitFor();
      if (await question.isVisible()) {
        await reach(bob, question);
        await bob.keyboard.press("Enter");
      }
      await bob
        .getByText(/removed Carol/u)
        .first()
        .waitFor();
      await gone.waitFor();
    });

    it("writes the recovery words down, loses the browser, and is back", async () => {
      await press(alice, "link", "Show them");
      await press(alice, "button", "Show the words");
      const list = named(alice, "list", "Recovery words, in order");
      await list.waitFor();
      const words = (await list.getByRole("listitem").allInnerTexts()).map((text) => text.replace(/[^a-z]+/gu, ""));
      phrase = words.join(" ");
      await press(alice, "button", "I’ve written them down");
      const asked = alice.getByRole("textbox", { name: /^Word \d+$/u });
      await asked.first().waitFor();
      for (const field of await asked.all()) {
        await reach(alice, field);
        const label = /\d+/u.exec(await field.ariaSnapshot())![0];
        await alice.keyboard.type(words[Number(label) - 1]!);
      }
      await press(alice, "button", "Check");
      await alice.getByText("set up recovery for this room").first().waitFor();
      await alice.goto(`${room}/room`);
      const kept = await alice.getByLabel("A link to keep with your words").inputValue();
      await alice.context().close();

      const back = await world.visitor();
      await back.goto(world.url);
      await press(back, "link", /^I have recovery words/u);
      await write(back, "Recovery words", phrase);
      await press(back, "button", "Bring me back");
      await press(back, "button", "Continue");
      await back.goto(kept);
      await press(back, "button", /^Return to/u);
      await says(back, "It is me again");
      await hears(bob, "It is me again");
    });
  },
);
