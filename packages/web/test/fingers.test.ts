import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as pathOf } from "node:path";
import type { RoomSession } from "@conclave/client";
import { preset } from "@conclave/protocol";
import type { CDPSession, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { axeFaults, canBrowse, get, join, World } from "./browser.js";

const PHONE = { width: 360, height: 740 };

describe.skipIf(!canBrowse)("fingers, paste and drop in Chromium (skipped without a build)", () => {
  const folder = mkdtempSync(pathOf(tmpdir(), "conclave-fingers-"));
  let world: World;
  let alice: RoomSession;
  let phone: Page;
  let desk: Page;
  let touch: CDPSession;

  beforeAll(async () => {
    world = await World.start();
    const founder = await world.person();
    alice = await get(
      founder.createRoom({ title: "Garden club", name: "Alice", policy: preset("open"), relay: world.url }),
    );
    const link = await world.invite(alice);
    [phone, desk] = await Promise.all([world.visitor(PHONE), world.visitor()]);
    await Promise.all([join(phone, link, "Bob"), join(desk, link, "Carla")]);
    touch = await phone.context().newCDPSession(phone);
    for (let n = 0; n < 30; n++) await get(alice.send(`line number ${n}`));
    await line(29).waitFor();
  });
  afterAll(async () => {
    await world.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const field = (page: Page) => page.getByRole("textbox", { name: /^Message/u });
  const line = (n: number) => phone.getByRole("log").getByText(`line number ${n}`);
  const menu = () => phone.getByRole("menu");
  const tray = (page: Page) => page.getByRole("list", { name: "Files to send" });

  async function fingerOn(n: number): Promise<{ x: number; y: number }> {
    const box = (await line(n).boundingBox())!;
    return { x: Math.round(box.x + 10), y: Math.round(box.y + box.height / 2) };
  }
  const finger = (type: "touchStart" | "touchMove" | "touchEnd", at?: { x: number; y: number }) =>
    touch.send("Input.dispatchTouchEvent", { type, touchPoints: at ? [at] : [] });

  it("a finger that rests opens the menu, which stays when it lifts and when the keyboard goes; a swipe scrolls, and opens none", async () => {
    await field(phone).tap();
    // The list goes on moving for some frames after the last line came.
    const place = async () => Math.round((await line(27).boundingBox())!.y);
    let before = -1;
    const rests = async () => {
      const was = before;
      before = await place();
      return before === was;
    };
    await expect.poll(rests, { interval: 400 }).toBe(true);
    const at = await fingerOn(28);
    await finger("touchStart", at);
    await finger("touchMove", { x: at.x + 3, y: at.y - 2 });
    await menu().waitFor();
    await finger("touchEnd");
    // The keyboard that was up for the field goes away: the page grows.
    await phone.setViewportSize({ ...PHONE, height: 760 });
    await phone.waitForTimeout(300);
    expect(await menu().count()).toBe(1);
    const box = (await menu().boundingBox())!;
    expect([box.x >= 0, box.y >= 0, box.x + box.width <= 360, box.y + box.height <= 760]).toEqual(Array(4).fill(true));
    // What it acts on is to be seen beside it.
    const own = (await line(28).boundingBox())!;
    expect(box.y >= own.y + own.height || box.y + box.height <= own.y).toBe(true);
    await menu().getByRole("menuitem", { name: "Reply" }).tap();
    await phone.getByText("Replying to Alice").waitFor();
    await phone.getByRole("button", { name: "Cancel reply" }).tap();
    await phone.setViewportSize(PHONE);

    // The smaller page moves the list to its end, some frames later. Lines are looked at, not the list's own count of
    // pixels: that is put right as lines above are measured.
    await expect.poll(rests, { interval: 400 }).toBe(true);
    const from = await fingerOn(27);
    await finger("touchStart", { x: from.x, y: 300 });
    for (let y = 300; y <= 500; y += 20) await finger("touchMove", { x: from.x, y });
    // Held for longer than a press takes.
    await phone.waitForTimeout(700);
    await finger("touchEnd");
    expect(await menu().count()).toBe(0);
    // How far depends on how many of the moves a busy browser takes for one.
    await expect.poll(place).toBeGreaterThan(before + 20);
    await line(22).tap();
    await phone.waitForTimeout(600);
    expect(await menu().count()).toBe(0);
    await phone.getByRole("button", { name: "Go to the newest message" }).tap();
  });

  it("what is pasted: a picture is taken as a file, text is text, both in their place", async () => {
    await desk.context().grantPermissions(["clipboard-read", "clipboard-write"], { origin: world.url });
    await desk.evaluate(async () => {
      const canvas = Object.assign(document.createElement("canvas"), { width: 300, height: 200 });
      canvas.getContext("2d")!.fillRect(0, 0, 200, 100);
      const png = await new Promise<Blob>((resolve) => canvas.toBlob((blob) => resolve(blob!), "image/png"));
      await navigator.clipboard.write([new ClipboardItem({ "image/png": png })]);
    });
    await field(desk).focus();
    await desk.keyboard.press("Control+V");
    await tray(desk).locator("img").waitFor();
    expect(await field(desk).inputValue()).toBe("");
    await desk.evaluate(() => navigator.clipboard.writeText("and <b>words</b>"));
    await desk.keyboard.press("Control+V");
    await expect.poll(() => field(desk).inputValue()).toBe("and <b>words</b>");
    // Other rooms and settings are looked at meanwhile: what was chosen is still there.
    const here = new URL(desk.url()).hash;
    await desk.evaluate(() => (location.hash = "#/settings"));
    await desk.getByRole("heading", { name: "Settings" }).first().waitFor();
    await desk.evaluate((hash) => (location.hash = hash), here);
    await tray(desk).locator("img").waitFor();
    await desk.keyboard.press("Control+V");
    await desk.getByRole("button", { name: "Send", exact: true }).click();
    const sent = desk.getByRole("article").filter({ hasText: "and <b>words</b>" });
    await sent.getByRole("button", { name: /^Open the picture/u }).waitFor();
    expect(await tray(desk).count()).toBe(0);
  });

  it("what is dropped: files are taken; a folder, an empty file and one that is too large are said; nothing is harmless", async () => {
    const path = (name: string) => pathOf(folder, name);
    const turned = "photo\u202Egnp.exe";
    writeFileSync(path("beans.txt"), "beans");
    writeFileSync(path(turned), "turned");
    writeFileSync(path("empty.txt"), "");
    mkdirSync(path("shed"));
    writeFileSync(path("huge.bin"), "");
    truncateSync(path("huge.bin"), 2 ** 32 + 1);
    const drag = await desk.context().newCDPSession(desk);
    const drop = async (names: string[], isDropped = true) => {
      const data = { items: [], files: names.map(path), dragOperationsMask: 1 };
      for (const type of ["dragEnter", "dragOver", isDropped ? "drop" : "dragCancel"] as const)
        await drag.send("Input.dispatchDragEvent", { type, x: 700, y: 400, data });
    };
    const over = desk.getByText("Drop files here to send them");
    await drop(["beans.txt"], false);
    await expect.poll(() => over.count()).toBe(0);
    await drop([]);
    await drop(["shed"]);
    await desk.getByText("shed is a folder. Only files can be sent.").first().waitFor();
    await drop(["empty.txt", "huge.bin"]);
    await desk.getByText("empty.txt is empty, so there's nothing to send.").first().waitFor();
    await desk
      .getByText(/^huge\.bin is too large\. The limit is .*\.$/u)
      .first()
      .waitFor();
    expect(await tray(desk).count()).toBe(0);
    await drop(["beans.txt", turned]);
    await expect.poll(() => tray(desk).getByRole("listitem").count()).toBe(2);
    expect(await over.count()).toBe(0);
    expect(await axeFaults(desk)).toEqual([]);
    await desk.getByRole("button", { name: "Send", exact: true }).click();
    const cards = desk.getByRole("article").getByRole("button", { name: /^Save/u });
    await expect.poll(() => cards.count()).toBe(2);
    // A name that turns around is straight wherever it is shown or said.
    expect(await desk.getByRole("log").innerHTML()).not.toContain("\u202E");
    expect(await cards.last().getAttribute("aria-label")).toBe("Save photognp.exe");
    const [download] = await Promise.all([desk.waitForEvent("download"), cards.last().click()]);
    expect(download.suggestedFilename()).toBe("photognp.exe");
    expect(desk.url()).toContain("#/room/");
  });
});
