import type { Client, RoomSession } from "@conclave/client";
import { preset } from "@conclave/protocol";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { axeFaults, canBrowse, get, join, World } from "./browser.js";

// What a member can send who wants to fool or harm the others: names, texts and file names, as the browser shows them.

const PAYLOADS = [
  `<script>window.hacked = 1</script>`,
  `<img src=x onerror="window.hacked = 1">`,
  `"><svg onload=window.hacked=1>`,
  `<iframe srcdoc="<script>parent.hacked=1</script>"></iframe>`,
  `<a href="javascript:window.hacked=1">press</a>`,
  `[press](javascript:window.hacked=1)`,
  `javascript:window.hacked=1`,
  `data:text/html,<script>opener.hacked=1</script>`,
  `<style>*{display:none}</style><math><mtext></form><form><mglyph><style></math><img src onerror=window.hacked=1>`,
  `{{constructor.constructor('window.hacked=1')()}} \${window.hacked=1}`,
  `<p class="system" data-system="decision">Alice made Mallory owner</p>`,
  `https://good.example"onmouseover="window.hacked=1`,
  `\u0000<scr\u0000ipt>window.hacked=1</scr\u0000ipt>`,
];

const TRICKS = {
  override: "safe \u202Etxet desrever\u202C end",
  isolates: "\u2066\u2067\u2068 left open",
  marks: `Z${"\u0301".repeat(400)}algo`,
  zeroWidth: "in\u200Bvis\u2060ible\uFEFF",
  controls: "bell\u0007 escape\u001B[31m back\u0008",
  tags: "flag\u{E0041}\u{E0042}\u{E007F}",
  lines: `top${"\n".repeat(300)}bottom`,
};

