import type { CDPSession, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { axeFaults, canBrowse, found, World } from "./browser.js";

const SECRET = "otter lantern parade violin";

describe.skipIf(!canBrowse)("passkeys in the settings, in Chromium (skipped without a build)", () => {
  let world: World;
  let page: Page;
  let devtools: CDPSession;
  let authenticatorId = "";

  beforeAll(async () => {
    world = await World.start();
    page = await world.visitor();
    // Passkeys are for names: an address of numbers has none.
    await found(page, world.url.replace("127.0.0.1", "localhost"), "Garden club", "Alice");
    devtools = await page.context().newCDPSession(page);
    await devtools.send("WebAuthn.enable");
  });
  afterAll(() => world.stop());

  const button = (name: string) => page.getByRole("button", { name, exact: true });
  const dialog = () => page.getByRole("dialog");
  const itself = () => page.getByText("This browser, by itself");
  const row = (text: string) => page.getByText(text, { exact: true });
  /** A device with passkeys, and the right finger on it or a wrong one. */
  async function plug(isUserVerified: boolean): Promise<void> {
    const device = { protocol: "ctap2", ctap2Version: "ctap2_1", transport: "internal" } as const;
    const options = { ...device, hasResidentKey: true, hasUserVerification: true, hasPrf: true, isUserVerified };
    ({ authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", { options }));
  }
  async function security(): Promise<void> {
    await page.evaluate(() => (location.hash = "#/settings/security"));
    await page.getByText("What opens your rooms on this device").waitFor();
  }
  async function reload(): Promise<void> {
    await page.reload();
    await page.getByRole("heading", { name: "Locked" }).waitFor();
  }

  it("is added in the browser's place, only when it was given, and opens the rooms after a reload", async () => {
    await security();
    await plug(false);
    await button("Add a passkey").click();
    await page.getByText("No passkey was given. Try again, or use another way.").first().waitFor();
    expect(await itself().count()).toBe(1);
    await devtools.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId });
    await plug(true);
    await button("Add a passkey").click();
    await row("A passkey").waitFor();
    expect(await itself().count()).toBe(0);
    expect(await axeFaults(page)).toEqual([]);

    await reload();
    expect(await page.getByLabel("Passphrase", { exact: true }).count()).toBe(0);
    await button("Unlock with a passkey").click();
    await row("A passkey").waitFor();
    await page.getByRole("link", { name: /Garden club/u }).waitFor();
  });

  it("proves who one is for another lock; then both open, and a passkey that was removed does not", async () => {
    await button("Add a passphrase").click();
    await dialog().getByLabel("New passphrase").fill(SECRET);
    await dialog().getByLabel("Repeat the passphrase").fill(SECRET);
    await button("Set passphrase").click();
    // The passkey is asked for first.
    await dialog().getByRole("button", { name: "Use the passkey" }).click();
    await row("A passphrase").waitFor();
    await expect.poll(() => dialog().count()).toBe(0);
    await button("Lock now").click();
    await page.getByRole("heading", { name: "Locked" }).waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await button("Unlock with a passkey").click();
    await row("A passphrase").waitFor();

    await button("Remove").first().click();
    await dialog().getByText("Remove this passkey?").waitFor();
    await dialog().getByRole("button", { name: "Remove" }).click();
    await dialog().getByLabel("Passphrase", { exact: true }).fill(SECRET);
    await button("Continue").click();
    await row("A passkey").waitFor({ state: "detached" });
    await reload();
    expect(await button("Unlock with a passkey").count()).toBe(0);
    await page.getByLabel("Passphrase", { exact: true }).fill(SECRET);
    await button("Unlock").click();
    await row("A passphrase").waitFor();
  });

  it("the last lock is not taken away without another: the browser's own comes in its place", async () => {
    await button("Add a passkey").click();
    await dialog().getByLabel("Passphrase", { exact: true }).fill(SECRET);
    await button("Continue").click();
    await row("A passkey").waitFor();
    await button("Remove").first().click();
    await dialog().getByText("You can still open your rooms the other ways.").waitFor();
    await dialog().getByRole("button", { name: "Remove" }).click();
    await dialog().getByRole("button", { name: "Use the passkey" }).click();
    await row("A passphrase").waitFor({ state: "detached" });
    expect(await itself().count()).toBe(0);
    await button("Remove").click();
    await dialog().getByText("It's the only one").waitFor();
    await dialog().getByRole("button", { name: "Remove" }).click();
    await dialog().getByRole("button", { name: "Use the passkey" }).click();
    await itself().waitFor();
    await page.reload();
    await itself().waitFor();
    await page.getByRole("link", { name: /Garden club/u }).waitFor();
  });
});
