import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { axeFaults, canBrowse, found, join, send, type Server, World } from "./browser.js";

describe.skipIf(!canBrowse)("a room's mirrors, in Chromium (skipped without /usr/bin/chromium or a build)", () => {
  let world: World;
  let own: Server;
  let alice: Page;
  let bob: Page;

  beforeAll(async () => {
    world = await World.start();
    own = await world.another(["--allow-relay", world.url]);
    [alice, bob] = [await world.visitor(), await world.visitor()];
    const link = await found(alice, own.url, "Garden club", "Alice");
    await join(bob, link, "Bob");
    for (const page of [alice, bob])
      await page.evaluate(() => (location.hash = `${location.hash.replace(/\/$/u, "")}/room`));
  }, 120_000);
  afterAll(() => world.stop());

  const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
  const host = (page: Page) => page.getByText(new URL(world.url).host, { exact: true });

  it("are added by those who may change the rules, shown to everybody, and ended", { timeout: 240_000 }, async () => {
    await button(bob, "Leave the room").waitFor();
    expect([
      await button(bob, "Add a mirror").count(),
      await bob.getByText("Mirrors", { exact: true }).count(),
    ]).toEqual([0, 0]);
    await button(alice, "Add a mirror").click();
    const field = alice.getByLabel("Address of the mirror");
    await field.fill("nowhere at all");
    await button(alice, "Add a mirror").click();
    await alice.getByText("That isn't the address of a server.").waitFor();
    await field.fill("ws://chat.example.org");
    await button(alice, "Add a mirror").click();
    await alice.getByText("This page can't connect to chat.example.org.").waitFor();
    expect(await axeFaults(alice)).toEqual([]);
    await field.fill(world.url);
    await button(alice, "Add a mirror").click();
    for (const page of [alice, bob]) await host(page).waitFor();
    await field.waitFor({ state: "detached" });
    expect(await axeFaults(bob)).toEqual([]);
    expect(await button(bob, "End").count()).toBe(0);

    await button(alice, "End").click();
    const dialog = alice.getByRole("dialog", { name: `Stop using ${new URL(world.url).host} as a mirror?` });
    await dialog.getByText("What it has, it keeps until its operator deletes it.").waitFor();
    expect(await axeFaults(alice)).toEqual([]);
    await button(alice, "Cancel").click();
    await dialog.waitFor({ state: "hidden" });
    await host(alice).waitFor();
    await button(alice, "End").click();
    await dialog.getByRole("button", { name: "End", exact: true }).click();
    for (const page of [alice, bob]) await host(page).waitFor({ state: "detached" });
  });

  it("carry the room while its own server is away", { timeout: 240_000 }, async () => {
    await button(alice, "Add a mirror").click();
    await alice.getByLabel("Address of the mirror").fill(world.url);
    await button(alice, "Add a mirror").click();
    await host(alice).waitFor();
    await send(alice, "kept elsewhere");
    await bob.getByText("kept elsewhere").first().waitFor();
    await own.stop();
    await alice
      .getByText(/come from the mirror/u)
      .first()
      .waitFor();
  });
});
