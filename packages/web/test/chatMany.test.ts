import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as pathJoin } from "node:path";
import { fileURLToPath } from "node:url";
import type { RoomSession } from "@conclave/client";
import { preset } from "@conclave/protocol";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canBrowse, fromRoomMenu, get, join, World } from "./browser.js";

// What the long form (`CONCLAVE_LONG=1`) does with the number of the design, the short one does with fewer: the same list.
const MANY = process.env["CONCLAVE_LONG"] === undefined ? 2_000 : 20_000;
const MOST_ROWS = 60;

describe.skipIf(!canBrowse)(
  "many messages and files in Chromium (skipped without /usr/bin/chromium or a build)",
  () => {
    let world: World;
    let alice: RoomSession;
    let page: Page;

    beforeAll(async () => {
      world = await World.start();
      const founder = await world.person();
      alice = await get(
        founder.createRoom({ title: "Garden", name: "Alice", policy: preset("open"), relay: world.url }),
      );
      page = await world.visitor();
      await join(page, await world.invite(alice), "Bob");
    });

    afterAll(async () => {
      await world.stop();
    });

    it("a file goes out with what was written, comes back equal, and can be cancelled on the way", async () => {
      const bytes = Uint8Array.from({ length: 700_000 }, (_, at) => (at * 7919) & 255);
      const file = { name: "seeds.bin", mimeType: "application/octet-stream", buffer: Buffer.from(bytes) };
      await page.locator("input[type=file]").setInputFiles(file);
      await page.getByRole("textbox", { name: /^Message to/u }).fill("here they are");
      await page.getByRole("button", { name: "Send", exact: true }).click();
      const line = page.getByRole("article").filter({ hasText: "here they are" });
      await line.waitFor();
      expect(await page.getByRole("list", { name: "Files to send" }).count()).toBe(0);
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        line.getByRole("button", { name: "Save seeds.bin" }).click(),
      ]);
      const chunks: Buffer[] = [];
      for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
      expect(Buffer.concat(chunks).equals(Buffer.from(bytes))).toBe(true);

      // By its path, as people choose it: a buffer of this size takes long to get into the browser.
      const folder = mkdtempSync(pathJoin(tmpdir(), "conclave-large-"));
      writeFileSync(pathJoin(folder, "large.bin"), Buffer.alloc(40_000_000, 1));
      await page.locator("input[type=file]").setInputFiles(pathJoin(folder, "large.bin"));
      await page.getByRole("button", { name: "Send", exact: true }).click();
      await page.getByRole("progressbar", { name: "Sending large.bin" }).waitFor();
      await page.getByRole("button", { name: "Cancel sending large.bin" }).click();
      await expect.poll(() => page.getByRole("list", { name: "Files to send" }).count()).toBe(0);
      expect(await page.getByText("large.bin").count()).toBe(0);
      rmSync(folder, { recursive: true });
    });

    it("a photo is sent smaller, without the camera's notes, and seen at once by its thumbnail", async () => {
      const buffer = await photoOf(page);
      await page.locator("input[type=file]").setInputFiles({ name: "allotment.jpeg", mimeType: "image/jpeg", buffer });
      await page.getByRole("checkbox", { name: /Original/u }).waitFor();
      await page.getByRole("button", { name: "Send", exact: true }).click();
      const open = page.getByRole("button", { name: "Open the picture allotment.jpg" });
      await open.waitFor();
      await expect.poll(() => open.locator("img").evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(480);
      await open.click();
      const whole = page.getByRole("dialog").getByRole("img", { name: /Picture/u });
      await expect.poll(() => whole.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1600);
      expect(await whole.getAttribute("src")).toMatch(/^blob:/u);
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("dialog").getByRole("button", { name: /^Save/u }).click(),
      ]);
      const chunks: Buffer[] = [];
      for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
      expect(Buffer.concat(chunks).includes("GPS 52.5200")).toBe(false);
      expect(buffer.includes("GPS 52.5200")).toBe(true);
      await page.keyboard.press("Escape");
    });

    it("RULE web.no-notes: a picture of any format goes without the camera's notes; of what cannot be cleaned one is told first", async () => {
      const pictures = fileURLToPath(new URL("../../client/test/pictures/", import.meta.url));
      for (const kind of ["png", "webp", "avif"]) {
        await page.locator("input[type=file]").setInputFiles(pathJoin(pictures, `camera.${kind}`));
        await page.getByRole("checkbox", { name: /Original/u }).waitFor();
        await page.getByRole("button", { name: "Send", exact: true }).click();
        const save = page
          .getByRole("button", { name: new RegExp(`^(Save|Open the picture) camera.${kind}`, "u") })
          .first();
        await save.waitFor();
        const downloading = page.waitForEvent("download", { timeout: 60_000 });
        await save.click();
        if (kind !== "avif") await page.getByRole("dialog").getByRole("button", { name: /^Save/u }).click();
        const download = await downloading;
        const chunks: Buffer[] = [];
        for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
        const got = Buffer.concat(chunks).toString("latin1");
        expect(got.length).toBeGreaterThan(500);
        expect(got).not.toContain("SECRET");
        if (kind !== "avif") await page.keyboard.press("Escape");
      }
      const buffer = Buffer.from("II*\0 and the place where it was taken");
      await page.locator("input[type=file]").setInputFiles({ name: "scan.tiff", mimeType: "image/tiff", buffer });
      const original = page.getByRole("checkbox", { name: /Original/u });
      await original.waitFor();
      await page.getByRole("button", { name: "Send", exact: true }).click();
      await page.getByText("scan.tiff may contain the place and time").waitFor();
      expect(await original.isVisible()).toBe(true);
      await original.focus();
      await page.keyboard.press("Space");
      await expect.poll(() => original.isChecked()).toBe(true);
      await page.getByRole("button", { name: "Send", exact: true }).click();
      await page.getByRole("button", { name: "Save scan.tiff" }).waitFor();
    });

    it("a photo has its thumbnail where the browser writes no WebP and knows older words only, as Safari", async () => {
      await page.evaluate(() => {
        const { prototype } = HTMLCanvasElement;
        const write = Reflect.get(prototype, "toBlob") as (...given: unknown[]) => void;
        prototype.toBlob = function (done, type, quality) {
          Reflect.apply(write, this, [done, type === "image/webp" ? "image/png" : type, quality]);
        };
        const decode = window.createImageBitmap.bind(window) as (...given: unknown[]) => Promise<ImageBitmap>;
        window.createImageBitmap = (source: unknown, options: unknown = {}) =>
          JSON.stringify(options).includes("from-image")
            ? Promise.reject(new TypeError("not a value of ImageOrientation"))
            : decode(source, options);
      });
      const buffer = await photoOf(page);
      await page.locator("input[type=file]").setInputFiles({ name: "safari.jpeg", mimeType: "image/jpeg", buffer });
      await page.getByRole("checkbox", { name: /Original/u }).waitFor();
      await page.getByRole("button", { name: "Send", exact: true }).click();
      const seen = page.getByRole("button", { name: "Open the picture safari.jpg" }).locator("img");
      await seen.waitFor();
      await expect
        .poll(() => seen.evaluate((image: HTMLImageElement) => image.naturalWidth))
        .toBeGreaterThanOrEqual(360);
      await page.reload();
      await page.getByRole("textbox", { name: /^Message to/u }).waitFor();
    });

    it("a picture that came without a thumbnail, as from a terminal, can be looked at; what only says that it is one can not", async () => {
      const attach = async (name: string, bytes: Uint8Array) => {
        const read = (offset: number, length: number) => Promise.resolve(bytes.slice(offset, offset + length));
        await get(alice.attach({ name, mediaType: "image/jpeg", size: bytes.length, read }));
        await page.getByRole("button", { name: `Open the picture ${name}` }).click();
        return page.getByRole("dialog");
      };
      const shown = await attach("beds.jpg", await photoOf(page));
      const image = shown.getByRole("img", { name: "Picture: beds.jpg" });
      await expect.poll(() => image.evaluate((each: HTMLImageElement) => each.naturalWidth)).toBe(1600);
      await page.keyboard.press("Escape");
      const refused = await attach("page.jpg", new TextEncoder().encode("<svg onload=alert(1)>"));
      await refused.getByText("This isn't a picture that can be shown safely").waitFor();
      await page.keyboard.press("Escape");
    });

    it(`${String(MANY)} messages: at most ${String(MOST_ROWS)} lines in the document, wherever one scrolls, and what one reads stays in its place`, async () => {
      for (let at = 0; at < MANY; at += 500) {
        await Promise.all(
          Array.from({ length: 500 }, (_, index) =>
            get(alice.send(`message ${String(at + index)} ${"word ".repeat(index % 40)}`)),
          ),
        );
        await get(alice.flushed(60_000));
      }
      // A picture was closed just before they came: one is at the end still, and follows.
      const log = page.getByRole("log");
      await log.getByText(`message ${String(MANY - 1)}`).waitFor({ timeout: 120_000 });
      const rows = () => page.locator("[data-row]").count();
      const numbers = async () => {
        const texts = await page.locator("[data-row]").allTextContents();
        return texts.flatMap((text) => /message (\d+)/u.exec(text)?.slice(1).map(Number) ?? []);
      };
      expect(await rows()).toBeLessThanOrEqual(MOST_ROWS);

      // Back through the pages, a wheel's turn at a time; the frames are counted meanwhile.
      const box = (await log.boundingBox())!;
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      let most = 0;
      for (let turn = 0; turn < 60; turn++) {
        await page.mouse.wheel(0, -600);
        await page.waitForTimeout(40);
        most = Math.max(most, await rows());
      }
      expect(most).toBeLessThanOrEqual(MOST_ROWS);
      await expect.poll(async () => Math.min(...(await numbers()))).toBeLessThan(MANY - 200);

      // An older page comes above: what one looks at does not move.
      await page.waitForTimeout(600);
      const text = `message ${String((await numbers()).at(-8)!)}`;
      const there = page.getByRole("article").filter({ hasText: new RegExp(`${text}\\b`, "u") });
      const before = (await there.boundingBox())!.y;
      await page.waitForTimeout(800);
      expect(Math.abs((await there.boundingBox())!.y - before)).toBeLessThan(3);

      await page.getByRole("button", { name: /newest|new message/u }).click();
      await page
        .getByText(`message ${String(MANY - 1)}`)
        .first()
        .waitFor();
      await expect
        .poll(() => log.evaluate((node) => node.scrollHeight - node.scrollTop - node.clientHeight))
        .toBeLessThan(3);
      expect(await rows()).toBeLessThanOrEqual(MOST_ROWS);
      // A search leads to the other end of it.
      await fromRoomMenu(page, "Search in this room");
      await page.getByRole("searchbox").fill("message 7");
      await page.getByText(/\d+ messages? and more/u).waitFor();
    }, 300_000);
  },
);

/** A JPEG as of a camera, 1600 wide, with the camera's note in it. */
async function photoOf(page: Page): Promise<Buffer> {
  const photo = await page.evaluate(async () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 1600, height: 1200 });
    const context = canvas.getContext("2d")!;
    for (let at = 0; at < 400; at++) {
      context.fillStyle = `hsl(${String(at * 7)} 60% 50%)`;
      context.fillRect((at * 397) % 1600, (at * 211) % 1200, 60, 60);
    }
    const blob = await new Promise<Blob>((done) => canvas.toBlob((made) => done(made!), "image/jpeg", 0.95));
    return [...new Uint8Array(await blob.arrayBuffer())];
  });
  // A camera's note (APP1), as a JPEG begins with it.
  const note = [0xff, 0xe1, 0, 24, ...new TextEncoder().encode("Exif\0\0GPS 52.5200 13.4")];
  return Buffer.from([...photo.slice(0, 2), ...note, ...photo.slice(2)]);
}
