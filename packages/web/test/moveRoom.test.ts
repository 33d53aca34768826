import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { axeFaults, canBrowse, found, send, type Server, World } from "./browser.js";

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
});
