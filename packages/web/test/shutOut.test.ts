import type { Client, RoomSession } from "@conclave/client";
import { equalBytes } from "@conclave/codec";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { axeFaults, canBrowse, found, get, PATIENCE_MS, World } from "./browser.js";

interface Sealing {
  kemDeriveKeyPair(kem: unknown, random: Uint8Array): { readonly publicKey: Uint8Array };
  kemEncapsulate(kem: unknown, key: Uint8Array, random: Uint8Array): unknown;
}
/** What is inside of a client's room: its MLS group. */
interface Inside {
  readonly engine: { readonly state: { readonly room: { readonly parts: { readonly group: Group } } } };
}
interface Group {
  readonly view: { leaf(index: number): { readonly encryptionKey: Uint8Array } | null };
  readonly inner: { readonly suite: { crypto: Sealing } };
}

/** A real client makes new keys, and seals rubbish to the first leaf, which is the founder's: the others can follow. */
async function shutOutFounder(by: RoomSession): Promise<void> {
  const { group } = (by as unknown as Inside).engine.state.room.parts;
  const victim = group.view.leaf(0)!.encryptionKey;
  const { suite } = group.inner;
  const honest = suite.crypto;
  const kemEncapsulate: Sealing["kemEncapsulate"] = (kem, key, random) =>
    honest.kemEncapsulate(kem, equalBytes(key, victim) ? honest.kemDeriveKeyPair(kem, random).publicKey : key, random);
  const set = (value: Sealing) => Object.defineProperty(suite, "crypto", { value, configurable: true });
  set(Object.assign(Object.create(honest) as Sealing, { kemEncapsulate }));
  await get(by.decide({ type: "rekey" }));
  set(honest);
}

describe.skipIf(!canBrowse)("a founder whom a member shuts out (skipped without /usr/bin/chromium or a build)", () => {
  let world: World;
  let page: Page;
  let link: string;
  let bob: RoomSession;
  let carol: RoomSession;

  beforeAll(async () => {
    world = await World.start();
    page = await world.visitor();
    link = await found(page, world.url, "Garden club", "Alice");
    bob = await comeIn(await world.person(), "Bob");
    carol = await comeIn(await world.person(), "Carol");
  });

  afterAll(() => world.stop());

  async function comeIn(client: Client, name: string): Promise<RoomSession> {
    const session = await get((await get(client.previewInvite(link))).accept(name));
    await get(session.synced(20_000));
    return session;
  }

  const returns = () => carol.decisions().filter(({ action }) => action.type === "reseat").length;
  const offer = () => page.getByRole("button", { name: "Remove Bob?", exact: true });

  it("A107: is told by whose change, and the second time is offered the usual way to remove him", async () => {
    const told = page.getByRole("log").getByText("device sent keys that yours couldn't use. You came back at");
    for (const count of [1, 2]) {
      await get(bob.synced(20_000));
      await shutOutFounder(bob);
      await expect.poll(returns, { timeout: PATIENCE_MS }).toBe(count);
      await expect.poll(() => told.count(), { timeout: PATIENCE_MS }).toBe(count);
      if (count === 1) expect(await offer().count()).toBe(0);
    }
    await offer().waitFor();
    expect(await axeFaults(page)).toEqual([]);
    const key = /#\/room\/([^/]+)/u.exec(page.url())![1]!;
    await page.evaluate((hash) => (location.hash = hash), `#/room/${key}/decisions`);
    await expect.poll(() => offer().count()).toBe(2);
    expect(await axeFaults(page)).toEqual([]);
    await offer().last().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Fingerprint").or(dialog.getByText("Remove Bob?")).first().waitFor();
    await dialog.getByRole("button", { name: "Remove", exact: true }).click();
    await expect
      .poll(() => carol.members().map(({ name }) => name), { timeout: PATIENCE_MS })
      .toEqual(["Alice", "Carol"]);
    await expect.poll(() => offer().count()).toBe(0);
  });
});
