import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as pathOf } from "node:path";
import type { Client, RoomSession } from "@conclave/client";
import type { PersonId } from "@conclave/client/pure";
import { toHex } from "@conclave/codec";
import { chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { axeFaults, canBrowse, found, get, join, World } from "./browser.js";
import { qrFilm, qrPng } from "./qrPicture.js";

const codeOf = (person: PersonId) => `CONCLAVE:PERSON:${toHex(person).toUpperCase()}`;

describe.skipIf(!canBrowse)("the panels in Chromium (skipped without /usr/bin/chromium or a build)", () => {
  let world: World;
  let page: Page;
  let key: string;
  let link: string;
  let bob: Client;
  let room: RoomSession;
  let carol: Client;

  beforeAll(async () => {
    world = await World.start();
    page = await world.visitor();
    link = await found(page, world.url, "Garden club", "Alice");
    key = /#\/room\/([^/]+)/u.exec(page.url())![1]!;
    bob = await world.person();
    room = await comeIn(bob, "Bob");
    carol = await world.person();
    await comeIn(carol, "Carol");
  });

  afterAll(() => world.stop());

  async function comeIn(client: Client, name: string): Promise<RoomSession> {
    const session = await get((await get(client.previewInvite(link))).accept(name));
    await get(session.synced(20_000));
    return session;
  }

  const button = (name: string, where: Page = page) => where.getByRole("button", { name, exact: true });
  const heading = (name: string) => page.getByRole("heading", { name, exact: true });

  /** Goes to a panel as a link does, and waits for its heading. */
  async function open(panel: string, title: string, where: Page = page): Promise<void> {
    await where.evaluate((hash) => (location.hash = hash), `#/room/${key}/${panel}`);
    await where.getByRole("heading", { name: title, exact: true }).first().waitFor();
  }

  async function scan(text: string): Promise<void> {
    await page
      .locator("input[type=file][accept='image/*']")
      .setInputFiles({ name: "code.png", mimeType: "image/png", buffer: qrPng(text) });
  }

  const checkedNames = () =>
    page.evaluate(() =>
      [...document.querySelectorAll("[data-pane=side] a")]
        .filter((row) => row.querySelector("[aria-label='Checked by you']"))
        .map((row) => row.querySelector("bdi")!.textContent),
    );

  it("axe finds nothing in any panel, in both themes, on a desk and on a phone", async () => {
    const person = `people/${toHex(bob.person)}`;
    for (const theme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme: theme });
      await page.setViewportSize(theme === "light" ? { width: 1280, height: 800 } : { width: 360, height: 740 });
      const check = async (what: string) => expect(await axeFaults(page), `${what}, ${theme}`).toEqual([]);
      await open("people", "People");
      await page.getByRole("link", { name: /Carol/u }).first().waitFor();
      await check("people");
      await open(person, "Fingerprint");
      await check("a person");
      await button("Remove from the room").click();
      await check("remove");
      await button("Cancel").click();
      await open(`verify/${toHex(bob.person)}`, "Compare with Bob");
      for (const tab of ["Digits", "Scan", "Words"]) {
        await page.getByRole("tab", { name: tab }).click();
        await check(tab);
      }
      await button("They don't match").click();
      await check("they differ");
      await open("verify", "Codes to compare");
      await heading("Room code").waitFor();
      await check("own codes");
      await open("decisions", "Decisions");
      await page.getByRole("heading", { name: "Today" }).last().waitFor();
      await check("decisions");
      await open("invites", "Invites");
      await button("Show the link").click();
      await check("invites");
      await button("More options…").click();
      await check("a new invite");
      await open("alarms", "Alarms");
      await check("alarms");
      await open("room", "Room and rules");
      await heading("Seal the room").waitFor();
      await check("room");
      for (const dialog of ["Change the rules", "Seal…"]) {
        await button(dialog).click();
        await check(dialog);
        await button("Cancel").click();
      }
      // Nothing is wider than a phone.
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    }
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it("RULE web.scan-exact: only the code of this very person marks them; the mark is on the person, and can go", async () => {
    const nobody = await world.person();
    await open(`verify/${toHex(bob.person)}`, "Compare with Bob");
    await page.getByRole("tab", { name: "Scan" }).click();
    await scan(codeOf(carol.person));
    await page.getByText("This is Carol's code, not Bob's").waitFor();
    await scan(codeOf(nobody.person));
    await page.getByText("This code isn't Bob's, nor anyone else's here").waitFor();
    await scan(link);
    await page.getByText("This isn't a fingerprint").waitFor();
    await scan(codeOf(bob.person).slice(0, -2));
    await page.getByText("This isn't a fingerprint").waitFor();
    await open("people", "People");
    expect(await checkedNames()).toEqual([]);
    await open(`verify/${toHex(bob.person)}`, "Compare with Bob");
    await page.getByRole("tab", { name: "Scan" }).click();
    await scan(codeOf(bob.person));
    await page.getByText(/^Checked by you, .*, by QR code$/u).waitFor();
    await page.reload();
    await open("people", "People");
    await expect.poll(checkedNames).toEqual(["Bob"]);
    await open(`verify/${toHex(bob.person)}`, "Compare with Bob");
    await button("Remove the mark").click();
    await button("They match").waitFor();
    await open("people", "People");
    expect(await checkedNames()).toEqual([]);
  });

  it("a person's words and digits are those that they see themselves; comparing them marks", async () => {
    await open(`verify/${toHex(carol.person)}`, "Compare with Carol");
    const { words, digits } = carol.fingerprint();
    const shown = async (of: string) =>
      (await page.getByRole("list", { name: of }).getByRole("listitem").allInnerTexts()).join(" ");
    expect(await shown("Fingerprint words of Carol")).toBe(words);
    await page.getByRole("tab", { name: "Digits" }).click();
    expect(await shown("Fingerprint digits of Carol")).toBe(digits);
    await button("They don't match").click();
    await page.getByText("Then this may not be Carol").waitFor();
    await button("They match").click();
    await page.getByText(/^Checked by you, .*, by digits$/u).waitFor();
    await open("verify", "Codes to compare");
    await expect.poll(async () => shown("Room code")).toBe(room.roomCode());
    expect(await shown("People code")).toBe(room.peopleCode());
  });

  it("the camera reads a code, and goes off when it has", async () => {
    const folder = mkdtempSync(pathOf(tmpdir(), "conclave-camera-"));
    const film = pathOf(folder, "bob.y4m");
    writeFileSync(film, qrFilm(codeOf(bob.person)));
    const args = ["--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"];
    const browser = await chromium.launch({
      executablePath: "/usr/bin/chromium",
      args: [...args, `--use-file-for-fake-video-capture=${film}`],
    });
    try {
      const dora = await browser.newPage({ locale: "en-GB" });
      await join(dora, link, "Dora");
      await open(`verify/${toHex(bob.person)}`, "Compare with Bob", dora);
      await dora.getByRole("tab", { name: "Scan" }).click();
      await button("Open the camera", dora).click();
      await dora.getByText(/^Checked by you, .*, by QR code$/u).waitFor();
      const isLive = () =>
        dora.evaluate(() => {
          const { srcObject } = document.querySelector("video")!;
          return (srcObject as MediaStream).getTracks().some(({ readyState }) => readyState === "live");
        });
      expect(await isLive()).toBe(false);
    } finally {
      await browser.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("whoever leaves sees what that means, and then forgets the room from this device", async () => {
    const gus = await world.visitor({ width: 360, height: 740 });
    await join(gus, link, "Gus");
    await open("room", "Room and rules", gus);
    await button("Leave the room", gus).click();
    await button("Leave", gus).click();
    await button("Forget this room", gus).waitFor();
    await expect.poll(() => room.members().map(({ name }) => name)).not.toContain("Gus");
    await button("Forget this room", gus).click();
    await gus
      .getByRole("dialog")
      .getByRole("button", { name: /forget/iu })
      .click();
    await gus.getByText("No rooms yet").waitFor();
  });

  it("A92: RULE web.remove-who: whoever was never checked is removed by their words; the room then goes on without them", async () => {
    const eve = await world.person();
    const gone = await comeIn(eve, "Eve");
    const shown = page.getByRole("dialog").getByRole("listitem");
    await open(`people/${toHex(carol.person)}`, "Fingerprint");
    await button("Remove from the room").click();
    await page.getByRole("dialog").getByText("They keep what they've already read").waitFor();
    // Carol was compared.
    expect(await shown.count()).toBe(0);
    await button("Cancel").click();
    await open(`people/${toHex(eve.person)}`, "Fingerprint");
    await button("Remove from the room").click();
    expect((await shown.allInnerTexts()).join(" ")).toBe(eve.fingerprint().words);
    await button("Remove").click();
    await page.getByText("This person is no longer in the room").waitFor();
    await expect.poll(() => gone.status().standing).toBe("removed");
    expect(room.members().map(({ name }) => name)).not.toContain("Eve");
  });

  it("a request is shown with who invited and why, and let in by one press", async () => {
    const asking = await world.person();
    await open("invites", "Invites");
    await button("More options…").click();
    await page.getByLabel("What is it for?").fill("Neighbours");
    await page.getByRole("radio", { name: "Approve each person" }).check();
    await button("Create link").click();
    const asked = await page.getByLabel("Invite link").inputValue();
    const waiting = await get((await get(asking.previewInvite(asked))).accept("Frieda", "From number 7"));
    await open("people", "People");
    const card = page.getByRole("article").filter({ hasText: "wants to join" });
    await card.getByText("From number 7").waitFor();
    expect(await card.innerText()).toContain("Neighbours");
    await button("Let in").click();
    await expect.poll(() => waiting.status().standing).toBe("member");
    await page.getByRole("link", { name: /Frieda.*Let in by Alice/su }).waitFor();
  });

  it("RULE web.steward-asked: a steward is let in as one; a link that asks nobody says whether one is here", async () => {
    const form = async () => {
      await open("invites", "Invites");
      await button("More options…").click();
      return page.getByRole("radio", { name: /^Let in automatically/u });
    };
    const card = await form();
    await page.getByText("There is no steward here, so at night they may wait.").waitFor();
    // Neither keys nor a higher role go with it.
    expect(await page.getByLabel("Join as").count()).toBe(1);
    await card.check();
    expect(await page.getByLabel("Join as").count()).toBe(0);
    await page.getByRole("radio", { name: "People with a listed SSH key" }).check();
    expect(await card.count()).toBe(0);
    expect(await page.getByRole("radio", { name: "Approve each person" }).isChecked()).toBe(true);
    await page.getByRole("radio", { name: "Up to 10" }).check();
    await page.getByLabel("What is it for?").fill("At night");
    await card.check();
    await button("Create link").click();
    await page.getByText("Anyone with the link is let in by the first device that is on").waitFor();
    const night = await page.getByLabel("Invite link").inputValue();
    const autos = () => room.invites().filter(({ mode }) => mode === "auto");
    await expect.poll(autos).toMatchObject([{ role: "member", limit: 10 }]);
    const comes = await get((await get((await world.person()).previewInvite(night))).accept("Gina"));
    await expect.poll(() => comes.status().standing).toBe("member");
    // With a steward the form says something else.
    const steward = await world.person();
    const preview = await get(steward.previewInvite(night));
    const asks = await get(preview.accept("Stew", "", { asSteward: true }));
    await open("people", "People");
    await button("Let in as a steward").click();
    await page.getByRole("dialog").getByRole("button", { name: "Let in as a steward" }).click();
    await expect.poll(() => asks.status().standing).toBe("member");
    await form();
    await page.getByText("a member's or the steward's").waitFor();
    expect(await page.getByText("There is no steward here").count()).toBe(0);
    await open("people", "People");
  });

  it("an invite's link is shown only when asked for, and closed for everyone", async () => {
    await open("invites", "Invites");
    const card = page.getByRole("article").filter({ hasText: "Neighbours" });
    await card.waitFor();
    expect(await page.getByLabel("Invite link").count()).toBe(0);
    await card.getByRole("button", { name: "Show the link" }).click();
    expect(await page.getByLabel("Invite link").inputValue()).toContain("#/join/v1.");
    await card.getByRole("button", { name: "Close link" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Close link" }).click();
    await card.getByText("closed").waitFor();
    await expect.poll(() => room.invites().filter(({ isRevoked }) => isRevoked).length).toBeGreaterThan(0);
  });

  it("every decision is listed, and given away as JSON", async () => {
    await open("decisions", "Decisions");
    await page
      .getByText(/removed/u)
      .last()
      .waitFor();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: /export|save/iu }).click(),
    ]);
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
    const saved = JSON.parse(Buffer.concat(chunks).toString()) as { seq: number; action: { type: string } }[];
    await get(room.synced(10_000));
    expect(saved.map(({ seq, action }) => [seq, action.type])).toEqual(
      room.decisions().map(({ seq, action }) => [seq, action.type]),
    );
  });

  it("the room is renamed and its rules are changed, for everybody", async () => {
    await open("room", "Room and rules");
    await button("Rename").click();
    await page.getByLabel("Name of the room").fill("  Allotments ");
    await button("Save").click();
    await expect.poll(() => room.title).toBe("Allotments");
    // Who decides, by name, as the room is; and what another choice would make of it, before it is made.
    await page.getByText("Without Alice, nobody can let somebody in, remove a member or change these rules.").waitFor();
    await button("Change the rules").click();
    await page.getByRole("radio", { name: "Members can't be removed" }).check();
    await page.getByRole("dialog").getByText("nobody, even if everyone agrees").waitFor();
    await page.getByRole("radio", { name: "Everyone agrees" }).check();
    await page
      .getByRole("dialog")
      .getByText(/^If even one person doesn't answer/u)
      .waitFor();
    expect(await page.getByRole("dialog").getByText("nobody, even if everyone agrees").count()).toBe(0);
    await page.getByRole("radio", { name: "Open house" }).check();
    await button("Change rules").click();
    await expect.poll(() => room.policy()?.rules.remove).toEqual({ kind: "role", role: "admin" });
    await page.getByText("any admin").first().waitFor();
    // What is said follows who is who.
    await open(`people/${toHex(bob.person)}`, "Fingerprint");
    await button("Make admin").click();
    await page.getByRole("dialog").getByRole("button", { name: "Make admin" }).click();
    await open("room", "Room and rules");
    await page
      .getByText(/(?:Alice or Bob|Bob or Alice), each alone/u)
      .first()
      .waitFor();
    // The founder is the only owner: they are told what to do first.
    await page.getByText("You're the only owner").waitFor();
    expect(await button("Leave the room").count()).toBe(0);
  });

  it("RULE web.seal-typed: a room is sealed by its name, typed, and by nothing less", async () => {
    const isSealed = () => room.decisions().some(({ action }) => action.type === "seal");
    await open("room", "Room and rules");
    await button("Seal…").click();
    await button("Seal permanently").click();
    await page.getByText("That isn't the name of the room.").waitFor();
    await page.getByLabel(/^Type the name of the room/u).fill("Garden club");
    await button("Seal permanently").click();
    await page.getByText("That isn't the name of the room.").waitFor();
    await get(room.synced(10_000));
    expect(isSealed()).toBe(false);
    await page.getByLabel(/^Type the name of the room/u).fill("Allotments");
    await button("Seal permanently").click();
    await expect.poll(isSealed).toBe(true);
    await page.getByText("This room is sealed: its people, roles and rules stay as they are.").waitFor();
    expect(await button("Change the rules").count()).toBe(0);
  });
});
