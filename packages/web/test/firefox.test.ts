import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Server } from "./browser.js";
import { canBrowseWithFirefox, Firefox } from "./firefox.js";

const IN_ROOM = "return !!document.querySelector('textarea')";

describe.skipIf(!canBrowseWithFirefox || !existsSync(join(import.meta.dirname, "../dist/index.html")))(
  "in Firefox (skipped without /usr/bin/firefox-esr or the built pages)",
  () => {
    let folder: string;
    let server: Server;
    let alice: Firefox;
    let bob: Firefox;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "conclave-firefox-"));
      server = await Server.start(join(folder, "data"));
      [alice, bob] = await Promise.all([Firefox.start(join(folder, "alice")), Firefox.start(join(folder, "bob"))]);
    });
    afterAll(async () => {
      await Promise.all([alice.stop(), bob.stop()]);
      await server.stop();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    });

    const inRoom = (firefox: Firefox) => expect.poll(() => firefox.evaluate(IN_ROOM), { timeout: 20_000 }).toBe(true);

    it("two people start a room, join by the link and talk; a reload keeps it, and without the server it can be read", async () => {
      await alice.goto(`${server.url}/#/start`);
      await alice.fill("Your name", "Alice");
      await alice.fill("Name of the room", "Fox den");
      await alice.press("Start the room");
      await alice.see("Invite link");
      const link = String(await alice.evaluate("return document.querySelector('input[readonly]').value"));
      await inRoom(alice);

      await bob.goto(link);
      await bob.fill("Your name", "Bob");
      await bob.press("Join");
      await inRoom(bob);
      // Where a room opens one talks at once.
      await bob.type("Hello Alice");
      await bob.enter();
      await alice.see("Hello Alice");
      await alice.type("Welcome, Bob");
      await alice.enter();
      await bob.see("Welcome, Bob");

      // From now on the browser has the pages.
      await bob.evaluate("return navigator.serviceWorker.ready.then(() => true)");
      await bob.reload();
      await bob.see("Welcome, Bob");
      await inRoom(bob);
      await bob.type("I am back");
      await bob.enter();
      await alice.see("I am back");

      await server.stop();
      await bob.reload();
      await bob.see("I am back");
    }, 90_000);
  },
);
