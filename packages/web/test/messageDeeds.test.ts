import type { RoomSession } from "@conclave/client";
import { preset } from "@conclave/protocol";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { axeFaults, canBrowse, get, join, send, World } from "./browser.js";

const PHONE = { width: 390, height: 844 };
const decoder = new TextDecoder();

describe.skipIf(!canBrowse)("what one does with a message in Chromium (skipped without a build)", () => {
  let world: World;
  let alice: RoomSession;
  let kitchen: RoomSession;
  let page: Page;

  beforeAll(async () => {
    world = await World.start();
    const founder = await world.person();
    const create = (title: string) =>
      get(founder.createRoom({ title, name: "Alice", policy: preset("open"), relay: world.url }));
    [alice, kitchen] = [await create("Garden club"), await create("Kitchen")];
    page = await world.visitor();
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"], { origin: world.url });
    await join(page, await world.invite(kitchen), "Carla");
    await join(page, await world.invite(alice), "Carla");
  });
  afterAll(() => world.stop());

  const menu = () => page.getByRole("menu");
  const item = (name: string) => menu().getByRole("menuitem", { name, exact: true });
  const line = (text: string): Locator => page.getByRole("article").filter({ hasText: text }).first();
  const bar = () => page.getByRole("toolbar", { name: "Selected messages" });
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  const focusedLine = () => page.evaluate(() => document.activeElement?.closest('[role="article"]')?.textContent ?? "");

  async function says(text: string): Promise<void> {
    await get(alice.send(text));
    await line(text.split("\n")[0]!).waitFor();
  }

  async function textsOf(room: RoomSession): Promise<string[]> {
    const items = await room.timeline({ limit: 500 });
    return items.flatMap((each) => (each.kind === "message" ? [decoder.decode(each.message.body)] : []));
  }

  it("F11: the menu leaves the message bright and dims the rest", async () => {
    await says("The key is with my neighbour");
    await line("The key is with my neighbour").click({ button: "right" });
    const hole = await menu().evaluate((element) => getComputedStyle(element, "::backdrop").clipPath);
    expect(hole).toMatch(/^path\(evenodd, "M 0 0 H \d+ V \d+ H 0 Z M/u);
    const box = (await line("The key is with my neighbour").locator("[data-bubble]").boundingBox())!;
    const [, x, y] = /Z M ([\d.]+) ([\d.]+)/u.exec(hole)!;
    expect(Math.abs(Number(x) - 18 - box.x)).toBeLessThan(2);
    expect(Math.abs(Number(y) - box.y)).toBeLessThan(2);
    expect(await axeFaults(page)).toEqual([]);
    await page.keyboard.press("Escape");
    expect(await menu().count()).toBe(0);
  });

  it("a link to a message leads there: from the address, and from another message without another tab; a wrong one is told", async () => {
    await line("The key is with my neighbour").click({ button: "right" });
    await item("Copy link to message").click();
    await page.getByText("Link copied. It opens for people in this room.").waitFor();
    const link = await copied();
    expect(link).toMatch(/#\/room\/[0-9a-f]+\/message\/[0-9a-f]{32}$/u);
    for (let n = 0; n < 60; n++) await get(alice.send(`line ${n}`));
    await line("line 59").waitFor();
    await page.goto("about:blank");
    await page.goto(link);
    await expect
      .poll(
        () =>
          line("The key is with my neighbour")
            .getAttribute("class")
            .catch(() => ""),
        { timeout: 10_000 },
      )
      .toMatch(/marked/u);
    await expect.poll(() => page.url()).not.toContain("/message/");
    await page.getByRole("button", { name: /^Go to/u }).click();
    await says(`see ${link}`);
    const pages = page.context().pages().length;
    await line("see http").getByRole("link").click();
    await expect.poll(() => line("The key is with my neighbour").getAttribute("class")).toMatch(/marked/u);
    expect(page.context().pages()).toHaveLength(pages);
    await page.goto(link.replace(/[0-9a-f]{32}$/u, "0".repeat(32)));
    await page.getByText("That message isn't on this device.").waitFor();
    await page.getByRole("button", { name: /^Go to/u }).click();
  });

  it("forwards by the keyboard: another's words as a quote, one's own as they are", async () => {
    await says("Two rows\nof beans");
    await line("Two rows").click();
    await expect.poll(focusedLine).toContain("Two rows");
    await page.keyboard.press("f");
    const dialog = page.getByRole("dialog", { name: "Forward to" });
    await dialog.waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await expect.poll(() => dialog.count()).toBe(0);
    await expect.poll(focusedLine).toContain("Two rows");
    await page.keyboard.press("f");
    await page.keyboard.type("kit");
    await page.keyboard.press("Enter");
    await page.getByText("Forwarded to “Kitchen”").waitFor();
    await expect.poll(() => textsOf(kitchen)).toContain("Alice wrote:\n> Two rows\n> of beans");
    await send(page, "my own words");
    await line("my own words").getByRole("img", { name: "Sent" }).waitFor();
    await line("my own words").click({ button: "right" });
    await item("Forward…").click();
    await dialog.getByRole("button", { name: "Kitchen" }).click();
    await expect.poll(() => textsOf(kitchen)).toContain("my own words");
  });

  it("selects several, by pointer and by Space; copies them; Escape ends it", async () => {
    await says("first seed");
    await says("second seed");
    await line("first seed").click({ button: "right" });
    await item("Select").click();
    await bar().getByText("1 message selected").waitFor();
    await line("second seed").click();
    await bar().getByText("2 messages selected").waitFor();
    expect(await line("second seed").getByRole("checkbox", { name: "Select this message" }).isChecked()).toBe(true);
    expect(await axeFaults(page)).toEqual([]);
    await bar().getByRole("button", { name: "Copy" }).click();
    await expect.poll(copied).toMatch(/^\[\d\d:\d\d\] Alice: first seed\n\[\d\d:\d\d\] Alice: second seed$/u);
    await expect.poll(() => bar().count()).toBe(0);
    await line("second seed").click();
    await page.keyboard.press("Space");
    await bar().getByText("1 message selected").waitFor();
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Space");
    await bar().getByText("2 messages selected").waitFor();
    await page.keyboard.press("Escape");
    await expect.poll(() => bar().count()).toBe(0);
    await page.getByRole("textbox", { name: /^Message/u }).waitFor();
  });

  it("deletes for me: gone here for good, also after a reload; the others keep it", async () => {
    await line("first seed").click();
    await page.keyboard.press("Shift+Delete");
    await page.getByText("Delete this message for you?").waitFor();
    await page.keyboard.press("Escape");
    await line("first seed").waitFor();
    await page.keyboard.press("Shift+Delete");
    await page.getByRole("dialog").getByRole("button", { name: "Delete for me" }).click();
    await expect.poll(() => line("first seed").count()).toBe(0);
    await line("second seed").click({ button: "right" });
    await item("Select").click();
    await bar().getByRole("button", { name: "Delete for me" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete for me" }).click();
    await expect.poll(() => line("second seed").count()).toBe(0);
    await page.reload();
    await line("my own words").waitFor();
    expect(await page.getByText("first seed").count()).toBe(0);
    expect(await textsOf(alice)).toEqual(expect.arrayContaining(["first seed", "second seed"]));
    await page
      .getByRole("link", { name: /^Garden club/u })
      .getByText("my own words")
      .waitFor();
  });

  it("every one of these keys is listed behind the question mark", async () => {
    await line("my own words").click();
    await page.keyboard.press("?");
    const help = page.getByRole("dialog");
    for (const each of ["Forward a message", "Select messages", "Delete a message for you"]) {
      await help.getByText(each, { exact: true }).waitFor();
    }
    await page.keyboard.press("Escape");
    await expect.poll(() => help.count()).toBe(0);
  });

  it("on a phone a swipe replies; a short one, and one downwards, do not", async () => {
    const phone = await world.visitor(PHONE);
    await join(phone, await world.invite(alice), "Bob");
    const touch = await phone.context().newCDPSession(phone);
    const said = phone.getByRole("log").getByText("swipe me");
    await get(alice.send("swipe me"));
    await said.waitFor();
    const finger = (type: "touchStart" | "touchMove" | "touchEnd", at?: { x: number; y: number }) =>
      touch.send("Input.dispatchTouchEvent", { type, touchPoints: at ? [at] : [] });
    const swipe = async (byX: number, byY: number) => {
      const box = (await said.boundingBox())!;
      const at = { x: Math.round(box.x + 8), y: Math.round(box.y + box.height / 2) };
      await finger("touchStart", at);
      for (let step = 1; step <= 10; step++)
        await finger("touchMove", { x: at.x + (byX * step) / 10, y: at.y + (byY * step) / 10 });
      await finger("touchEnd");
    };
    const mode = phone.getByText("Replying to Alice");
    await swipe(40, 0);
    await swipe(0, 120);
    await phone.waitForTimeout(300);
    expect(await mode.count()).toBe(0);
    await swipe(140, 0);
    await mode.waitFor();
    await phone.context().close();
  });
});
