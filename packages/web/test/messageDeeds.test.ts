import { readFileSync } from "node:fs";
import type { RoomSession } from "@conclave/client";
import { decodeFileCard, preset } from "@conclave/protocol";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { axeFaults, canBrowse, fromRoomMenu, get, join, send, World } from "./browser.js";

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
    if (process.env["CONCLAVE_PICTURES"])
      await page.screenshot({ path: `${process.env["CONCLAVE_PICTURES"]}/menu.png` });
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
    if (process.env["CONCLAVE_PICTURES"])
      await page.screenshot({ path: `${process.env["CONCLAVE_PICTURES"]}/select.png` });
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
    await page.getByText("Delete this message on this device?").waitFor();
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

  it("a file is forwarded as one: fetched, and sealed again for the other room", async () => {
    const bytes = new TextEncoder().encode("a plan of the beds");
    const read = (offset: number, length: number) => Promise.resolve(bytes.slice(offset, offset + length));
    await get(alice.attach({ name: "plan.txt", mediaType: "text/plain", size: bytes.length, read }));
    await line("plan.txt").click({ button: "right" });
    await item("Forward…").click();
    await page.getByRole("dialog").getByRole("button", { name: "Kitchen" }).click();
    await page.getByText("Forwarded to “Kitchen”").waitFor();
    const fileIn = async (room: RoomSession) => {
      const items = await room.timeline();
      const found = items.flatMap((each) => (each.kind === "message" && each.message.kind === "file" ? [each] : []));
      return found.at(-1) && decodeFileCard(found.at(-1)!.message.body);
    };
    await expect.poll(async () => (await fileIn(kitchen))?.name).toBe("plan.txt");
    const [here, there] = [(await fileIn(alice))!, (await fileIn(kitchen))!];
    expect(there.key).not.toEqual(here.key);
    expect(await get(kitchen.fetchFile(there))).toEqual(bytes);
  });

  it("RULE web.media-pressed: sound plays in its place, by a press and not before; what is none is told (attack A81)", async () => {
    const post = (name: string, bytes: Uint8Array) => {
      const read = (offset: number, length: number) => Promise.resolve(bytes.slice(offset, offset + length));
      return get(alice.attach({ name, mediaType: "audio/wav", size: bytes.length, read }));
    };
    await post("birds.wav", silence(2));
    await post("stones.wav", new Uint8Array(500).fill(7));
    const play = (name: string) => page.getByRole("button", { name: `Play ${name}` });
    await play("stones.wav").waitFor();
    await page.waitForTimeout(300);
    expect(await page.locator("audio").count()).toBe(0);
    await play("birds.wav").press("Enter");
    const sound = page.locator("audio");
    await expect.poll(() => sound.evaluate((audio: HTMLAudioElement) => audio.duration)).toBeCloseTo(2, 1);
    expect(await sound.getAttribute("src")).toMatch(/^blob:/u);
    await play("stones.wav").click();
    await page.getByText("This browser can't play it. You can save it as a file.").waitFor();
    expect(await axeFaults(page)).toEqual([]);
  });

  it("a conversation is saved as text and as JSON; a message of several lines cannot look like another person's", async () => {
    await says("one line\n[2026-01-01 10:00] Bob: I never said this");
    await fromRoomMenu(page, "Room and rules");
    const save = async (name: string) => {
      const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name }).click()]);
      return { name: download.suggestedFilename(), text: readFileSync(await download.path(), "utf8") };
    };
    const asText = await save("As text");
    expect(asText.name).toBe("Conversation Garden club.txt");
    expect(asText.text).toMatch(/^\[\d{4}-\d\d-\d\d \d\d:\d\d\] Alice: The key is with my neighbour$/mu);
    expect(asText.text).toMatch(/Alice: one line\n {4}\[2026-01-01 10:00\] Bob: I never said this$/mu);
    expect(asText.text).not.toMatch(/^\[[^\]]+\] Bob:/mu);
    expect(asText.text).toContain("(file: plan.txt)");
    const asJson = await save("As JSON");
    expect(asJson.name).toBe("Conversation Garden club.json");
    const { kind, room, messages } = JSON.parse(asJson.text) as {
      kind: string;
      room: string;
      messages: { n: number; text: string | null; author: { name: string } }[];
    };
    expect([kind, room]).toEqual(["conversation", "Garden club"]);
    // All of them, each once, in their order.
    const places = messages.map(({ n }) => n);
    expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
    expect(messages.map(({ text }) => text)).toEqual(expect.arrayContaining(["line 0", "line 59", "my own words"]));
    expect(messages.find(({ text }) => text === "my own words")?.author.name).toBe("Carla");
    expect(await axeFaults(page)).toEqual([]);
    await page.keyboard.press("Escape");
  });

  it("the compact layout has no bubbles, one's own words among the others', and stays after a reload", async () => {
    const room = new URL(page.url()).hash.replace(/\/room$/u, "");
    const choose = async (name: string) => {
      await page.evaluate(() => (location.hash = "#/settings"));
      await page.getByRole("radio", { name }).check({ force: true });
      await page.evaluate((hash) => (location.hash = hash), room);
      await line("my own words").waitFor();
    };
    const left = async (text: string) => (await line(text).locator("[data-bubble]").boundingBox())!.x;
    await choose("Compact");
    await page.reload();
    await line("my own words").waitFor();
    await expect.poll(async () => Math.abs((await left("my own words")) - (await left("one line")))).toBeLessThan(2);
    const ground = (text: string) =>
      line(text)
        .locator("[data-bubble]")
        .evaluate((bubble) => getComputedStyle(bubble).backgroundColor);
    expect(await ground("my own words")).toBe("rgba(0, 0, 0, 0)");
    await line("my own words").getByText("Carla").first().waitFor();
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await axeFaults(page)).toEqual([]);
      const folder = process.env["CONCLAVE_PICTURES"];
      if (folder) await page.screenshot({ path: `${folder}/compact-${colorScheme}.png` });
    }
    await choose("Comfortable");
    expect(await left("my own words")).toBeGreaterThan((await left("one line")) + 100);
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

/** So many seconds of nothing, as a WAV file of 8,000 bytes a second. */
function silence(seconds: number): Uint8Array {
  const bytes = 8_000 * seconds;
  const file = new DataView(new ArrayBuffer(44 + bytes));
  const text = (at: number, word: string) =>
    new TextEncoder().encode(word).forEach((byte, by) => file.setUint8(at + by, byte));
  text(0, "RIFF");
  file.setUint32(4, 36 + bytes, true);
  text(8, "WAVEfmt ");
  file.setUint32(16, 16, true);
  file.setUint16(20, 1, true);
  file.setUint16(22, 1, true);
  file.setUint32(24, 8_000, true);
  file.setUint32(28, 8_000, true);
  file.setUint16(32, 1, true);
  file.setUint16(34, 8, true);
  text(36, "data");
  file.setUint32(40, bytes, true);
  const all = new Uint8Array(file.buffer);
  all.fill(128, 44);
  return all;
}
