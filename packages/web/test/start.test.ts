import { preset } from "@conclave/protocol";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  askedWords,
  axeFaults,
  canBrowse,
  found,
  get,
  join,
  type Looks,
  ownLink,
  placeOf,
  readWords,
  send,
  World,
  writeDown,
} from "./browser.js";

const SIZES: readonly Looks[] = [
  { theme: "light" },
  { theme: "dark", width: 360, height: 740, language: "de-DE" },
  { theme: "light", width: 360, height: 740 },
  { theme: "dark" },
];

describe.skipIf(!canBrowse)(
  "starting a room in Chromium (skipped without /usr/bin/chromium or the built pages)",
  () => {
    let world: World;
    beforeAll(async () => {
      world = await World.start();
    });
    afterAll(() => world.stop());

    const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name, exact: true });
    const heading = (page: Page, name: string | RegExp) => page.getByRole("heading", { level: 1, name });
    /** The first words of one's fingerprint, at the end of the list of rooms. */
    const tagOf = async (page: Page) => {
      const bar = page.getByRole("link", { name: /Settings$/u });
      return (await bar.innerText()).split("\n").filter((line) => /^[a-z]+ [a-z]+$/u.test(line))[0];
    };

    it("from nothing to two people who talk: start, invite, join", async () => {
      const [alice, bob] = [await world.visitor(), await world.visitor(SIZES[2])];
      const link = await found(alice, world.url, "Garden club", "Alice");
      // Whoever is alone is told what to do about it.
      const beginning = alice.getByRole("log");
      await beginning.getByRole("heading", { name: "Who else belongs here?" }).waitFor();
      await beginning.getByRole("button", { name: "All invites" }).click();
      await alice.getByRole("heading", { name: "Invites", exact: true }).waitFor();
      await join(bob, link, "Bob");
      await beginning.getByText("Nobody has written yet").waitFor();
      await send(bob, "Hello Alice");
      await alice.getByRole("log").getByText("Hello Alice").waitFor();
      await send(alice, "Welcome!");
      await bob.getByRole("log").getByText("Welcome!").waitFor();
      await alice.goto(`${world.url}/#/rooms`);
      const row = alice.getByRole("link", { name: /^Garden club/u });
      expect(await row.innerText()).toContain("You: Welcome!");
      await send(bob, "Are you still there, @Alice?");
      await row.getByText("1 unread message").waitFor({ state: "attached" });
      expect(await row.getByRole("img", { name: "someone mentioned you" }).count()).toBe(1);
      expect(await row.textContent()).toContain("Bob: Are you still there");
      await Promise.all([alice.close(), bob.close()]);
    });

    it("one talks at once where a room opens; on a phone no keyboard comes up by itself", async () => {
      const [alice, bob] = [await world.visitor(), await world.visitor(SIZES[2])];
      const link = await found(alice, world.url, "Garden club", "Alice");
      await alice.keyboard.type("Is anybody here?");
      await alice.keyboard.press("Enter");
      await alice.getByRole("log").getByText("Is anybody here?").waitFor();
      await alice
        .locator('input[type="file"]')
        .setInputFiles({ name: "a.txt", mimeType: "text/plain", buffer: Buffer.from("a") });
      await alice.keyboard.press("Enter");
      await alice.getByRole("log").getByText("a.txt").waitFor();
      await join(bob, link, "Bob");
      expect(await bob.evaluate(() => document.activeElement?.tagName)).not.toBe("TEXTAREA");
      await Promise.all([alice.close(), bob.close()]);
    });

    it("RULE web.list-decision: the list tells a decision from a message that only looks like one", async () => {
      const page = await world.visitor();
      const link = await found(page, world.url, "Decided", "Alice");
      const row = page.getByRole("link", { name: /^Decided/u });
      await row.locator("[data-decision]").getByText("created an invite").waitFor();
      const bob = await get((await get((await world.person()).previewInvite(link))).accept("Bob"));
      await row
        .locator("[data-decision]")
        .getByText(/Bob joined with .*Alice.*invite/u)
        .waitFor();
      await get(bob.send("\u2696 Alice removed Bob"));
      await row.getByText("Alice removed Bob").waitFor();
      expect(await row.locator("[data-decision]").count()).toBe(0);
      await page.close();
    });

    it("without a network it says what is needed; nothing that was typed is lost, also by a reload", async () => {
      const page = await world.visitor();
      await page.goto(`${world.url}/#/start`);
      await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
      await page.getByLabel("Your name").fill("Alice");
      await page.getByLabel("Name of the room").fill("On the train");
      await page.getByRole("radio", { name: /Everyone agrees/u }).check();
      await page.context().setOffline(true);
      await button(page, "Start the room").click();
      const host = new URL(world.url).host;
      await page.getByText(`Can't reach ${host}. A new room needs its server for a moment.`).waitFor();
      await page.reload();
      await page.getByLabel("Name of the room").waitFor();
      expect(await page.getByLabel("Name of the room").inputValue()).toBe("On the train");
      expect(await page.getByLabel("Your name").inputValue()).toBe("Alice");
      expect(await page.getByRole("radio", { name: /Everyone agrees/u }).isChecked()).toBe(true);
      await page.context().setOffline(false);
      await button(page, "Start the room").click();
      // The room opens with its link, also after a reload: nobody founds a second room by it.
      const link = await ownLink(page);
      await page.reload();
      expect(await ownLink(page)).toBe(link);
      // Done: the next room begins with an empty form.
      await page.goto(`${world.url}/#/start`);
      await page.reload();
      await page.getByLabel("Name of the room").waitFor();
      expect(await page.getByLabel("Name of the room").inputValue()).toBe("");
      await page.close();
    });

    it("names what is missing before it asks the server, and what the server refuses", async () => {
      const strict = await world.another([], { CONCLAVE_CREATE_PERMIT: "sesame" });
      const page = await world.visitor();
      await page.goto(`${strict.url}/#/start`);
      const start = button(page, "Start the room");
      await start.click();
      await page.getByText("Enter your name.").waitFor();
      await page.getByText("Enter a name for the room.").waitFor();
      // What was put right is not called wrong any more; what was not still is.
      await page.getByLabel("Your name").fill("Alice");
      await page.getByText("Enter your name.").waitFor({ state: "detached" });
      await page.getByText("Enter a name for the room.").waitFor();
      await page.getByLabel("Name of the room").fill("Garden \u202eclub");
      await start.click();
      await page.getByText("characters that can't be shown").waitFor();
      await page.getByLabel("Name of the room").fill("Garden club");
      await page.getByText("characters that can't be shown").waitFor({ state: "detached" });
      await page.getByText("Welcome and server", { exact: true }).click();
      await page.getByLabel("Address of the server").fill("wss://relay.example.org");
      await start.click();
      await page.getByText("This page can't connect to relay.example.org").waitFor();
      await page.getByLabel("Address of the server").fill(strict.url);
      await page.getByText("This page can't connect to relay.example.org").waitFor({ state: "detached" });
      await start.click();
      await page.getByText("You need a permit").waitFor();
      await page.getByLabel("Permit").fill("sesame");
      await start.click();
      await page.getByRole("textbox", { name: /^Message/u }).waitFor();
      await page.close();
      await strict.stop();
    });

    it("offers the recovery words; until they are written down a quiet reminder stays; a sheet is printed", async () => {
      const page = await world.visitor();
      await found(page, world.url, "Reminded", "Alice");
      await page
        .getByRole("region", { name: "You haven't written down your recovery words yet" })
        .getByRole("link", { name: "Show them" })
        .click();
      // Nobody has written down what they have not seen.
      await button(page, "Show the words").waitFor();
      expect(await button(page, "I’ve written them down").count()).toBe(0);
      const words = await readWords(page);
      expect(words).toHaveLength(24);
      await page.emulateMedia({ media: "print" });
      const paper = await page.locator("body > :not(#app):visible").allInnerTexts();
      expect(words.filter((word) => !paper.join(" ").includes(word))).toEqual([]);
      expect(await page.locator("#app").isVisible()).toBe(false);
      await page.emulateMedia({ media: "screen" });
      await writeDown(page);
      await page.getByRole("textbox", { name: /^Message/u }).waitFor();
      expect(await page.getByRole("region", { name: "You haven't written down your recovery words yet" }).count()).toBe(
        0,
      );
      // The words are nowhere but on the screen.
      expect(await page.evaluate(() => JSON.stringify(Object.entries(localStorage)))).not.toContain(words[0]! + " ");
      await page.close();
    });

    it("two of the words are asked for, by their places: typed, not pasted, and with a way back to see them again", async () => {
      const page = await world.visitor(SIZES[2]);
      await found(page, world.url, "Asked", "Alice");
      await page.goto(`${world.url}/#/sheet`);
      const words = await readWords(page);
      await button(page, "I’ve written them down").click();
      await heading(page, "Check your sheet").waitFor();
      const reminder = page.getByRole("region", { name: "You haven't written down your recovery words yet" });
      // A wrong word is said at its field, which the cursor goes to; nothing counts as written down.
      const [first, second] = await askedWords(page);
      const places = [await placeOf(first!), await placeOf(second!)];
      await first!.fill(words[places[0]! - 1]!.toUpperCase());
      await second!.fill(words[places[0]! - 1]!);
      await second!.press("Enter");
      await page.getByText(`That isn't your word ${places[1]}.`).waitFor();
      expect(await page.getByText(/^That isn't your word/u).count()).toBe(1);
      expect(await second!.evaluate((input) => input === document.activeElement)).toBe(true);
      expect(await axeFaults(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
      // What is pasted stays out.
      await second!.fill("");
      await second!.evaluate(
        (input, text) => {
          const clipboardData = new DataTransfer();
          clipboardData.setData("text/plain", text);
          const paste = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
          if (input.dispatchEvent(paste)) (input as HTMLInputElement).value = text;
        },
        words[places[1]! - 1],
      );
      await page.getByText("Please type it from your sheet.").waitFor();
      expect(await second!.inputValue()).toBe("");
      // One looks again, and others are asked for; or one comes back to it later.
      await button(page, "See the words again").click();
      expect(await readWords(page)).toEqual(words);
      await button(page, "Later").click();
      await page.goto(`${world.url}/#/rooms`);
      await reminder.getByRole("link", { name: "Show them" }).click();
      expect(await writeDown(page)).toEqual(words);
      await page.getByRole("link", { name: /^Asked/u }).waitFor();
      expect(await reminder.count()).toBe(0);
      await page.close();
    });

    it("A102: after the keys of a browser are gone, the words lead back to the same person, not to a new one (RULE web.keys-missing)", async () => {
      const page = await world.visitor();
      await found(page, world.url, "Wiped", "Alice");
      const tag = await tagOf(page);
      await page.goto(`${world.url}/#/sheet`);
      const words = await readWords(page);
      // A page of the origin that holds nothing open, where the slots are deleted and the sealed records stay.
      await page.goto(`${world.url}/conclave.json`);
      await page.evaluate(async () => {
        await new Promise((resolve, reject) => {
          const request = indexedDB.deleteDatabase("conclave/home/vault");
          request.onsuccess = resolve;
          // Blocked only until the page before it is gone.
          request.onerror = reject;
        });
      });
      await page.goto(world.url);
      await page.getByText("The keys to your rooms are gone").waitFor();
      expect(await axeFaults(page)).toEqual([]);
      const field = page.getByLabel("Recovery words");
      await field.fill(`${words.slice(0, 23).join(" ")} zzzz`);
      await button(page, "Bring me back").click();
      await page.getByText("Word 24, “zzzz”, isn't in the word list").waitFor();
      await field.fill([...words.slice(1), words[0]!].join(" "));
      await button(page, "Bring me back").click();
      await page.getByText("Each word is on the list, but together they aren't valid recovery words").waitFor();
      await field.fill(words.map((word, place) => `${place + 1}. ${word.toUpperCase()}`).join("\n"));
      await button(page, "Bring me back").click();
      await heading(page, "Welcome back").waitFor();
      await page.getByText("Your rooms don't come back by themselves").waitFor();
      await button(page, "Continue").click();
      await page.getByRole("heading", { name: "No rooms yet" }).waitFor();
      expect(await tagOf(page)).toBe(tag);
      await page.close();
    });

    it("a locked home asks for its passphrase, says when it is wrong, and opens", async () => {
      const page = await world.visitor();
      await found(page, world.url, "Locked away", "Alice");
      await protect(page, "correct horse");
      await page.goto(world.url);
      await heading(page, "Locked").waitFor();
      expect(await axeFaults(page)).toEqual([]);
      const field = page.getByRole("textbox", { name: "Passphrase" });
      await field.fill("wrong horse");
      await button(page, "Unlock").click();
      await page.getByText("That isn't the right passphrase").waitFor();
      await field.fill("correct horse");
      await button(page, "Unlock").click();
      await page.getByRole("link", { name: /^Locked away/u }).waitFor();
      await page.reload();
      await button(page, "I can't unlock it any more").click();
      await heading(page, "Enter your recovery words").waitFor();
      await page.close();
    });

    it("over plain http from elsewhere the page says that the address is not secure", async () => {
      const page = await world.visitor();
      // A relay for this machine only answers to no other name; behind a proxy it answers to those of the local network.
      expect((await page.goto(world.url.replace("127.0.0.1", "plain.local")))?.status()).toBe(421);
      const proxied = await world.another(["--trusted-proxies", "1"]);
      await page.goto(proxied.url.replace("127.0.0.1", "plain.local"));
      await heading(page, "This address isn't secure").waitFor();
      expect(await axeFaults(page)).toEqual([]);
      await proxied.stop();
      await page.close();
    });

    it("a room that one was shown out of is said so, and can be forgotten; an owner alone among three is told", async () => {
      const eva = await world.person();
      const room = await get(
        eva.createRoom({ title: "Short stay", name: "Eva", policy: preset("owner"), relay: world.url }),
      );
      const page = await world.visitor();
      await join(page, await world.invite(room), "Bob");
      await get(room.synced(10_000));
      const bob = room.members().find(({ name }) => name === "Bob")!;
      await get(room.decide({ type: "remove", person: bob.person, ban: false }));
      const row = page.getByRole("link", { name: /^Short stay/u });
      await row.getByText("You were removed").waitFor();
      await button(page, "Actions for Short stay").click();
      await page.getByRole("menuitem", { name: "Forget this room" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Forget this room" }).click();
      await row.waitFor({ state: "detached" });

      const link = await found(page, world.url, "Three", "Alice");
      await button(page, "Not today").click();
      for (const name of ["Carla", "Dora"])
        await get((await get((await world.person()).previewInvite(link))).accept(name));
      const nudge = page.getByRole("region", { name: "You're the only owner of “Three”" });
      await nudge.waitFor();
      await nudge.getByRole("button", { name: "Not now" }).click();
      await nudge.waitFor({ state: "detached" });
      await page.close();
    });

    for (const looks of SIZES) {
      const { theme, width = 1280, language = "en-GB" } = looks;
      it(`axe finds nothing from the start to the room: ${theme!}, ${width} wide, ${language}`, async () => {
        const page = await world.visitor(looks);
        const isGerman = language === "de-DE";
        const say = (english: string, german: string) => (isGerman ? german : english);
        const check = async (where: string) => {
          expect(await axeFaults(page), where).toEqual([]);
          expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), where).toBe(true);
        };
        await page.goto(world.url);
        await page.getByRole("heading", { level: 1 }).waitFor();
        await check("welcome");
        await page.goto(`${world.url}/#/start`);
        await button(page, say("Start the room", "Raum gründen")).click();
        await page.getByText(say("Enter your name.", "Gib dir einen Namen.")).waitFor();
        await page.getByText(say("Welcome and server", "Begrüßung und Server"), { exact: true }).click();
        await page.getByRole("radio", { name: say("Admins decide together", "Admins entscheiden gemeinsam") }).check();
        await check("form");
        await page.getByLabel(say("Your name", "Dein Name")).fill("Alice");
        await page.getByLabel(say("Name of the room", "Name des Raums")).fill("Garden club");
        await button(page, say("Start the room", "Raum gründen")).click();
        await page.getByRole("textbox", { name: say("Message", "Nachricht") }).waitFor();
        await button(page, say("Show a QR code", "QR-Code zeigen")).click();
        await check("new room");
        await page.goto(`${world.url}/#/sheet`);
        await button(page, say("Show the words", "Wörter zeigen")).click();
        await button(page, say("Show as a QR code", "Als QR-Code zeigen")).click();
        await check("words");
        await page.goto(`${world.url}/#/rooms`);
        await page.getByRole("link", { name: /^Garden club/u }).waitFor();
        await check("rooms");
        await page.goto(`${world.url}/#/recovery`);
        await page.getByRole("heading", { level: 1 }).waitFor();
        await check("recovery");
        await page.close();
      });
    }

    /** Puts a passphrase on the page's home, as the settings do: by the worker's own calls. */
    async function protect(page: Page, passphrase: string): Promise<void> {
      const manifest = (await (await fetch(`${world.url}/conclave-manifest.json`)).json()) as {
        files: { path: string }[];
      };
      const worker = manifest.files.find(({ path }) => /homeWorker.*\.js$/u.test(path))!.path;
      await page.goto(`${world.url}/conclave.json`);
      const session = await page.context().newCDPSession(page);
      // Only here: the page's own policy lets nobody start a worker by a text.
      await session.send("Page.setBypassCSP", { enabled: true });
      await page.reload();
      const answer = await page.evaluate(
        async ([path, secret]) => {
          const thread = new Worker(`/${path!}`, { type: "module" });
          const call = (id: number, method: string, args: unknown[]) =>
            new Promise<unknown>((resolve) => {
              thread.addEventListener(
                "message",
                ({ data }: MessageEvent<{ answer?: number; value?: unknown; failure?: string }>) => {
                  if (data.answer === id) resolve(data.value ?? data.failure);
                },
              );
              thread.postMessage({ call: id, method, args });
            });
          for (let id = 1; ; id++) {
            // A call from before the worker leads is lost, as pages know: it is made again.
            const late = new Promise<null>((wait) => setTimeout(() => wait(null), 500));
            const found = (await Promise.race([call(id, "door", []), late])) as { state: string } | null;
            if (found?.state === "open") break;
            await new Promise((wait) => setTimeout(wait, 100));
          }
          return call(1e6, "addLock", [{ kind: "device" }, { kind: "passphrase", passphrase: secret }]);
        },
        [worker, passphrase],
      );
      expect(answer).toEqual({ ok: true });
      await session.send("Page.setBypassCSP", { enabled: false });
    }
  },
);
