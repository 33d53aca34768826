import type { RoomSession } from "@conclave/client";
import { preset } from "@conclave/protocol";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { canBrowse, get, join, send, World } from "./browser.js";

/** What a page has told the system, and what of it is still there. */
interface Told {
  readonly title: string;
  readonly body: string;
  readonly at: number;
  isClosed: boolean;
}
declare const window: { told: (Told & { notification: Notification })[]; asked: number; badge: number | null };

describe.skipIf(!canBrowse)("notifications and what is unread, in Chromium (skipped without a build)", () => {
  let world: World;
  let garden: RoomSession;
  let choir: RoomSession;
  let first: Page;
  let second: Page;
  let gardenAt = "";
  let choirAt = "";

  beforeAll(async () => {
    world = await World.start();
    const alice = await world.person();
    const open = async (title: string) =>
      get(alice.createRoom({ title, name: "Alice", policy: preset("open"), relay: world.url }));
    garden = await open("Garden club");
    choir = await open("Choir");
    first = await world.visitor();
    await first.context().addInitScript(watchNotices);
    await join(first, await world.invite(garden), "Bob");
    gardenAt = first.url();
    await join(first, await world.invite(choir), "Bob");
    choirAt = first.url();
    second = await first.context().newPage();
    await second.goto(`${world.url}/#/rooms`);
    for (const page of [first, second]) await letBlur(page);
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    for (const page of [first, second]) await page.evaluate(() => (window.told.length = 0));
  });

  async function says(room: RoomSession, text: string): Promise<void> {
    await get(room.send(text));
    await get(room.flushed(10_000));
  }
  const row = (page: Page, title: string) => page.getByRole("link", { name: new RegExp(title, "u") });
  /** How many unread messages the list says that a room has. */
  const count = async (page: Page, title: string) => {
    const said = await row(page, title)
      .getByText(/unread/u)
      .allInnerTexts();
    return said.join();
  };
  const told = async (): Promise<Told[]> => {
    const lists = await Promise.all([first, second].map((page) => page.evaluate(() => window.told)));
    return lists.flat().sort((a, b) => a.at - b.at);
  };
  async function look(page: Page, address: string): Promise<void> {
    await page.goto(address);
    await page.bringToFront();
    await page.getByRole("textbox", { name: /^Message/u }).waitFor();
  }

  it("the browser is asked by a press only; then a message in another room is told once, however many tabs there are", async () => {
    await look(first, gardenAt);
    await says(choir, "before anybody was asked");
    await expect.poll(() => count(first, "Choir")).toMatch(/^1 /u);
    await first.evaluate(() => (location.hash = "#/settings"));
    const ask = first.getByRole("button", { name: "Allow notifications" });
    await ask.waitFor();
    expect(await first.evaluate(() => window.asked)).toBe(0);
    expect(await told()).toEqual([]);
    await first.context().grantPermissions(["notifications"], { origin: world.url });
    await ask.click();
    await ask.waitFor({ state: "detached" });
    expect(await first.evaluate(() => window.asked)).toBe(1);

    await look(first, gardenAt);
    await says(choir, "Tuesday at eight");
    await expect.poll(told).toMatchObject([{ title: "Choir", body: "Alice: Tuesday at eight", isClosed: false }]);
    // The number on the icon, in the title and in the list.
    await expect.poll(() => first.evaluate(() => window.badge)).toBe(2);
    expect(await first.title()).toBe("(2) Garden club · Conclave");
    expect(await count(first, "Choir")).toMatch(/^2 /u);
  });

  it("none for the room that one looks at, in this tab or another, nor for own messages", async () => {
    await look(first, gardenAt);
    await says(garden, "you see this already");
    await first.getByText("you see this already").first().waitFor();
    await send(first, "said by myself");
    await expect.poll(() => first.getByRole("article").filter({ hasText: "said by myself" }).count()).toBe(1);
    await says(choir, "the only news");
    await expect.poll(told).toHaveLength(1);
    expect(await told()).toMatchObject([{ body: "Alice: the only news" }]);
    await second.bringToFront();
    await says(garden, "now nobody looks");
    await expect.poll(told).toHaveLength(2);
    expect((await told()).at(-1)).toMatchObject({ title: "Garden club" });
  });

  it("a press leads to the room, and what was read is told no longer", async () => {
    await look(first, gardenAt);
    await expect.poll(() => count(first, "Garden club")).toBe("");
    await second.bringToFront();
    await says(choir, "Follow me");
    await expect.poll(told).toHaveLength(1);
    const [page, other] = (await first.evaluate(() => window.told.length)) === 1 ? [first, second] : [second, first];
    await page.bringToFront();
    await page.evaluate(() => window.told[0]!.notification.dispatchEvent(new Event("click")));
    await expect.poll(() => page.url()).toBe(choirAt);
    await page.getByRole("log").getByText("Follow me").waitFor();
    await expect.poll(told).toMatchObject([{ isClosed: true }]);
    // Read in one tab, it is read in the other.
    await expect.poll(() => count(other, "Choir")).toBe("");
    await expect.poll(() => other.evaluate(() => window.badge)).toBe(null);
    await page.reload();
    await letBlur(page);
    await expect.poll(() => count(page, "Choir")).toBe("");
  });

  it("settings hold in every tab: who wrote what is left out, mentions only, nothing", async () => {
    await second.bringToFront();
    await second.evaluate(() => (location.hash = "#/settings"));
    await second.getByRole("switch", { name: "Show who wrote what" }).click();
    await says(choir, "nobody else's business");
    await expect.poll(told).toMatchObject([{ title: "Conclave", body: "Something new" }]);
    expect(JSON.stringify(await told())).not.toMatch(/Alice|Choir|business/u);
    await second.getByRole("switch", { name: "Show who wrote what" }).click();
    await second.getByLabel("Notify me about").selectOption("mentions");
    await says(choir, "for everybody");
    await says(choir, "for @Bob");
    await expect.poll(told).toHaveLength(2);
    expect((await told()).at(-1)).toMatchObject({ body: "Alice: for @Bob" });
    await second.getByLabel("Notify me about").selectOption("off");
    await says(choir, "for @Bob again");
    await expect.poll(() => count(first, "Choir")).toMatch(/^4 /u);
    expect(await told()).toHaveLength(2);
    await second.getByLabel("Notify me about").selectOption("all");
  });

  it("of a muted room one is told what names one, and nothing else", async () => {
    await second.bringToFront();
    const press = async (item: string) => {
      await row(second, "Choir").click({ button: "right" });
      await second.getByRole("menuitem", { name: item, exact: true }).click();
    };
    await second.evaluate(() => (location.hash = "#/rooms"));
    await press("Mute");
    await row(second, "Choir").getByText("Muted: you're only notified").waitFor({ state: "attached" });
    await says(choir, "for everybody, quietly");
    await says(choir, "for @Bob, all the same");
    await expect.poll(told).toMatchObject([{ body: "Alice: for @Bob, all the same" }]);
    await press("Unmute");
    await row(second, "Choir").getByText("Muted: you're only notified").waitFor({ state: "detached" });
    await says(choir, "aloud again");
    await expect.poll(told).toHaveLength(2);
  });

  it("who is asked whether somebody may come in is told, once", async () => {
    await look(first, gardenAt);
    await second.evaluate(() => (location.hash = "#/rooms"));
    const ask = async (name: string) => {
      const asker = await world.person();
      const link = await world.invite(choir, { mode: "ask" });
      return get((await get(asker.previewInvite(link))).accept(name, "From number 7"));
    };
    const frida = await ask("Frida");
    await says(choir, "somebody is at the door");
    await expect.poll(told).toMatchObject([{ body: "Alice: somebody is at the door" }]);
    // The role that lets Bob answer comes after the request: he is told when he is asked.
    const bob = choir.members().find(({ name }) => name === "Bob")!;
    await get(choir.decide({ type: "setRole", person: bob.person, role: "admin" }));
    await expect.poll(told).toMatchObject([{}, { title: "Choir", body: "Frida wants to join", isClosed: false }]);
    const gina = await ask("Gina");
    await expect.poll(told).toMatchObject([{}, {}, { title: "Choir", body: "Gina wants to join" }]);
    for (const asking of [frida, gina]) {
      const [request] = await get(choir.requests());
      await get(choir.admit(request!.id));
      await expect.poll(() => asking.status().standing).toBe("member");
    }
    // Answered and read, nothing of it stays.
    await look(first, choirAt);
    await expect.poll(async () => (await told()).map(({ isClosed }) => isClosed)).toEqual([true, true, true]);
  });

  it("where pages may not notify, as on phones, the service worker does; a press leads to the room, reading takes it away", async () => {
    const phone = await first.context().newPage();
    await phone.addInitScript(() => {
      const refuse = () => {
        throw new TypeError("Illegal constructor");
      };
      Object.assign(window, { Notification: Object.assign(refuse, { permission: "granted" }) });
    });
    await look(phone, gardenAt);
    await letBlur(phone);
    await phone.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    // The other tabs tell nobody: what is looked at there is one thing, what they may do another.
    for (const page of [first, second]) await page.goto("about:blank");
    const there = () =>
      phone.evaluate(async () => {
        const registration = await navigator.serviceWorker.ready;
        return (await registration.getNotifications()).map(({ title, body }) => ({ title, body }));
      });
    await says(choir, "to the phone");
    await expect.poll(there).toEqual([{ title: "Choir", body: "Alice: to the phone" }]);
    const worker = first.context().serviceWorkers()[0]!;
    await worker.evaluate(async () => {
      const scope = globalThis as unknown as { registration: ServiceWorkerRegistration };
      const [notification] = await scope.registration.getNotifications();
      const Press = (globalThis as unknown as { NotificationEvent: new (...of: unknown[]) => Event }).NotificationEvent;
      dispatchEvent(new Press("notificationclick", { notification }));
    });
    await expect.poll(() => phone.url()).toBe(choirAt);
    await expect.poll(there).toEqual([]);
    await phone.evaluate((hash) => (location.hash = hash), new URL(gardenAt).hash);
    await says(choir, "and again");
    await expect.poll(there).toHaveLength(1);
    await phone.evaluate((hash) => (location.hash = hash), new URL(choirAt).hash);
    await expect.poll(there).toEqual([]);
    await phone.close();
    for (const page of [first, second]) {
      await page.goto(`${world.url}/#/rooms`);
      await letBlur(page);
    }
  });

  it("unread: the count outlives a reload; one comes back to the line where one left off, in a tab that stayed open too", async () => {
    await look(first, gardenAt);
    await expect.poll(() => count(first, "Garden club")).toBe("");
    await second.bringToFront();
    for (const text of ["one", "two", "three"]) await says(garden, `while away: ${text}`);
    await expect.poll(() => count(second, "Garden club")).toMatch(/^3 /u);
    await second.reload();
    await letBlur(second);
    await expect.poll(() => count(second, "Garden club")).toMatch(/^3 /u);
    await first.bringToFront();
    const marked = first.locator("[data-row]").filter({ hasText: "New messages" });
    await expect.poll(() => marked.allInnerTexts()).toEqual([expect.stringContaining("while away: one")]);
    await expect.poll(() => count(second, "Garden club")).toBe("");
  });

  it("who reads further up keeps the place, is told how many came, and has not read them", async () => {
    await look(second, gardenAt);
    await Promise.all(Array.from({ length: 60 }, (_, n) => get(garden.send(`seed number ${n}`))));
    await get(garden.flushed(20_000));
    await second.getByText("seed number 59").last().waitFor();
    await expect.poll(() => count(second, "Garden club")).toBe("");
    const log = second.getByRole("log");
    await log.hover();
    await second.mouse.wheel(0, -1500);
    await second.getByRole("button", { name: "Go to the newest message" }).waitFor();
    // The wheel runs out, and the list takes it for no hand any more.
    await second.waitForTimeout(1000);
    const place = () =>
      log.evaluate((view) => {
        const middle = view.getBoundingClientRect().top + view.clientHeight / 2;
        const rows = [...view.querySelectorAll("[data-row]")].map(
          (row) => [row.getBoundingClientRect().top, row] as const,
        );
        const [top, row] = rows.findLast(([at]) => at < middle)!;
        return [Math.round(top), row.textContent];
      });
    const before = await place();
    await says(garden, "far below");
    const button = second.getByRole("button", { name: "Go to 1 new message" });
    await button.waitFor();
    expect(await place()).toEqual(before);
    expect(await count(second, "Garden club")).toMatch(/^1 /u);
    await button.click();
    await second.getByText("far below").last().waitFor();
    await expect.poll(() => count(second, "Garden club")).toBe("");
  });
});

/** Without this every page believes that it is in front; a reload brings that back. */
async function letBlur(page: Page): Promise<void> {
  const protocol = await page.context().newCDPSession(page);
  await protocol.send("Emulation.setFocusEmulationEnabled", { enabled: false });
}

/** Runs before the page does: what it shows to the system is kept, and goes to the system too. */
function watchNotices(): void {
  const told: (Told & { notification: Notification })[] = [];
  const watched = class extends Notification {
    constructor(title: string, options: NotificationOptions = {}) {
      super(title, options);
      const entry = { title, body: options.body ?? "", at: Date.now(), isClosed: false, notification: this };
      told.push(entry);
      this.addEventListener("close", () => (entry.isClosed = true));
    }
    static override requestPermission() {
      window.asked++;
      return super.requestPermission();
    }
  };
  Object.assign(window, { told, asked: 0, badge: null, Notification: watched });
  const badge = (value: number | null) => {
    window.badge = value;
    return Promise.resolve();
  };
  Object.assign(Navigator.prototype, { setAppBadge: badge, clearAppBadge: () => badge(null) });
}
