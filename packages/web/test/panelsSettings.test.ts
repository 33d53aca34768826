import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { axeFaults, canBrowse, found, World } from "./browser.js";

const SECRET = "otter lantern parade violin";

describe.skipIf(!canBrowse)("the settings in Chromium (skipped without /usr/bin/chromium or a build)", () => {
  let world: World;
  let page: Page;

  beforeAll(async () => {
    world = await World.start();
    page = await world.visitor();
    await found(page, world.url, "Garden club", "Alice");
  });

  afterAll(() => world.stop());

  const button = (name: string) => page.getByRole("button", { name, exact: true });
  const dialog = () => page.getByRole("dialog");

  async function open(section: string, title: string): Promise<void> {
    await page.evaluate((hash) => (location.hash = hash), `#/settings${section}`);
    await page.getByRole("heading", { name: title, exact: true }).first().waitFor();
  }

  it("axe finds nothing in any of them, in both themes, on a desk and on a phone", async () => {
    for (const theme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme: theme });
      await page.setViewportSize(theme === "light" ? { width: 1280, height: 800 } : { width: 360, height: 740 });
      const check = async (what: string) => expect(await axeFaults(page), `${what}, ${theme}`).toEqual([]);
      await open("", "Settings");
      await check("settings");
      await open("/you", "Your fingerprint");
      await check("you");
      await open("/security", "Security");
      await page.getByText("Build", { exact: true }).waitFor();
      await check("security");
      await button("Add a passphrase").click();
      await check("a passphrase");
      await button("Cancel").click();
      await open("/about", "About Conclave");
      await check("about");
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    }
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it("looks and language change at once, and are kept", async () => {
    await open("", "Settings");
    await page.getByRole("radio", { name: "Dark" }).check();
    expect(await page.evaluate(() => document.documentElement.dataset["theme"])).toBe("dark");
    await page.getByLabel("Language").selectOption("de");
    await page.getByRole("heading", { name: "Einstellungen" }).first().waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Einstellungen" }).first().waitFor();
    expect(
      await page.evaluate(() => [document.documentElement.dataset["theme"], document.documentElement.lang]),
    ).toEqual(["dark", "de"]);
    expect(await axeFaults(page)).toEqual([]);
    await page.getByLabel("Sprache").selectOption("en");
    await page.getByRole("radio", { name: "System" }).check();
  });

  it("RULE web.level: a page from the server of a room says so, with its build and the way to compare it", async () => {
    await open("/security", "Security");
    await page.getByText("A server that carries your rooms also serves this page.").waitFor();
    const served = await (await fetch(`${world.url}/conclave-manifest.json`)).arrayBuffer();
    const hash = Buffer.from(await crypto.subtle.digest("SHA-256", served)).toString("hex");
    await expect.poll(async () => (await page.locator("code").first().innerText()).replaceAll(" ", "")).toBe(hash);
    expect(await page.getByLabel(/^To compare it with the source/u).inputValue()).toBe(
      `npx --no conclave verify-web ${world.url}`,
    );
    await button("Check what's served now").click();
    await page.getByText("The server serves the same build you have.").waitFor();
  });

  it("a passphrase is set, asked for, changed by the old one only, and taken off", async () => {
    await open("/security", "Security");
    await button("Add a passphrase").click();
    await dialog().getByLabel("New passphrase").fill("short");
    await button("Set passphrase").click();
    await page.getByText("Use at least 10 characters.", { exact: true }).last().waitFor();
    await dialog().getByLabel("New passphrase").fill(SECRET);
    await dialog().getByLabel("Repeat the passphrase").fill(`${SECRET}!`);
    await button("Set passphrase").click();
    await page.getByText("The two don't match.").waitFor();
    await dialog().getByLabel("Repeat the passphrase").fill(SECRET);
    await button("Set passphrase").click();
    await page.getByText("You enter it each time you open Conclave.").waitFor();
    expect(await page.getByText("This browser, by itself").count()).toBe(0);

    await button("Lock now").click();
    await page.getByRole("heading", { name: "Locked" }).waitFor();
    await page.reload();
    await page.getByLabel("Passphrase", { exact: true }).fill(SECRET);
    await button("Unlock").click();
    await page.getByText("You enter it each time you open Conclave.").waitFor();

    await button("Change").click();
    await dialog().getByLabel("Current passphrase").fill("not the one at all");
    await dialog().getByLabel("New passphrase").fill("another one altogether");
    await dialog().getByLabel("Repeat the passphrase").fill("another one altogether");
    await button("Set passphrase").click();
    await page.getByText("That doesn't open your rooms.").waitFor();
    await dialog().getByLabel("Current passphrase").fill(SECRET);
    await button("Set passphrase").click();
    await expect.poll(() => dialog().count()).toBe(0);

    await button("Remove").click();
    await dialog().getByText("It's the only one").waitFor();
    await dialog().getByRole("button", { name: "Remove" }).click();
    await dialog().getByLabel("Passphrase", { exact: true }).fill(SECRET);
    await button("Continue").click();
    await page.getByText("That doesn't open your rooms.").waitFor();
    await dialog().getByLabel("Passphrase", { exact: true }).fill("another one altogether");
    await button("Continue").click();
    await page.getByText("This browser, by itself").waitFor();
    await page.reload();
    await page.getByText("This browser, by itself").waitFor();
  });

  it("erasing leaves nothing of the person in this browser", async () => {
    await open("/security", "Security");
    await button("Erase Conclave here").click();
    await dialog().getByText("You haven't said that your recovery words are written down.").waitFor();
    await button("Cancel").click();
    await button("Erase Conclave here").click();
    await button("Erase everything").click();
    await button("Start a room")
      .or(page.getByRole("link", { name: "Start a room" }))
      .first()
      .waitFor();
    expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key !== "conclave.host"))).toEqual([]);
    const left = await page.evaluate(async () => {
      const names = (await indexedDB.databases()).map(({ name }) => name!);
      const records = names.map(
        (name) =>
          new Promise<string>((resolve) => {
            const asked = indexedDB.open(name);
            asked.onsuccess = () => {
              const stores = [...asked.result.objectStoreNames];
              const counts = stores.map(
                (store) =>
                  new Promise<string>((done) => {
                    const counted = asked.result.transaction(store).objectStore(store).count();
                    counted.onsuccess = () => done(`${name}/${store}: ${counted.result}`);
                  }),
              );
              void Promise.all(counts).then((all) => {
                asked.result.close();
                resolve(all.join(", "));
              });
            };
          }),
      );
      return Promise.all(records);
    });
    expect(left.filter((each) => !each.includes("pin") && /: [1-9]/u.test(each))).toEqual([]);
    await page.reload();
    await page.getByRole("heading", { level: 1 }).waitFor();
    expect(await page.getByText("Garden club").count()).toBe(0);
  });
});
