import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RoomSession } from "@conclave/client";
import type { PersonId } from "@conclave/client/pure";
import { toHex } from "@conclave/codec";
import { preset } from "@conclave/protocol";
import { axeFaults, canBrowse, found, get, join, World } from "./browser.js";
import { qrPng } from "./qrPicture.js";

describe.skipIf(!canBrowse)("admins who decide together (skipped without Chromium or a build)", () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(async () => {
    await world.stop();
  });

  /** Nora, in Node, has a room in which two admins decide together; Alice, in a page, is the other one; Carol a member. */
  async function council(looks = {}): Promise<{ room: RoomSession; alice: Page; carol: PersonId }> {
    const relay = world.url.replace("http", "ws");
    const node = await world.person();
    const room = await get(node.createRoom({ title: "Garden", name: "Nora", policy: preset("admins:2"), relay }));
    const link = await world.invite(room, { role: "admin" });
    // As long as she is the only admin, Nora decides alone.
    const forCarol = await world.invite(room);
    const alice = await world.visitor(looks);
    await join(alice, link, "Alice");
    const carol = await world.person();
    const invited = await get(carol.previewInvite(forCarol));
    await get(invited.accept("Carol"));
    await expect.poll(() => room.members().length).toBe(3);
    return { room, alice, carol: carol.person };
  }
  const card = (page: Page, text: string) => page.locator("[data-proposal]").filter({ hasText: text });

  it("RULE web.power-asks: who is asked is told in list, header, title and conversation, sees what changes, and approves", async () => {
    const { room, alice, carol } = await council();
    const asked = await get(room.decide({ type: "setRole", person: carol, role: "admin" }));
    expect(asked).toMatchObject({ done: false, have: 1, need: 2 });
    const inChat = card(alice, "asks to make Carol an admin");
    await inChat.getByText("Approved by Nora").waitFor();
    await inChat.getByText("1 more needed").waitFor();
    expect(await inChat.locator("[data-council]").getAttribute("data-council")).toBe("1/2");
    expect(await inChat.getByRole("definition").textContent()).toMatch(/member.*admin/u);
    await alice.getByRole("button", { name: "People in this room; 1 needs your decision" }).waitFor();
    await alice.getByTitle("1 decision needs you").waitFor();
    expect(await alice.title()).toMatch(/^\(1\) Garden/u);
    expect(await axeFaults(alice)).toEqual([]);
    // Power is not given by one press.
    await inChat.getByRole("button", { name: "Approve" }).click();
    const question = alice.getByRole("dialog");
    await alice.keyboard.press("Escape");
    await question.waitFor({ state: "hidden" });
    expect(room.members().map(({ role }) => role)).toEqual(["owner", "admin", "member"]);
    await inChat.getByRole("button", { name: "Approve" }).click();
    await question.getByRole("button", { name: "Approve" }).click();
    await expect.poll(() => room.members()[2]?.role).toBe("admin");
    // Told once, with who asked or who agreed, by which of the two carried it out.
    const told = /Nora made Carol an admin, with the approval of Alice|Alice.*made Carol an admin, as Nora asked/u;
    await alice.getByRole("log").getByText(told).waitFor();
    expect(
      await alice
        .getByRole("log")
        .getByText(/Carol an admin/u)
        .count(),
    ).toBe(1);
    // Two decide together: nobody takes it back alone.
    expect(await alice.getByRole("log").getByRole("button", { name: "Undo" }).count()).toBe(0);
    await alice.getByRole("button", { name: "People in this room", exact: true }).waitFor();
    await expect.poll(() => alice.title()).toMatch(/^Garden/u);
  });

  it("rules are shown before and after; a no is told to who asked, who takes it back", async () => {
    const { room, alice } = await council({ width: 390, height: 844, theme: "dark" });
    await get(room.decide({ type: "setPolicy", policy: preset("open") }));
    const inChat = card(alice, "asks to change the rules");
    await inChat.getByText("Admins decide together").waitFor();
    await inChat.getByText("Open house").waitFor();
    expect(await axeFaults(alice)).toEqual([]);
    await inChat.getByRole("button", { name: "Decline" }).click();
    await inChat.getByText("You declined").waitFor();
    await expect.poll(() => room.proposals()[0]?.declinedBy.map(({ name }) => name)).toEqual(["Alice"]);
    await expect.poll(() => alice.title()).toMatch(/^Garden/u);
    await get(room.withdrawProposal(room.proposals()[0]!.actionHash));
    await alice.getByText("withdrew: change the rules").waitFor();
  });

  it("an invite that makes people admins says so; who asks for one gets the link when it is agreed", async () => {
    const { room, alice } = await council();
    const terms = { label: "Friends", for: { class: "multi", limit: 5 }, notAfter: null, mode: "direct" } as const;
    await get(room.createInvite({ ...terms, role: "admin" }));
    const inChat = card(alice, "asks to create an invite link");
    for (const text of ["up to 5 people", "join right away; the link is enough", "someone closes it"]) {
      await inChat.getByText(text).waitFor();
    }
    expect(await inChat.getByRole("definition").allTextContents()).toContain("admin");
    await alice.evaluate(() => (location.hash = `${location.hash}/invites`));
    await alice.getByRole("button", { name: "Create link" }).click();
    await alice
      .getByText(/others have been asked/u)
      .first()
      .waitFor();
    const own = () => room.proposals().find(({ by }) => by.name === "Alice");
    await expect.poll(own).toBeDefined();
    await get(room.approve(own()!.actionHash));
    await alice.getByLabel("Invite link").waitFor();
    const link = await alice.getByLabel("Invite link").inputValue();
    expect(link).toContain("#/join/");
    // Whoever asked may be elsewhere by then: the line that says so has the link too.
    await alice.context().grantPermissions(["clipboard-read", "clipboard-write"], { origin: world.url });
    await alice.evaluate(() => (location.hash = location.hash.replace("/invites", "")));
    const decided = alice
      .locator("[data-system=decision]")
      .filter({ hasText: /created an invite/u })
      .last();
    await decided.getByRole("button", { name: "Copy link" }).click();
    await alice.getByText("Link copied.").waitFor();
    expect(await alice.evaluate(() => navigator.clipboard.readText())).toBe(link);
    expect(await axeFaults(alice)).toEqual([]);
    // Where the browser lets no page copy, it leads to where the link can be seen.
    await alice.evaluate(() => {
      Object.defineProperty(navigator.clipboard, "writeText", {
        value: () => Promise.reject(new Error("not allowed")),
      });
    });
    await decided.getByRole("button", { name: "Copy link" }).click();
    await alice.getByText("The link couldn't be copied.").waitFor();
    await alice.getByRole("region", { name: "Notifications" }).getByRole("button", { name: "Invites" }).click();
    await alice.getByRole("button", { name: "Show the link" }).first().click();
    const shown = alice.getByLabel("Invite link");
    expect(await shown.inputValue()).toContain("#/join/");
    await alice.getByRole("button", { name: "Copy", exact: true }).click();
    await alice.getByRole("button", { name: "Copy again" }).waitFor();
    expect(await shown.evaluate((input: HTMLInputElement) => input.selectionEnd)).toBe(
      (await shown.inputValue()).length,
    );
  });

  it("A92: RULE web.power-asks: who lets somebody in as an admin is told so, and asked first", async () => {
    const relay = world.url.replace("http", "ws");
    const node = await world.person();
    const room = await get(node.createRoom({ title: "Orchard", name: "Nora", policy: preset("owner"), relay }));
    const alice = await world.visitor();
    await join(alice, await world.invite(room), "Alice");
    await expect.poll(() => room.members().length).toBe(2);
    await get(room.decide({ type: "setRole", person: room.members()[1]!.person, role: "owner" }));
    const kim = await world.person();
    const asked = await get(kim.previewInvite(await world.invite(room, { role: "admin", mode: "ask" })));
    const comesIn = asked.accept("Kim");
    await alice.evaluate(() => (location.hash = `${location.hash}/people`));
    const request = alice.getByRole("article").filter({ hasText: "wants to join" });
    await request.getByRole("definition").getByText("admin", { exact: true }).waitFor();
    await request.getByRole("button", { name: "Let in" }).click();
    const question = alice.getByRole("dialog");
    await question.getByRole("definition").getByText("admin", { exact: true }).waitFor();
    expect(await axeFaults(alice)).toEqual([]);
    await question.getByRole("button", { name: "Cancel" }).click();
    await request.getByRole("button", { name: "Let in" }).click();
    await question.getByRole("button", { name: "Approve" }).click();
    await get(comesIn);
    await alice.getByRole("link", { name: /^Kim.*Admin/su }).waitFor();
    await alice.close();
  });

  it("A92: an owner makes an admin on a person's page: asked first, told what is so, and undone by one press", async () => {
    const alice = await world.visitor({ width: 390, height: 844 });
    const link = await found(alice, world.url, "Orchard", "Alice");
    const bob = await world.person();
    const room = await get((await get(bob.previewInvite(link))).accept("Bob"));
    const roleOfBob = () => room.members().find(({ isYou }) => isYou)?.role;
    const inRoom = await alice.evaluate(() => location.hash);
    await alice.evaluate((hash) => (location.hash = hash), `${inRoom}/people/${toHex(bob.person)}`);
    const press = (name: string) => alice.getByRole("button", { name, exact: true }).click();
    await press("Make admin");
    const question = alice.getByRole("dialog");
    await question.getByRole("button", { name: "Cancel" }).click();
    await question.waitFor({ state: "hidden" });
    expect(roleOfBob()).toBe("member");
    await press("Make admin");
    await question.getByRole("button", { name: "Make admin" }).click();
    await alice.getByText("Bob is now an admin.").waitFor();
    await expect.poll(roleOfBob).toBe("admin");
    await press("Undo");
    await alice.getByText("Bob is no longer an admin.").waitFor();
    await expect.poll(roleOfBob).toBe("member");
    await press("Add as owner");
    await question.getByRole("button", { name: "Add as owner" }).click();
    await alice.getByText("Bob is now an owner.").waitFor();
    await expect.poll(roleOfBob).toBe("owner");
    await press("Undo");
    await expect.poll(roleOfBob).toBe("member");
    await press("Make admin");
    await question.getByRole("button", { name: "Make admin" }).click();
    await question.waitFor({ state: "hidden" });
    await expect.poll(roleOfBob).toBe("admin");
    await alice.getByText("Bob is now an admin.").waitFor();
    // It can be taken back where it is told, for a day; what took it back cannot: that would give power by one press.
    await alice.evaluate((hash) => (location.hash = hash), inRoom);
    const log = alice.getByRole("log");
    await log.getByRole("button", { name: "Undo" }).click();
    await expect.poll(roleOfBob).toBe("member");
    await log.getByRole("button", { name: "Undo" }).waitFor({ state: "detached" });
    expect(await axeFaults(alice)).toEqual([]);
    await alice.close();
  });

  it("what one may not do is not offered; what others must approve is said before, and withdrawn", async () => {
    const { room, alice, carol } = await council();
    const nora = room.members()[0]!.person;
    const inRoom = await alice.evaluate(() => location.hash);
    const visit = (person: PersonId) =>
      alice.evaluate((hash) => (location.hash = hash), `${inRoom}/people/${toHex(person)}`);
    // An admin touches no owner.
    await visit(nora);
    await alice.getByRole("heading", { name: "Fingerprint" }).waitFor();
    await alice.waitForTimeout(500);
    for (const name of ["Remove from the room", "Remove as owner", "Hand the room over"]) {
      expect(await alice.getByRole("button", { name }).count()).toBe(0);
    }
    await visit(carol);
    await alice.getByRole("button", { name: "Make admin" }).waitFor();
    for (const name of ["Add as owner", "Hand the room over"]) {
      expect(await alice.getByRole("button", { name }).count()).toBe(0);
    }
    await alice.getByRole("button", { name: "Remove from the room" }).click();
    await alice.getByRole("dialog").getByText("Other people must approve this too").waitFor();
    await alice.getByRole("button", { name: "Remove", exact: true }).click();
    await alice.getByText("The others have been asked: 1 more approval is needed.").first().waitFor();
    // The note of it lies over the card.
    await alice.getByRole("button", { name: "Dismiss" }).click();
    const own = card(alice, "asks to remove Carol").last();
    await own.getByRole("button", { name: "Withdraw" }).click();
    await alice.getByText("withdrew: remove Carol").waitFor();
    await expect.poll(() => room.proposals()).toEqual([]);
    expect(room.members()).toHaveLength(3);
  });

  it("A56: an approval goes around the server as a file, a decision with it; and what others have approved is counted by file and QR code", async () => {
    const { room, alice, carol } = await council();
    const inRoom = await alice.evaluate(() => location.hash);
    const panel = () => alice.evaluate((hash) => (location.hash = hash), `${inRoom}/approvals`);
    const offline = async (isOffline: boolean) => {
      await alice.context().setOffline(isOffline);
      await alice.evaluate((name) => dispatchEvent(new Event(name)), isOffline ? "offline" : "online");
    };
    await get(room.decide({ type: "setRole", person: carol, role: "admin" }));
    const inChat = card(alice, "asks to make Carol an admin");
    await inChat.getByText("1 more needed").waitFor();
    // From here on the page has its files of its own copy, and the server has nothing of what Alice says.
    await alice.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await offline(true);
    await inChat.getByRole("button", { name: "Approval as file or QR code" }).click();
    await alice.getByRole("heading", { name: "Your approval" }).waitFor();
    const saving = alice.waitForEvent("download");
    await alice.getByRole("button", { name: "Save my approval as a file" }).click();
    // Power is not given by one press, in this way either.
    await alice.getByRole("dialog").getByRole("button", { name: "Approve" }).click();
    const file = await saving;
    expect(file.suggestedFilename()).toMatch(/^conclave-approval-[0-9a-f]{8}\.txt$/u);
    const letter = readFileSync(await file.path(), "utf8");
    await alice.getByRole("button", { name: "Show as QR code" }).click();
    await alice.getByRole("img", { name: "Your approval as a QR code" }).waitFor();
    expect(await axeFaults(alice)).toEqual([]);
    expect(room.proposals()[0]?.approvedBy).toHaveLength(1);
    expect(await get(room.importApproval(letter))).toMatchObject({ by: { name: "Alice" }, progress: { done: true } });
    await expect.poll(() => room.members()[2]?.role).toBe("admin");
    await offline(false);
    await alice.getByText("This proposal isn't open any more.").waitFor();

    // Now Nora's, of something that the server has not shown to Alice.
    await offline(true);
    const asked = await get(room.decide({ type: "setPolicy", policy: preset("open") }));
    if (asked.done) throw new Error("decided alone");
    const noras = await get(room.exportApproval(asked.actionHash));
    await panel();
    const choose = (buffer: Buffer) =>
      alice
        .locator("input[type=file][aria-label='Choose a file']")
        .setInputFiles({ name: "approval.txt", mimeType: "text/plain", buffer });
    for (const [buffer, sentence] of [
      [Buffer.from("hello"), "That isn't an approval"],
      [Buffer.alloc(10_000_000, "x"), "That is too large to be an approval."],
      [Buffer.from(noras.replaceAll("\n", "").slice(0, -3)), "That isn't an approval"],
    ] as const) {
      await choose(buffer);
      await alice.getByText(sentence).first().waitFor();
      await alice.getByRole("button", { name: "Dismiss" }).first().click();
    }
    await choose(Buffer.from(noras));
    await alice.getByText("Nora's approval counts. 1 more is needed.").first().waitFor();
    await alice
      .locator("input[type=file][accept='image/*']")
      .setInputFiles({ name: "code.png", mimeType: "image/png", buffer: qrPng(noras) });
    await alice.getByText("That's already the case").first().waitFor();
    await offline(false);
    await alice.evaluate((hash) => (location.hash = hash), inRoom);
    await card(alice, "asks to change the rules").getByRole("button", { name: "Approve" }).click();
    const question = alice.getByRole("dialog");
    if (await question.isVisible()) await question.getByRole("button", { name: "Approve" }).click();
    await expect.poll(() => room.decisions().at(-1)?.action).toMatchObject({ type: "setPolicy" });
  });
});
