import type { RoomSession } from "@conclave/client";
import { preset } from "@conclave/protocol";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { axeFaults, canBrowse, found, get, join, send, World } from "./browser.js";
import { tap } from "./tap.js";

describe.skipIf(!canBrowse)("what breaks in a browser is said (skipped without /usr/bin/chromium)", () => {
  let world: World;
  let room: RoomSession;
  let link = "";

  beforeAll(async () => {
    world = await World.start();
    const alice = await world.person();
    room = await get(alice.createRoom({ title: "Garden", name: "Alice", policy: preset("owner"), relay: world.url }));
    link = await world.invite(room);
  });
  afterAll(() => world.stop());

  const field = (page: Page) => page.getByRole("textbox", { name: /^Message/u });
  const heading = (page: Page, name: string) => page.getByRole("heading", { name });

  async function another(page: Page): Promise<Page> {
    const tab = await page.context().newPage();
    await tab.goto(page.url());
    await field(tab).waitFor();
    return tab;
  }

  async function texts(): Promise<string[]> {
    const items = await room.timeline({ limit: 1000 });
    return items.flatMap((item) => (item.kind === "message" ? [new TextDecoder().decode(item.message.body)] : []));
  }

  it("a worker that ends without a word is noticed, and loading again goes on", async () => {
    const page = await world.visitor();
    await join(page, link, "Bob");
    await page.workers()[0]!.evaluate(() => self.close());
    await heading(page, "Conclave has stopped on this page").waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await page.getByRole("button", { name: "Try again" }).click();
    await field(page).waitFor();
    await page.context().close();
  });

  it("the tab that has the home closes while one types in another: text and focus stay, and what is sent then arrives", async () => {
    const first = await world.visitor();
    await join(first, link, "Carla");
    const second = await another(first);
    await field(second).pressSequentially("half a sen");
    await first.close();
    await second.keyboard.type("tence");
    await second.keyboard.press("Enter");
    await second.keyboard.type("and on");
    await expect.poll(texts).toContain("half a sentence");
    expect(await field(second).inputValue()).toBe("and on");
    expect(await field(second).evaluate((area) => area === document.activeElement)).toBe(true);
    await second.getByRole("log").getByText("half a sentence").waitFor();
    // What comes from others is shown too: the new home was read.
    await get(room.send("welcome in the other tab"));
    await second.getByRole("log").getByText("welcome in the other tab").waitFor();
    await second.context().close();
  });

  it("a draft that was asked for when the tab that had the home closed is in the field all the same", async () => {
    const first = await world.visitor();
    await join(first, link, "Ines");
    await field(first).fill("half a thought");
    const room = new URL(first.url()).hash;
    await first.evaluate(() => (location.hash = "#/settings"));
    await first.locator("[data-draft]").waitFor();
    await first.evaluate((to) => (location.hash = to), room);
    const second = await another(first);
    await expect.poll(() => field(second).inputValue()).toBe("half a thought");
    await second.evaluate(() => (location.hash = "#/settings"));
    await field(second).waitFor({ state: "detached" });
    void first
      .workers()[0]!
      .evaluate(() => {
        for (;;);
      })
      .catch(() => undefined);
    await second.evaluate((to) => (location.hash = to), room);
    await field(second).waitFor();
    await first.close();
    await expect.poll(() => field(second).inputValue()).toBe("half a thought");
    await second.context().close();
  });

  it("what was written stays to be copied when this browser can store nothing any more", async () => {
    const page = await world.visitor();
    await join(page, link, "Dora");
    await field(page).fill("do not lose me");
    const protocol = await page.context().newCDPSession(page);
    await protocol.send("Storage.clearDataForOrigin", { origin: world.url, storageTypes: "indexeddb" });
    // The next thing that has to be stored.
    await get(room.send("news"));
    await page.getByText("This browser couldn't save what happened").waitFor();
    expect(await page.getByLabel("Your unsent message").inputValue()).toBe("do not lose me");
    expect(await axeFaults(page)).toEqual([]);
    await page.context().close();
  });

  it("a tab that hangs with the home: the others say so, and what was said meanwhile is said again, and there once", async () => {
    const first = await world.visitor();
    await join(first, link, "Emil");
    const second = await another(first);
    const third = await first.context().newPage();
    void first
      .workers()[0]!
      .evaluate(() => {
        for (const until = Date.now() + 12_000; Date.now() < until;);
      })
      .catch(() => undefined);
    await third.goto(first.url());
    await send(second, "said into the gap");
    await third.getByText(/Another tab with Conclave may be stuck/u).waitFor();
    await first.close();
    await field(third).waitFor();
    await expect.poll(texts).toContain("said into the gap");
    await second.getByRole("log").getByText("said into the gap").waitFor();
    expect(await field(second).inputValue()).toBe("");
    expect((await texts()).filter((text) => text === "said into the gap")).toHaveLength(1);
    await second.context().close();
  });

  it("A65: RULE storage.one-writer and RULE tabs.lost: another tab takes the home over from one that hangs, which then writes nothing any more", async () => {
    const first = await world.visitor();
    await join(first, link, "Frida");
    const second = await another(first);
    // Its worker hangs, and wakes up with things to do.
    void first
      .workers()[0]!
      .evaluate(() => {
        for (const until = Date.now() + 40_000; Date.now() < until;);
      })
      .catch(() => undefined);
    await send(first, "said by the one that hangs");
    // Said into the gap, and again to whoever has the home then.
    await send(second, "said by the other one");
    await expect.poll(texts).toContain("said by the other one");
    await heading(first, "Conclave has stopped on this page").waitFor();
    await send(second, "and goes on");
    await expect.poll(texts).toContain("and goes on");
    expect(await texts()).not.toContain("said by the one that hangs");
    expect((await texts()).filter((text) => text === "said by the other one")).toHaveLength(1);
    await first.getByRole("button", { name: "Try again" }).click();
    await send(first, "both again");
    await expect.poll(texts).toContain("both again");
    // No key was used twice: nobody was alarmed, and everything can be read.
    expect(room.status().alarms).toEqual([]);
    const lines = await room.timeline({ limit: 1000 });
    expect(lines.filter(({ kind }) => kind === "unreadable" || kind === "alarm")).toEqual([]);
    await first.context().close();
  });

  it("when the network is back it connects at once instead of waiting", async () => {
    const server = await world.another();
    const line = await tap(server.url);
    const page = await world.visitor();
    await found(page, line.url, "Far away", "Gina");
    await server.stop();
    // After the sixth attempt in vain the next one is at least eight seconds away.
    const before = line.sockets();
    await expect.poll(() => line.sockets()).toBeGreaterThanOrEqual(before + 6);
    const tried = line.sockets();
    await page.evaluate(() => void window.dispatchEvent(new Event("online")));
    await expect.poll(() => line.sockets(), { timeout: 6_000 }).toBeGreaterThan(tried);
    line.stop();
    await page.context().close();
  });

  it("an address of a room that is not here says so, with a panel too", async () => {
    const page = await world.visitor({ width: 360, height: 740 });
    await join(page, link, "Finn");
    for (const path of ["", "/people", "/decisions", "/invites", "/verify", "/room", "/alarms", "/search"]) {
      await page.goto(`${world.url}/#/room/${"ab".repeat(32)}${path}`);
      await heading(page, "This room isn't on this device").waitFor();
    }
    await page.context().close();
  });
});
