import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as joinPath } from "node:path";
import type { BrowserContext, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canBrowse, found, join, send, Server, World, PATIENCE_MS } from "./browser.js";

// One story of three people, each in a browser profile of their own, and one server. The chapters build on each other.
describe.skipIf(!canBrowse)("Alice, Bob and Carol in Chromium (skipped without /usr/bin/chromium or a build)", () => {
  const folder = mkdtempSync(joinPath(tmpdir(), "conclave-story-"));
  let world: World;
  let server: Server;
  let alice: Page;
  let bob: Page;
  let carol: Page;
  let room = "";
  let link = "";

  beforeAll(async () => {
    world = await World.start();
    server = await Server.start(folder);
  });
  afterAll(async () => {
    await world.stop();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const lines = (page: Page) => page.getByRole("log").getByRole("article");
  const line = (page: Page, text: string) => lines(page).filter({ hasText: text }).last();
  const decision = (page: Page, text: RegExp) => page.locator(".system").filter({ hasText: text }).first();
  const side = (page: Page) => page.locator('[data-pane="side"]');

  /** Opens a new tab of the same profile on the room. */
  async function comeBack(profile: BrowserContext): Promise<Page> {
    const page = await profile.newPage();
    await page.goto(room);
    await page.getByRole("log").waitFor();
    return page;
  }

  async function act(page: Page, on: Locator, action: string): Promise<void> {
    await on.click({ button: "right" });
    await page.getByRole("menuitem", { name: action, exact: true }).click();
  }

  async function openPerson(page: Page, name: string): Promise<void> {
    await page.goto(`${room}/people`);
    await side(page)
      .getByRole("link", { name: new RegExp(`^${name}`, "u") })
      .click();
  }

  /** What a list of words or digits on the page says. */
  async function said(page: Page, name: string): Promise<string> {
    const parts = side(page).getByRole("list", { name }).getByRole("listitem");
    await parts.first().waitFor();
    return (await parts.allInnerTexts()).join(" ");
  }

  /** The room's code, as the page shows it now. */
  async function roomCode(page: Page): Promise<string> {
    await page.goto(`${room}/verify`);
    return said(page, "Room code");
  }

  it("Alice founds a room and closes her browser; Bob and Carol come in by her link, with nobody there", async () => {
    alice = await world.visitor();
    link = await found(alice, server.url, "Garden club", "Alice");
    room = alice.url();
    await send(alice, "Back at noon");
    await expect.poll(() => alice.locator("[data-state=pending]").count()).toBe(0);
    const profile = alice.context();
    await alice.close();

    [bob, carol] = [await world.visitor(), await world.visitor()];
    await join(bob, link, "Bob");
    await send(bob, "Hello from Bob");
    await join(carol, link, "Carol");
    // What was said before she came is not hers to read.
    expect(await carol.getByText("Hello from Bob").count()).toBe(0);
    await send(carol, "Hello from Carol");
    await line(bob, "Hello from Carol").waitFor();

    alice = await comeBack(profile);
    for (const text of ["Back at noon", "Hello from Bob", "Hello from Carol"]) await line(alice, text).waitFor();
    for (const name of ["Bob", "Carol"]) await decision(alice, new RegExp(`${name}.*joined`, "su")).waitFor();
    await alice.goto(`${room}/people`);
    await side(alice).getByText("3 people").waitFor();
  });

  it("they talk: a reply, an edit, a reaction, and one message that is taken back", async () => {
    await act(alice, line(alice, "Hello from Bob"), "Reply");
    await alice.keyboard.type("Nice to se you");
    await alice.keyboard.press("Enter");
    const answer = line(bob, "Nice to se you");
    await answer.getByRole("button", { name: /In reply to/u }).waitFor();
    await act(alice, line(alice, "Nice to se you"), "Edit");
    await alice.getByRole("textbox", { name: /^Message/u }).fill("Nice to see you");
    await alice.keyboard.press("Enter");
    await line(bob, "Nice to see you").getByText("edited").waitFor();
    await act(bob, line(bob, "Nice to see you"), "React with 👍");
    await act(carol, line(carol, "Nice to see you"), "React with 👍");
    for (const page of [alice, bob, carol]) {
      await line(page, "Nice to see you")
        .getByRole("button", { name: /👍.*(?:Bob|Carol) and /u })
        .waitFor();
    }
    await send(carol, "sent to the wrong room");
    await line(bob, "sent to the wrong room").waitFor();
    await act(carol, line(carol, "sent to the wrong room"), "Delete for everyone…");
    await carol.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    for (const page of [alice, bob, carol]) {
      await line(page, "deleted a message").waitFor();
      await expect.poll(() => page.getByRole("main").getByText("sent to the wrong room").count()).toBe(0);
    }
  });

  it("they verify: the words agree, the mark stays, and all three read the same room code", async () => {
    await openPerson(alice, "Bob");
    const words = await said(alice, "Fingerprint words of Bob");
    expect(words.split(" ")).toHaveLength(12);
    await openPerson(bob, "Bob");
    expect(await said(bob, "Fingerprint words of Bob")).toBe(words);
    await openPerson(carol, "Alice");
    expect(await said(carol, "Fingerprint words of Alice")).not.toBe(words);

    await side(alice).getByRole("button", { name: "Compare", exact: true }).click();
    expect(await said(alice, "Fingerprint words of Bob")).toBe(words);
    await side(alice).getByRole("button", { name: "They match" }).click();
    await side(alice)
      .getByText(/^Checked by you/u)
      .waitFor();
    const codes = [await roomCode(alice), await roomCode(bob), await roomCode(carol)];
    expect(codes[0]).toMatch(/^\d{5}( \d{5})+$/u);
    expect(new Set(codes).size).toBe(1);
    await alice.goto(`${room}/people`);
    await alice.reload();
    await side(alice).getByText("1 checked by you").waitFor();
  });

  it("Alice in two tabs: both are live, and what one writes the other shows", async () => {
    const second = await comeBack(alice.context());
    await send(second, "from my second tab");
    for (const page of [alice, bob]) await line(page, "from my second tab").waitFor();
    await send(bob, "to both your tabs");
    for (const page of [alice, second]) await line(page, "to both your tabs").waitFor();
    // The tab that had the home goes; the other one takes over.
    await alice.close();
    alice = second;
    await send(alice, "and with one tab less");
    await line(bob, "and with one tab less").waitFor();
  });

  it("the server goes away: what is written meanwhile waits, outlives a reload, and arrives once", async () => {
    const port = new URL(server.url).port;
    await server.stop();
    await bob
      .getByText(/^Not connected/u)
      .first()
      .waitFor();
    await send(bob, "written without a server");
    await line(bob, "written without a server").locator("[data-state=pending]").waitFor();
    await bob.getByText(`Can't reach ${new URL(server.url).host}`).waitFor();
    // Without a network it is no fault of the server's.
    await bob.context().setOffline(true);
    await bob.getByText("You're offline", { exact: true }).waitFor();
    expect(await bob.getByText(/^Can't reach/u).count()).toBe(0);
    await bob.context().setOffline(false);
    await bob.getByText(/^Can't reach/u).waitFor();
    expect(await bob.getByRole("alert").count()).toBe(0);
    await bob.close();
    server = await Server.start(folder, ["--port", port]);
    bob = await comeBack(bob.context());
    // Each page tries again by itself: two of its longest pauses, on a machine that is busy with other things.
    for (const page of [alice, bob, carol])
      await line(page, "written without a server").waitFor({ timeout: 3 * PATIENCE_MS });
    await expect.poll(() => bob.locator("[data-state=pending]").count()).toBe(0);
    for (const page of [alice, bob, carol]) {
      expect(await lines(page).filter({ hasText: "written without a server" }).count()).toBe(1);
    }
  });

  it("without any network Carol opens the page, reads, and writes; both ways arrive when it is back", async () => {
    const profile = carol.context();
    await carol.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    // Chromium leaves sockets open that are open: the page is opened returned.
    await profile.setOffline(true);
    await carol.close();
    await send(alice, "while Carol is on the train");
    carol = await comeBack(profile);
    await line(carol, "written without a server").waitFor();
    await carol
      .getByText(/^Not connected/u)
      .first()
      .waitFor();
    await send(carol, "from the train");
    await line(carol, "from the train").locator("[data-state=pending]").waitFor();
    expect(await carol.getByText("while Carol is on the train").count()).toBe(0);
    await profile.setOffline(false);
    await line(carol, "while Carol is on the train").waitFor();
    await line(alice, "from the train").waitFor();
    expect(await lines(alice).filter({ hasText: "from the train" }).count()).toBe(1);
  });

  it("Alice removes Bob: his page says so and reads nothing that is said later; Carol's goes on", async () => {
    await openPerson(alice, "Bob");
    await side(alice).getByRole("button", { name: "Remove from the room" }).click();
    await alice.getByRole("dialog").getByRole("button", { name: "Remove", exact: true }).click();
    for (const page of [alice, carol]) await decision(page, /removed\s+Bob/su).waitFor();
    await bob.getByText("You were removed from this room").waitFor();
    await send(alice, "now that Bob is gone");
    await line(carol, "now that Bob is gone").waitFor();
    await bob.reload();
    await line(bob, "written without a server").waitFor();
    await bob.getByText("You were removed from this room").waitFor();
    expect(await bob.getByRole("textbox", { name: /^Message/u }).count()).toBe(0);
    expect(await bob.getByText("now that Bob is gone").count()).toBe(0);
    const codes = [await roomCode(alice), await roomCode(carol)];
    expect(codes[0]).toBe(codes[1]);
  });
});
