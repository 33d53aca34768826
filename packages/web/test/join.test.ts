import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Client, RoomSession } from "@conclave/client";
import { toBase64url, toHex } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";
import { inviteKeys, parseLink, preset, readSshKeyFile } from "@conclave/protocol";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { axeFaults, canBrowse, get, join, type Looks, send, World } from "./browser.js";
import { tap } from "./tap.js";

/** For what is known within seconds: less than the client waits for an answer. */
const SECONDS_MS = 15_000;
const PHONE: Looks = { width: 360, height: 740, theme: "dark" };

describe.skipIf(!canBrowse)("joining in Chromium (skipped without /usr/bin/chromium or the built pages)", () => {
  let world: World;
  let alice: Client;
  let room: RoomSession;

  beforeAll(async () => {
    world = await World.start();
    alice = await world.person();
    room = await found("Garden club");
  });
  afterAll(() => world.stop());

  const found = (title: string, relay = world.url) =>
    get(alice.createRoom({ title, name: "Alice", policy: preset("owner"), relay }));
  const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
  const heading = (page: Page, name: string | RegExp) => page.getByRole("heading", { level: 1, name });

  async function look(page: Page, link: string): Promise<void> {
    await page.goto(link);
    if (new URL(link).host !== hostOf(link)) await button(page, "Show the room").click();
  }
  const kept = (page: Page, where: "localStorage" | "sessionStorage") =>
    page.evaluate((storage) => JSON.stringify(Object.entries(window[storage])), where);
  const hostOf = (link: string) => new URL(parseLink(link)!.relay.replace("ws", "http")).host;

  it("A36: RULE web.invite-strip: nothing that the browser sends has the link's secret, and the address loses it", async () => {
    const line = await tap(world.url);
    const tapped = await found("Tapped", line.url);
    const made = await get(
      tapped.createInvite({ label: "", for: { class: "single" }, notAfter: null, mode: "direct" }),
    );
    const link = tapped.inviteLink(made.invitation!.inviteId, line.url)!;
    const { roomId, secret } = parseLink(link)!;
    const page = await world.visitor();
    await page.goto(link);
    await heading(page, /invites you to/u).waitFor();
    expect(await page.evaluate(() => [location.hash, document.referrer, history.length])).toEqual(["#/join", "", 2]);
    expect(await kept(page, "localStorage")).not.toContain("v1.");
    // This tab keeps it, until it is used: a reload, whose requests the tap sees too, does not lose it.
    await page.reload();
    await heading(page, /invites you to/u).waitFor();
    expect(page.url()).not.toContain("v1.");
    expect(await page.evaluate(() => JSON.stringify(history.state))).not.toContain("v1.");
    await page.goBack().catch(() => null);
    await page.goForward().catch(() => null);
    expect(page.url()).not.toContain("v1.");
    await join(page, link, "Bob");
    await send(page, "Here I am");
    await page.getByRole("log").getByText("Here I am").waitFor();
    expect(page.url()).not.toContain("v1.");
    expect(await kept(page, "sessionStorage")).not.toContain("v1.");
    // What must be sent to come in shows that the tap sees it.
    expect(line.sent(inviteKeys(nodeCrypto, roomId, secret).slotId)).toBe(true);
    const text = link.slice(link.indexOf("v1."));
    const forms = [
      secret,
      toHex(secret),
      toBase64url(secret),
      Buffer.from(secret).toString("base64"),
      text,
      text.slice(3),
    ];
    expect(forms.map((form) => line.sent(form))).toEqual(forms.map(() => false));
    line.stop();
  });

  it("A44: fetching a link, or opening it and going away, uses nothing of a single-use invite", async () => {
    const link = await world.invite(room, { for: { class: "single" }, label: "Once" });
    for (const method of ["GET", "HEAD", "GET"]) expect((await fetch(link, { method })).status).toBe(200);
    const bot = await world.visitor();
    await bot.goto(link, { waitUntil: "networkidle" });
    await look(bot, link);
    await heading(bot, /invites you to/u).waitFor();
    await bot.close();
    const uses = () => room.invites().find(({ label }) => label === "Once")!.uses;
    await get(room.synced(10_000));
    expect(uses()).toBe(0);
    const page = await world.visitor();
    await join(page, link, "Bea");
    await expect.poll(uses).toBe(1);
  });

  it("A45: RULE web.join-consent: no other server than the page's own is asked before the person says so, and the screen says which one it would be", async () => {
    const other = await world.another();
    const far = await tap(other.url);
    const pages = await world.another(["--allow-relay", far.url.replace("http", "ws")]);
    const near = await tap(pages.url);
    const away = await found("Far away", far.url);
    const made = await get(away.createInvite({ label: "", for: { class: "single" }, notAfter: null, mode: "direct" }));
    const asked = far.sockets();
    const page = await world.visitor();
    await page.goto(away.inviteLink(made.invitation!.inviteId, near.url)!, { waitUntil: "networkidle" });
    await page.getByText(new URL(far.url).host).waitFor();
    await page.waitForTimeout(500);
    expect([far.sockets() - asked, far.requests.length - asked, near.sockets()]).toEqual([0, 0, 0]);
    await button(page, "Show the room").click();
    await heading(page, /invites you to/u).waitFor();
    expect(far.sockets() - asked).toBeGreaterThan(0);
    await page.close();
    for (const each of [far, near]) each.stop();
    await pages.stop();
    await other.stop();
  });

  it("shows the room before one joins: who invites, who is there, who confirmed it, who decides, what the server sees", async () => {
    const page = await world.visitor();
    await look(page, await world.invite(room));
    await heading(page, /invites you to/u).waitFor();
    expect(await heading(page, /invites you to/u).innerText()).toBe("Alice invites you to Garden club");
    for (const [fold, ...parts] of [
      [/^\d+ (person|people)$/u, "Alice", "Confirmed by Alice"],
      ["Who decides", "The owner decides", "Owner"],
      ["What the server sees", new URL(world.url).host],
    ] as const) {
      const details = page.locator("details").filter({ has: page.locator("summary").getByText(fold) });
      await details.locator("summary").click();
      for (const part of parts) expect((await details.innerText()).replace(/\s+/gu, " ")).toContain(part);
    }
    await page.close();
  });

  it.skipIf(!existsSync("/usr/bin/ssh-keygen"))(
    "lets in whoever has a listed SSH key, in two steps: a file to sign goes out, a signature comes in (skipped without openssh-client)",
    async () => {
      const folder = mkdtempSync(path.join(tmpdir(), "conclave-web-ssh-"));
      const keygen = (...args: string[]) => execFileSync("ssh-keygen", args, { cwd: folder, stdio: "pipe" });
      keygen("-q", "-t", "ed25519", "-N", "", "-C", "olga@laptop", "-f", "key");
      const { keys } = readSshKeyFile(readFileSync(path.join(folder, "key.pub"), "utf8"));
      await get(room.allowKeys(keys));
      const page = await world.visitor();
      await look(page, await world.invite(room, { for: { class: "listed" } }));
      await page.getByLabel("Your name").fill("Olga");
      await button(page, "Join").click();
      await page.getByText("Sign the file with your SSH key first, and choose the signature.").waitFor();
      const download = page.waitForEvent("download");
      await button(page, "Save the file to sign").click();
      await (await download).saveAs(path.join(folder, "conclave-join.txt"));
      const choose = (file: string) => page.locator("input[type=file]").setInputFiles(path.join(folder, file));
      await choose("key.pub");
      await page.getByText("This isn't a signature of ssh-keygen, or part of it is missing.").waitFor();
      // As the page says it.
      const command = await page.getByLabel("Sign it with").inputValue();
      expect(command).toBe("ssh-keygen -Y sign -f ~/.ssh/id_ed25519 -n conclave-join-v1 conclave-join.txt");
      keygen("-Y", "sign", "-f", "key", "-n", "conclave-join-v1", "conclave-join.txt");
      await choose("conclave-join.txt.sig");
      await page.getByText("The signature can be used. You can join now.").waitFor();
      expect(await axeFaults(page)).toEqual([]);
      await button(page, "Join").click();
      await page.getByRole("textbox", { name: /^Message/u }).waitFor();
      await expect.poll(() => room.decisions().at(-1)?.right.sshKey?.comment).toBe("olga@laptop");
      await page.close();
      rmSync(folder, { recursive: true });
    },
  );

  it("keeps the invite and what was typed across reloads, in this tab only, until one has joined", async () => {
    const link = await world.invite(room, { mode: "ask" });
    const page = await world.visitor();
    await look(page, link);
    await page.getByLabel("Your name").fill("Rita");
    await page.getByLabel("Note (optional)").fill("It is me");
    for (let time = 0; time < 2; time += 1) {
      await page.reload();
      await expect.poll(() => page.getByLabel("Your name").inputValue()).toBe("Rita");
      await expect.poll(() => page.getByLabel("Note (optional)").inputValue()).toBe("It is me");
      expect(page.url()).toBe(`${world.url}/#/join`);
    }
    expect(await kept(page, "localStorage")).not.toContain("v1.");
    const other = await page.context().newPage();
    await other.goto(page.url());
    await heading(other, "Open an invite").waitFor();
    await other.close();
    // Another invite is not asked for in the name of this one.
    await look(page, await world.invite(room));
    await expect.poll(() => page.getByLabel("Your name").inputValue()).toBe("");
    await page.getByLabel("Your name").fill("Rita");
    await button(page, "Join").click();
    await page.getByRole("textbox", { name: /^Message/u }).waitFor();
    expect(await kept(page, "sessionStorage")).not.toMatch(/v1\.|Rita/u);
    await page.goto(`${world.url}/#/join`);
    await page.reload();
    await heading(page, "Open an invite").waitFor();
    await page.close();
  });

  it("keeps nothing of an invite that was declined", async () => {
    const page = await world.visitor();
    await look(page, await world.invite(room));
    await page.getByLabel("Your name").fill("Nora");
    await button(page, "Not now").click();
    await expect.poll(() => page.url()).not.toContain("join");
    expect(await kept(page, "sessionStorage")).not.toMatch(/v1\.|Nora/u);
    await page.goto(`${world.url}/#/join`);
    await page.reload();
    await heading(page, "Open an invite").waitFor();
    await page.close();
  });

  it("RULE web.own-lookalike: who takes the look of somebody present is told so first", async () => {
    const page = await world.visitor();
    await look(page, await world.invite(room));
    await page.getByLabel("Your name").fill("Аlice");
    await page.getByText("That looks like Alice").waitFor();
    await button(page, "Join").click();
    await button(page, "Use this name anyway").waitFor();
    expect(room.members().filter(({ name }) => name === "Аlice")).toEqual([]);
    await page.getByLabel("Your name").fill("Alice from next door");
    await button(page, "Join").click();
    await page.getByRole("textbox", { name: /^Message/u }).waitFor();
    await page.close();
  });

  it("asks to be let in, waits, and is in when somebody decides", async () => {
    const link = await world.invite(room, { mode: "ask" });
    const page = await world.visitor(PHONE);
    await look(page, link);
    await page.getByLabel("Your name").fill("Carla");
    await page.getByLabel("Note (optional)").fill("We met at the fair");
    await button(page, "Ask to join").click();
    await page.getByRole("heading", { name: "You asked to join Garden club" }).waitFor();
    // By the judge itself, as the link shows the room.
    await page.getByText("Who decides: Alice alone.").waitFor();
    expect(await axeFaults(page)).toEqual([]);
    // There is nobody to see yet.
    const place = page.url();
    await page.goto(`${place}/people`);
    await page.getByRole("heading", { name: "You asked to join Garden club" }).waitFor();
    await page.goto(place);
    await expect
      .poll(async () => (await get(room.requests())).map(({ name, note }) => [name, note]))
      .toEqual([["Carla", "We met at the fair"]]);
    const [request] = await get(room.requests());
    await get(room.admit(request!.id));
    await page.getByRole("textbox", { name: /^Message/u }).waitFor();
    await page.close();
  });

  it("who asked is told of a no: by whom, what to do, also after a reload; and of a link that was withdrawn meanwhile", async () => {
    const link = await world.invite(room, { mode: "ask", label: "Declined" });
    const page = await world.visitor(PHONE);
    const ask = async () => {
      await look(page, link);
      await page.getByLabel("Your name").fill("Nora");
      await button(page, "Ask to join").click();
      await page.getByRole("heading", { name: "You asked to join Garden club" }).waitFor();
    };
    await ask();
    const [request] = await get(room.requests());
    await get(room.denyRequest(request!.id));
    await page.getByRole("heading", { name: "Your request was denied" }).waitFor();
    await page.getByText("Alice did not let you into “Garden club”").waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await page.reload();
    await page.getByText("Alice did not let you into “Garden club”").waitFor();
    await ask();
    const { inviteId } = room.invites().find(({ label }) => label === "Declined")!;
    await get(room.decide({ type: "revokeInvite", inviteId }));
    await page.reload();
    await page.getByRole("heading", { name: "You didn't get in" }).waitFor();
    await page.close();
  });

  it("a request can be withdrawn: the room leaves the list", async () => {
    const page = await world.visitor();
    await look(page, await world.invite(room, { mode: "ask" }));
    await page.getByLabel("Your name").fill("Dora");
    await button(page, "Ask to join").click();
    await button(page, "Withdraw").click();
    await page.getByRole("dialog").getByRole("button", { name: "Withdraw" }).click();
    await page.getByRole("heading", { name: "No rooms yet" }).waitFor();
    await page.close();
  });

  it("says what is the matter with a link: damaged, used up, withdrawn, of a room that one is in", async () => {
    const page = await world.visitor();
    await page.goto(`${world.url}/#/join/v1.AAAA`);
    await heading(page, "This invite link is incomplete").waitFor();

    const single = await world.invite(room, { for: { class: "single" }, label: "Single" });
    await get((await get((await world.person()).previewInvite(single))).accept("Emil"));
    // A member closes its slot soon after.
    await expect
      .poll(
        async () => {
          await page.goto("about:blank");
          await look(page, single);
          await heading(page, /invites you|no longer works/u).waitFor();
          return heading(page, "This link no longer works").isVisible();
        },
        { timeout: 60_000, interval: 1000 },
      )
      .toBe(true);
    expect(await axeFaults(page)).toEqual([]);

    const withdrawn = await world.invite(room, { label: "Withdrawn" });
    const { inviteId } = room.invites().find(({ label }) => label === "Withdrawn")!;
    await get(room.decide({ type: "revokeInvite", inviteId }));
    await look(page, withdrawn);
    await heading(page, "This link no longer works").waitFor();

    const link = await world.invite(room);
    await join(page, link, "Finn");
    await page.goto(link);
    await heading(page, "You're already in “Garden club”").waitFor();
    await button(page, "Open the room").click();
    await page.getByRole("textbox", { name: /^Message/u }).waitFor();
    await page.close();
  });

  it("who comes back by the words while the room still has them is told what to do, and it works", async () => {
    const link = await world.invite(room);
    const lost = await world.person();
    await get((await get(lost.previewInvite(link))).accept("Lotte"));
    const page = await world.visitor(PHONE);
    await page.goto(`${world.url}/#/recovery`);
    await page.getByLabel("Recovery words").fill(lost.recoveryPhrase());
    await button(page, "Bring me back").click();
    await button(page, "Continue").click();
    // A link of after they joined: members keep those of before in step when it is their turn.
    await look(page, await world.invite(room));
    await heading(page, "You're already in this room").waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await get(room.decide({ type: "remove", person: lost.person, ban: false }));
    await join(page, await world.invite(room), "Lotte");
    await page.close();
  });

  it("says which address to open where the page may not ask that server, and when a server does not answer", async () => {
    const other = await world.another();
    const away = await found("Elsewhere", other.url);
    const made = await get(away.createInvite({ label: "", for: { class: "single" }, notAfter: null, mode: "direct" }));
    const link = away.inviteLink(made.invitation!.inviteId, world.url)!;
    const page = await world.visitor();
    const refused: string[] = [];
    page.on("console", (message) => refused.push(message.text()));
    await look(page, link);
    await heading(page, "This page can't connect to that server").waitFor();
    const given = await page.getByLabel("The invite for that address").inputValue();
    expect(given.startsWith(`${other.url}/#/join/v1.`)).toBe(true);
    // It is known before it is tried: no violation of the policy.
    expect(refused.filter((text) => text.includes("Content Security Policy"))).toEqual([]);
    // A home at the other address has it: the same invite works there.
    const there = await world.visitor();
    await join(there, given, "Gustav");
    const second = await get(
      away.createInvite({ label: "", for: { class: "single" }, notAfter: null, mode: "direct" }),
    );
    const late = await world.visitor();
    // The page is here before its server goes away.
    await late.goto(`${other.url}/#/join`);
    await late.getByLabel("Invite link").fill(away.inviteLink(second.invitation!.inviteId, other.url)!);
    await other.stop();
    await button(late, "Continue").click();
    // Refused again and again: that is known within seconds.
    await late.getByRole("heading", { level: 1, name: "Can't reach the server" }).waitFor({ timeout: SECONDS_MS });
    await late.getByText(new URL(other.url).host).waitFor();
    await button(late, "Try again").waitFor();
    // In an open room it is said at once, with the server's name; what one writes is kept.
    await there.getByText(`Can't reach ${new URL(other.url).host}`).waitFor({ timeout: SECONDS_MS });
    expect(await axeFaults(there)).toEqual([]);
    await send(there, "Into the dark");
    await there.getByText("Into the dark").first().waitFor();
    await button(there, "Try now").click();
    await there.close();
    await Promise.all([page.close(), late.close()]);
  });

  for (const theme of ["light", "dark"] as const) {
    it(`axe finds nothing on the way in, in the ${theme} theme`, async () => {
      for (const looks of [{ theme }, { theme, width: 360, height: 740, language: "de-DE" }] as const) {
        const page = await world.visitor(looks);
        await page.goto(await world.invite(room, { mode: "ask" }));
        await page.getByLabel("language" in looks ? "Dein Name" : "Your name").fill("alice");
        expect(await axeFaults(page)).toEqual([]);
        await page.goto(`${world.url}/#/join`);
        await page.getByRole("heading", { level: 1 }).waitFor();
        expect(await axeFaults(page)).toEqual([]);
        await page.close();
      }
    });
  }
});
