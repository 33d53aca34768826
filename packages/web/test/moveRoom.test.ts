import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { axeFaults, canBrowse, found, join, send, type Server, World } from "./browser.js";

describe.skipIf(!canBrowse)("a room that moves, in Chromium (skipped without /usr/bin/chromium or a build)", () => {
  let world: World;
  let before: Server;
  let page: Page;

  beforeAll(async () => {
    world = await World.start();
    before = await world.another(["--allow-relay", world.url]);
    page = await world.visitor();
    await found(page, before.url, "Garden club", "Alice");
  });
  afterAll(() => world.stop());

  const button = (name: string) => page.getByRole("button", { name, exact: true });

  it(
    "is asked for in its panel, follows in the page, and the others see who moved it",
    { timeout: 120_000 },
    async () => {
      await send(page, "one");
      await page.evaluate(() => (location.hash = `${location.hash.replace(/\/$/u, "")}/room`));
      await button("Move to another server").click();
      const field = page.getByLabel("Address of the new server");
      await field.fill("nowhere at all");
      await button("Move the room").click();
      await page.getByText("That isn't the address of a server.").waitFor();
      await field.fill("ws://chat.example.org");
      await button("Move the room").click();
      await page.getByText("This page can't connect to chat.example.org.").waitFor();
      expect(await axeFaults(page)).toEqual([]);
      await field.fill(world.url);
      await button("Move the room").click();
      const dialog = page.getByRole("dialog");
      await dialog.getByText("Everyone's app follows by itself").waitFor();
      expect(await axeFaults(page)).toEqual([]);
      await dialog.getByRole("button", { name: "Move the room", exact: true }).click();
      const host = new URL(world.url).host;
      await page.getByText(`The room is now at ${host}.`).waitFor();
      await page.locator("p", { hasText: host }).first().waitFor();
      await before.stop();
      await send(page, "two");
      await page
        .getByText(/moved the room to/u)
        .first()
        .waitFor();
    },
  );

  it(
    "whose server is gone is moved without it, and who is told the address follows there",
    { timeout: 240_000 },
    async () => {
      const gone = await world.another(["--allow-relay", world.url]);
      const [alice, bob] = [await world.visitor(), await world.visitor()];
      const link = await found(alice, gone.url, "Allotments", "Alice");
      await join(bob, link, "Bob");
      await send(bob, "before");
      await alice.getByText("before").first().waitFor();
      for (const one of [alice, bob])
        await one.evaluate(() => (location.hash = `${location.hash.replace(/\/$/u, "")}/room`));
      for (const one of [alice, bob]) await one.getByText("It carries the messages").waitFor();
      await gone.stop();
      const host = new URL(world.url).host;
      const follow = async () => {
        await bob.getByRole("button", { name: "Look for the room there" }).click();
      };
      await bob.getByRole("button", { name: "It was moved to another server" }).click();
      await bob.getByLabel("Address that an owner of the room has told you").fill(world.url);
      expect(await axeFaults(bob)).toEqual([]);
      await follow();
      await bob.getByText("The server doesn't have this room").first().waitFor();
      await alice.getByRole("button", { name: "Move to another server" }).click();
      await alice.getByLabel("Address of the new server").fill(world.url);
      await alice.getByRole("button", { name: "Move the room" }).click();
      const dialog = alice.getByRole("dialog");
      await dialog.getByText("doesn't answer for this room").waitFor();
      await dialog.getByRole("button", { name: "Move the room", exact: true }).click();
      await alice.getByText(`Now tell everyone that the room is at ${host}.`).waitFor();
      await follow();
      await bob.locator("p", { hasText: host }).first().waitFor();
      await send(bob, "here");
      await alice.getByText("here", { exact: true }).first().waitFor();
    },
  );
});