describe.skipIf(!canBrowse)("hostile members in Chromium (skipped without /usr/bin/chromium or a build)", () => {
  let world: World;
  let alice: RoomSession;
  let mallory: RoomSession;
  let client: Client;
  let page: Page;

  beforeAll(async () => {
    world = await World.start();
    const founder = await world.person();
    alice = await get(founder.createRoom({ title: "Garden", name: "Alice", policy: preset("open"), relay: world.url }));
    const link = await world.invite(alice);
    page = await world.visitor();
    await join(page, link, "Bob");
    client = await world.person();
    mallory = await get((await get(client.previewInvite(link))).accept("Аlice"));
    await get(mallory.synced(20_000));
  });

  afterAll(async () => {
    await world.stop();
  });

  async function shown(text: string): Promise<Locator> {
    await get(mallory.send(text));
    await get(mallory.send("and that was it"));
    await get(mallory.flushed(10_000));
    const all = page.getByRole("article");
    await expect.poll(async () => (await all.last().textContent()) ?? "").toContain("and that was it");
    const lines = all.filter({ hasNotText: "and that was it" });
    return lines.last();
  }

  it("A77: RULE web.person-name: a name that looks like another's carries the words of its fingerprint", async () => {
    await get(mallory.send("it is me"));
    await get(alice.send("no, it is me"));
    const own = () => alice.members().find(({ isLookalike, isYou }) => isLookalike && isYou)?.tag ?? "";
    await expect.poll(own).not.toBe("");
    const tag = own();
    const other = mallory.members().find(({ isYou }) => isYou)!.tag;
    await expect.poll(() => page.getByRole("article").filter({ hasText: "no, it is me" }).textContent()).toContain(tag);
    const line = page.getByRole("article").filter({ hasText: "it is me" }).first();
    await expect.poll(() => line.textContent()).toContain(other);
    expect(tag).not.toBe(other);
  });

  it("A79: RULE web.system-line: no text makes a line that looks like the room's own", async () => {
    const before = await page.locator(".system").count();
    expect(before).toBeGreaterThan(0);
    for (const text of [
      `<p class="system" data-system="decision">Alice (you) made Mallory an owner</p>`,
      "Alice made Mallory an owner",
      "\n\n\n⚖ Alice removed Bob  12:00\n\n\n",
      "```system\nAlice removed Bob\n```",
    ]) {
      const line = await shown(text);
      expect(await line.locator(".system, [data-system]").count()).toBe(0);
      // It stands in a bubble, under its author's name or after their other lines.
      expect(await line.locator('[class*="bubble"]').count()).toBe(1);
    }
    expect(await page.locator(".system").count()).toBeLessThanOrEqual(before);
    for (const each of await page.locator(".system").all()) {
      expect(await each.evaluate((node) => node.closest('[role="article"]'))).toBe(null);
    }
  });

  it("A78: RULE web.message-text: what turns, hides, piles up or makes noise in a line is not shown", async () => {
    for (const [trick, text] of Object.entries(TRICKS)) {
      const line = await shown(text);
      const seen = (await line.locator("p").first().innerText()) + ((await line.textContent()) ?? "");
      expect(seen.replaceAll("\n", ""), trick).not.toMatch(
        /[\u202a-\u202e\u2066-\u2069\u200b\u2060\ufeff\p{Cc}\u{e0000}-\u{e007f}]/u,
      );
      expect(seen, trick).not.toMatch(/\p{M}{5}/u);
      const body = line.locator("p").first();
      expect(await body.evaluate((node) => getComputedStyle(node).unicodeBidi), trick).toMatch(/isolate|plaintext/u);
      // Marks and blank lines stay within their own line: it covers no other.
      const box = (await line.boundingBox())!;
      expect(box.height, trick).toBeLessThan(200);
    }
  });

  it("A87: RULE web.message-vnodes: payloads in texts run nothing, and make no element but ours", async () => {
    for (const text of PAYLOADS) {
      const line = await shown(text);
      const odd = line.locator(
        "script, img, svg:not([class*=lucide], [data-face]), iframe, style, math, form, object, embed, base, link",
      );
      expect(await odd.count(), text).toBe(0);
      const hrefs = await line
        .locator("a")
        .evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).href));
      expect(
        hrefs.filter((href) => !/^(https?|mailto):/u.test(href)),
        text,
      ).toEqual([]);
      const handlers = await line.evaluate((node) =>
        [node, ...node.querySelectorAll("*")].flatMap((each) =>
          each.getAttributeNames().filter((name) => name.startsWith("on") || name === "srcdoc"),
        ),
      );
      expect(handlers, text).toEqual([]);
    }
    await page.waitForTimeout(100);
    expect(await page.evaluate(() => (globalThis as { hacked?: number }).hacked)).toBe(undefined);
  });

  it("A87: payloads as a file's name, caption and media type run nothing; a file is saved, never opened", async () => {
    const bytes = new TextEncoder().encode("<html><script>opener.hacked = 1</script></html>");
    const read = (offset: number, length: number) => Promise.resolve(bytes.slice(offset, offset + length));
    for (const name of [`<img src=x onerror=window.hacked=1>.html`, `photo\u202Egpj.html`, "../../evil.html"]) {
      const card = { name, size: bytes.length, mediaType: "text/html", caption: PAYLOADS[1]!, read };
      await get(mallory.attach(card));
    }
    const line = page.getByRole("article").filter({ has: page.getByRole("button", { name: /evil\.html/u }) });
    await line.waitFor();
    expect(await page.getByRole("article").locator("img, iframe, script").count()).toBe(0);
    expect(await page.getByText("photogpj.html").count()).toBeGreaterThan(0);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      line.getByRole("button", { name: /^Save/u }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("_.._evil.html");
    expect(page.context().pages()).toHaveLength(1);
    expect(await page.evaluate(() => (globalThis as { hacked?: number }).hacked)).toBe(undefined);
  });

  it("A81: a picture that would be decoded into gigabytes is not decoded", async () => {
    const bomb = new Uint8Array(120);
    bomb.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]);
    new DataView(bomb.buffer).setUint32(16, 60_000);
    new DataView(bomb.buffer).setUint32(20, 60_000);
    const picture = { width: 60_000, height: 1, thumbhash: new Uint8Array(32).fill(255), thumbnail: bomb };
    const read = (offset: number, length: number) => Promise.resolve(bomb.slice(offset, offset + length));
    await get(mallory.attach({ name: "bomb.png", size: bomb.length, mediaType: "image/png", picture, read }));
    const open = page.getByRole("button", { name: /Open the picture bomb/u });
    await open.waitFor();
    expect(await open.locator("img").count()).toBe(0);
    const box = (await open.boundingBox())!;
    expect(box.width / box.height).toBeLessThan(3.2);
    await open.click();
    await page.getByText("This isn't a picture that can be shown safely").waitFor();
    expect(await page.getByRole("dialog").locator("img").count()).toBe(0);
    await page.keyboard.press("Escape");
  });

  it("axe finds nothing where hostile members wrote", async () => {
    for (const theme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme: theme });
      await page.reload();
      await page.getByRole("article").first().waitFor();
      // What is still being drawn after a reload is no fault; what stays is.
      await expect.poll(() => axeFaults(page), { message: theme }).toEqual([]);
    }
  });
});
