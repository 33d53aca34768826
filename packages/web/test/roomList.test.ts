import type { RoomSession } from "@conclave/client";
import { preset } from "@conclave/protocol";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { axeFaults, canBrowse, found, get, join, send, World } from "./browser.js";

const PHONE = { width: 360, height: 740 };

describe.skipIf(!canBrowse)("the list of rooms in Chromium (skipped without /usr/bin/chromium or a build)", () => {
  let world: World;
  let page: Page;
  let pia: RoomSession;
  let link: string;

  beforeAll(async () => {
    world = await World.start();
    const founder = await world.person();
    pia = await get(
      founder.createRoom({ title: "Garden club", name: "Pia", policy: preset("open"), relay: world.url }),
    );
    link = await world.invite(pia);
    page = await world.visitor();
    await join(page, link, "Alice");
  });
  afterAll(() => world.stop());

  const list = () => page.locator('[data-pane="list"]');
  const rows = () => list().getByRole("listitem").getByRole("link");
  // With whatever its ring says before its name.
  const row = (title: string) => rows().filter({ hasText: title });
  const titles = () => list().getByRole("listitem").locator("bdi:first-child").allInnerTexts();
  const field = () => page.getByRole("textbox", { name: /^Message/u });
  const menu = () => page.getByRole("menu");
  const item = (name: string) => menu().getByRole("menuitem", { name });

  it("opens with the only room", async () => {
    await page.goto(`${world.url}/`);
    await page.getByRole("textbox", { name: "Message to Garden club" }).waitFor();
  });

  it("a decision does not push away what was said last", async () => {
    await get(pia.send("Who brings the key?"));
    await row("Garden club").getByText("Who brings the key?").waitFor();
    await get(pia.decide({ type: "setTitle", title: "Garden circle" }));
    await row("Garden circle").getByText("Who brings the key?").waitFor();
    await get(pia.decide({ type: "setTitle", title: "Garden club" }));
    await row("Garden club").waitFor();
    expect(await row("Garden club").locator("[data-decision]").count()).toBe(0);
  });

  it("a fresh room comes first; a draft shows; opening goes to where one left", async () => {
    await found(page, world.url, "Kitchen", "Alice");
    await expect.poll(async () => (await titles())[0]).toBe("Kitchen");
    await row("Garden club").click();
    await page.getByRole("textbox", { name: "Message to Garden club" }).fill("half a thought");
    await row("Kitchen").click();
    await page.getByRole("textbox", { name: "Message to Kitchen" }).waitFor();
    await row("Garden club").locator("[data-draft]").getByText("half a thought").waitFor();
    expect(await row("Garden club").innerText()).toContain("Draft:");
    await page.goto("about:blank");
    await page.goto(`${world.url}/`);
    await page.getByRole("textbox", { name: "Message to Kitchen" }).waitFor();
    await row("Garden club").locator("[data-draft]").waitFor();
    await row("Garden club").click();
    await page.goto("about:blank");
    await page.goto(`${world.url}/`);
    await page.getByRole("textbox", { name: "Message to Garden club" }).waitFor();
    // In its own room it is in the field, and sent it is gone.
    await expect.poll(() => field().inputValue()).toBe("half a thought");
    await send(page, "a whole thought");
    await row("Kitchen").click();
    await row("Garden club").getByText("a whole thought").waitFor();
    expect(await list().locator("[data-draft]").count()).toBe(0);
  });

  it("a room has a menu: by the right button, by the menu key, and by its dots; it marks as read, and leaves", async () => {
    await row("Kitchen").click();
    await field().waitFor();
    await get(pia.send("unread one"));
    await row("Garden club")
      .getByLabel("1 unread message")
      .or(row("Garden club").getByText("1", { exact: true }))
      .first()
      .waitFor();
    await row("Garden club").click({ button: "right" });
    expect(await axeFaults(page)).toEqual([]);
    await item("Mark as read").click();
    await expect.poll(() => page.title()).not.toMatch(/^\(/u);
    expect(page.url()).not.toContain(encodeURIComponent("Garden"));
    await page.getByRole("textbox", { name: "Message to Kitchen" }).waitFor();
    await row("Garden club").focus();
    await page.keyboard.press("Shift+F10");
    await item("Mark as unread").waitFor();
    await page.keyboard.press("Escape");
    expect(await row("Garden club").evaluate((element) => element === document.activeElement)).toBe(true);
    // Who has a mouse sees that there is one.
    const more = page.getByRole("button", { name: "Actions for Garden club" });
    await row("Kitchen").hover();
    expect(await more.count()).toBe(0);
    await row("Garden club").hover();
    await more.click();
    await item("Mark as unread").waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await menu().waitFor({ state: "detached" });
    await row("Garden club").click({ button: "right" });
    await item("Leave the room…").click();
    await page.getByText("Leave “Garden club”?").waitFor();
    await page.keyboard.press("Escape");
  });

  it("Ctrl+K finds rooms, people and messages; Enter takes the first; Escape leads back", async () => {
    await page.keyboard.press("Control+k");
    const search = page.getByRole("searchbox");
    await search.fill("gard");
    await page.getByRole("region", { name: "Rooms" }).getByText("Garden club").waitFor();
    await search.press("Enter");
    await page.getByRole("textbox", { name: "Message to Garden club" }).waitFor();
    await page.keyboard.press("Control+k");
    await search.fill("pia");
    await page.getByRole("region", { name: "People" }).getByText("Pia").waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await search.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Fingerprint" }).waitFor();
    await page.keyboard.press("Control+k");
    await search.fill("key");
    await page.getByText("in Garden club").first().waitFor();
    await search.press("Escape");
    await page.getByRole("heading", { name: "Fingerprint" }).waitFor();
  });

  it("a muted room is quiet, and says so: it counts what names one only, also after a reload", async () => {
    await row("Kitchen").click();
    await page.getByRole("textbox", { name: "Message to Kitchen" }).waitFor();
    await row("Garden club").click({ button: "right" });
    await item("Mute").click();
    await row("Garden club")
      .getByText("Muted: you're only notified when someone mentions you or needs your decision")
      .waitFor({ state: "attached" });
    await get(pia.send("Just so"));
    await row("Garden club")
      .getByText(/^\d+ unread message/u)
      .waitFor({ state: "attached" });
    expect(await page.title()).not.toMatch(/^\(/u);
    await get(pia.send("@Alice look"));
    await expect.poll(() => page.title()).toMatch(/^\(1\)/u);
    await page.reload();
    await row("Garden club").getByLabel("someone mentioned you").waitFor();
    await row("Garden club")
      .getByText("Muted: you're only notified when someone mentions you or needs your decision")
      .waitFor({ state: "attached" });
    await row("Garden club").click({ button: "right" });
    await item("Unmute").click();
    await row("Garden club")
      .getByText("Muted: you're only notified when someone mentions you or needs your decision")
      .waitFor({ state: "detached" });
  });

  it("a room is pinned, marked as unread and archived from its menu; all of it is still so after a reload", async () => {
    const names = () =>
      rows().evaluateAll((links) => links.map((link) => link.querySelector("bdi")?.textContent ?? ""));
    await expect.poll(async () => (await names())[0]).toBe("Garden club");
    await row("Kitchen").click({ button: "right" });
    await item("Pin").click();
    await expect.poll(async () => (await names())[0]).toBe("Kitchen");
    await row("Kitchen").getByText("Pinned").waitFor({ state: "attached" });
    // By the keyboard: the open room is left, or it would be read at once.
    await row("Garden club").click();
    await field().waitFor();
    await row("Garden club").focus();
    await page.keyboard.press("Shift+F10");
    await item("Mark as unread").press("Enter");
    await row("Garden club").getByRole("img", { name: "Marked as unread" }).waitFor();
    expect(page.url()).toMatch(/#\/rooms$/u);
    expect(await axeFaults(page)).toEqual([]);
    await page.reload();
    await row("Garden club").getByRole("img", { name: "Marked as unread" }).waitFor();
    expect(await names()).toEqual(["Kitchen", "Garden club"]);
    await row("Garden club").click();
    await expect.poll(() => row("Garden club").getByRole("img", { name: "Marked as unread" }).count()).toBe(0);

    const archive = list().getByRole("button", { name: "1 archived room" });
    await row("Garden club").click({ button: "right" });
    await item("Archive").click();
    await archive.waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await row("Garden club").waitFor();
    await row("Garden club").click({ button: "right" });
    await item("Archive").click();
    await archive.waitFor();
    await page.reload();
    await archive.waitFor();
    expect(await names()).toEqual(["Kitchen"]);
    await archive.press("Enter");
    expect(await names()).toEqual(["Kitchen", "Garden club"]);
    expect(await axeFaults(page)).toEqual([]);
    expect(await archive.getAttribute("aria-expanded")).toBe("true");
    // Somebody writes, and it is back.
    await get(pia.send("Are you there?"));
    await expect.poll(() => archive.count()).toBe(0);
    await row("Garden club").getByText("Are you there?").waitFor();
    await row("Kitchen").click({ button: "right" });
    await item("Unpin").click();
    await expect.poll(async () => (await names())[0]).toBe("Garden club");
  });

  it("a finger that rests on a room opens its menu, and does not go there when it lifts", async () => {
    const phone = await world.visitor(PHONE);
    await join(phone, link, "Bob");
    await phone.goto(`${world.url}/#/rooms`);
    // On a phone the list is what one comes back to.
    const room = phone.getByRole("link", { name: /^Garden club/u });
    await room.waitFor();
    const box = (await room.boundingBox())!;
    const touch = await phone.context().newCDPSession(phone);
    const at = { x: Math.round(box.x + 80), y: Math.round(box.y + box.height / 2) };
    await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [at] });
    await phone.getByRole("menu").waitFor();
    await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    await phone.waitForTimeout(500);
    expect(await phone.getByRole("menu").count()).toBe(1);
    expect(phone.url()).toMatch(/#\/rooms$/u);
    await phone.getByRole("menuitem", { name: "People" }).tap();
    await phone.getByRole("heading", { name: "People", exact: true }).waitFor();
  });
});
