import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as pathOf } from "node:path";
import { type Client, MemoryLock, MemoryStorage, openClient, type RoomSession } from "@conclave/client";
import { decodeFileCard } from "@conclave/client/pure";
import { systemClock, systemRandom, WsTransport } from "@conclave/client/node";
import { nodeCrypto } from "@conclave/crypto/node";
import { preset } from "@conclave/protocol";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { axeFaults, canBrowse, get, join, ringOf, send, Server, World } from "./browser.js";

describe.skipIf(!canBrowse)("sending under conditions, in Chromium (skipped without a build)", () => {
  const folder = mkdtempSync(pathOf(tmpdir(), "conclave-sending-"));
  let world: World;
  let server: Server;
  let client: Client;
  let alice: RoomSession;
  let page: Page;

  beforeAll(async () => {
    world = await World.start();
    server = await Server.start(pathOf(folder, "data"));
    const ports = { storage: new MemoryStorage(), transport: new WsTransport(), lock: new MemoryLock() };
    const opened = await openClient({ ...ports, clock: systemClock, random: systemRandom, crypto: nodeCrypto });
    if (!opened.ok) throw new Error(opened.error);
    ({ value: client } = opened);
    // A list of people that nobody confirmed for a second is old here: ten minutes are always granted.
    const { rules, settings } = preset("owner");
    const policy = { rules, settings: { ...settings, maxStale: 1000 } };
    alice = await get(client.createRoom({ title: "Garden club", name: "Alice", policy, relay: server.url }));
    page = await world.visitor();
    const terms = { label: "Test", for: { class: "single" }, notAfter: null, mode: "direct" } as const;
    const { invitation } = await get(alice.createInvite(terms));
    await join(page, alice.inviteLink(invitation!.inviteId, server.url)!, "Bob");
  });
  afterAll(async () => {
    await client.close();
    await server.stop();
    await world.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const field = () => page.getByRole("textbox", { name: /^Message/u });
  const dialog = () => page.getByRole("alertdialog").or(page.getByRole("dialog"));
  const old = () => page.getByText(/^Not confirmed since .*, by Alice/u).first();
  const tray = () => page.getByRole("list", { name: "Files to send" });
  const texts = async () => {
    const items = await alice.timeline({ limit: 100 });
    return items.flatMap((item) => (item.kind === "message" ? [new TextDecoder().decode(item.message.body)] : []));
  };

  it("a file outlives the server's end and a reload: chosen again it goes on where it was, and arrives whole", async () => {
    const bytes = randomBytes(30_000_000);
    writeFileSync(pathOf(folder, "film.bin"), bytes);
    await get(alice.send("fresh again"));
    await expect.poll(() => ringOf(page)).toBe("closed");
    await page.locator("input[type=file]").setInputFiles(pathOf(folder, "film.bin"));
    await page.getByRole("button", { name: "Send", exact: true }).click();
    const bar = page.getByRole("progressbar", { name: "Sending film.bin" });
    await bar.waitFor();
    const part = async () => Number(await bar.getAttribute("aria-valuenow", { timeout: 1000 }));
    await expect.poll(part, { interval: 20 }).toBeGreaterThan(10);
    const port = new URL(server.url).port;
    await server.stop();
    await tray().getByText("Waiting for a connection").waitFor();
    const before = await part();
    expect(before).toBeLessThan(100);

    await page.reload();
    await field().waitFor();
    await tray().getByText("Sending was interrupted. Choose the file again to continue where it stopped.").waitFor();
    expect(await axeFaults(page)).toEqual([]);
    server = await Server.start(pathOf(folder, "data"), ["--port", port]);
    const [chooser] = await Promise.all([
      page.waitForEvent("filechooser"),
      page.getByRole("button", { name: "Choose film.bin again" }).click(),
    ]);
    await chooser.setFiles(pathOf(folder, "film.bin"));
    expect(await tray().getByRole("listitem").count()).toBe(1);
    await page.evaluate(() => {
      const steps: number[] = [];
      Object.assign(window, { steps });
      new MutationObserver(() => {
        const now = document.querySelector("[role=progressbar]")?.getAttribute("aria-valuenow");
        if (now) steps.push(Number(now));
      }).observe(document.body, { subtree: true, childList: true, attributeFilter: ["aria-valuenow"] });
    });
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page.getByRole("article").getByRole("button", { name: "Save film.bin" }).waitFor();
    await expect.poll(() => tray().count()).toBe(0);
    const steps = await page.evaluate(() => (window as unknown as { steps: number[] }).steps);
    expect(steps.find((each) => each > 0)).toBeGreaterThan(before / 2);

    const file = async () => {
      const items = await alice.timeline({ limit: 100 });
      const found = items.find((item) => item.kind === "message" && item.message.kind === "file");
      return found?.kind === "message" ? decodeFileCard(found.message.body) : null;
    };
    await expect.poll(file).toMatchObject({ name: "film.bin", size: bytes.length });
    const hash = createHash("sha256");
    const write = (piece: Uint8Array) => void hash.update(piece);
    await get(alice.fetchFile((await file())!, { write }));
    expect(hash.digest("hex")).toBe(createHash("sha256").update(bytes).digest("hex"));
  });

  it("what was broken off can be given up", async () => {
    await page.locator("input[type=file]").setInputFiles(pathOf(folder, "film.bin"));
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page.getByRole("progressbar", { name: "Sending film.bin" }).waitFor();
    await page.reload();
    await page.getByRole("button", { name: "Stop sending film.bin" }).click();
    await expect.poll(() => tray().count()).toBe(0);
    await page.reload();
    await field().waitFor();
    await page.waitForTimeout(300);
    expect(await tray().count()).toBe(0);
  });

  it("a list of people that grew old is said, and asked about before sending (attack A20)", async () => {
    await get(alice.send("here I am"));
    await expect.poll(() => ringOf(page)).toBe("closed");
    await send(page, "while it is fresh");
    await expect.poll(texts).toContain("while it is fresh");
    // Alice is gone for two hours, by the clock of this page's home.
    await client.close();
    for (const worker of page.workers())
      await worker.evaluate(() => {
        const now = Date.now.bind(Date);
        Date.now = () => now() + 7_200_000;
      });
    await field().fill("is anybody there");
    await old().waitFor();
    expect(await ringOf(page)).toBe("dots");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await dialog().getByText("The list of people hasn't been confirmed lately").waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await dialog().getByRole("button", { name: "Ask now" }).click();
    await page.getByText("Nobody has answered. Your message was not sent.").waitFor();
    expect(await field().inputValue()).toBe("is anybody there");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await dialog().getByRole("button", { name: "Send anyway" }).click();
    await page.getByRole("log").getByText("is anybody there").waitFor();
    expect(await field().inputValue()).toBe("");
    // Asked once.
    await send(page, "and another");
    await page.getByRole("log").getByText("and another").waitFor();
  });
});
