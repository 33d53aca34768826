import { toHex } from "@conclave/codec";
import { describe, expect, it } from "vitest";
import type { ComingBack } from "../src/store/comingBack.js";
import { appends, asks, driving, holdCommits, refuse } from "./scripted.js";
import { type Home, twoIn, World } from "./world.js";

const MINUTE = 60_000;

/** Alice and Bob in a room, with nothing left to do. */
async function atRest(world: World): Promise<[Home, Home]> {
  const both = await twoIn(world);
  await world.pass(2 * MINUTE);
  return both;
}

const errorOf = (result: { ok: boolean; error?: object }) => (result.ok ? null : result.error);

describe("what waits to be sent", () => {
  it("is what a relay says no to for now; what it said counts for nothing on the next connection", async () => {
    const world = new World();
    const [alice, bob] = await atRest(world);
    const refused = refuse(world, alice, appends("message"), { error: "quota_exceeded", times: 6 });
    await world.get(alice.room.send("hello"));
    const problem = { kind: "relay", error: "quota_exceeded", retryAfter: 0 };
    expect(errorOf(await world.run(alice.room.flushed(10 * MINUTE)))).toEqual(problem);
    expect(refused).toHaveLength(5);
    const { sender } = driving(alice);
    expect([sender.refusal, sender.stuck]).toEqual([problem, problem]);
    world.cut();
    expect([sender.refusal, sender.stuck]).toEqual([null, null]);
    // Once more it is refused, which is no reason to give up.
    await world.get(alice.room.flushed(10 * MINUTE));
    expect(refused).toHaveLength(6);
    expect([sender.refusal, sender.stuck]).toEqual([null, null]);
    await world.until(() => bob.room.status().unread === 1);
  });

  it("RULE client.stale-is-unread: many that were on their way when somebody's commit came are refused, and it is no refusal of what was said", async () => {
    const world = new World();
    const [alice, bob] = await atRest(world);
    const { n, epoch } = alice.room.status();
    world.isDown = true;
    world.cut();
    await world.pass(100);
    for (let at = 0; at < 8; at++) await world.get(alice.room.send(`text ${String(at)}`));
    world.isDown = false;
    // Bob's commit is in the log, says the relay, and it comes a moment later.
    const position = { n: n + 1, epoch: epoch + 1, lastCommit: n + 1 };
    const refused = refuse(world, alice, appends("message"), { error: "stale_epoch", times: 8, position });
    const { sender } = driving(alice);
    await world.until(() => refused.length === 8);
    await world.pass(1000);
    expect([sender.refusal, sender.stuck]).toEqual([null, null]);
    await world.get(bob.room.decide({ type: "rekey" }));
    await world.get(alice.room.flushed(MINUTE));
    await world.until(() => bob.room.status().unread === 8);
  });

  it("is told by what the relay said last, when its time is up before it said so five times", async () => {
    const world = new World();
    const [alice] = await atRest(world);
    refuse(world, alice, appends("message"), { error: "quota_exceeded", retryAfter: 7000, times: 3 });
    await world.get(alice.room.send("hello"));
    expect(errorOf(await world.run(alice.room.flushed(2000)))).toEqual({
      kind: "relay",
      error: "quota_exceeded",
      retryAfter: 7000,
    });
    // One that is on its way, and to which nothing was said yet, is under way.
    world.beforeFrames = (_home, frames) =>
      frames.some(appends("message")) ? new Promise<void>(() => undefined) : undefined;
    await world.pass(10 * MINUTE);
    expect(alice.room.status().pending).toBe(1);
    world.cut();
    await world.get(alice.room.synced(MINUTE));
    expect(errorOf(await world.run(alice.room.flushed(2000)))).toEqual({ kind: "underway" });
  });

  it("goes in its order, some 64 at a time, however many there are", async () => {
    const world = new World();
    const [alice, bob] = await atRest(world);
    world.isDown = true;
    world.cut();
    await world.pass(100);
    const texts = Array.from({ length: 150 }, (_, n) => `text ${String(n)}`);
    for (const text of texts) await world.get(alice.room.send(text));
    world.isDown = false;
    let most = 0;
    let waiting = 0;
    world.beforeFrames = (home, frames) => {
      if (home === alice) {
        waiting += frames.filter(appends("message")).length;
        most = Math.max(most, waiting);
      }
      return undefined;
    };
    const before = world.changeAnswer;
    world.changeAnswer = (bytes) => {
      waiting = 0;
      return before(bytes);
    };
    await world.get(alice.room.flushed(10 * MINUTE));
    expect(most).toBeLessThanOrEqual(64);
    await world.until(() => bob.room.status().unread === 150);
    expect(await bob.texts()).toEqual(texts.map((text) => `Alice: ${text}`));
    // Each was sent once.
    const ids = world.heard.filter(appends("message")).map(({ appendId }) => toHex(appendId));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("is encrypted again, when a commit comes first, and arrives once; also what was sent already", async () => {
    const world = new World();
    const [alice, bob] = await atRest(world);
    const held: (() => void)[] = [];
    world.beforeFrames = (home, frames) =>
      home === alice && frames.some(appends("message"))
        ? new Promise<void>((resolve) => held.push(resolve))
        : undefined;
    for (const text of ["one", "two", "three"]) await world.get(alice.room.send(text));
    const before = driving(alice).state.outbox.all.map(({ sealed }) => sealed?.append.lastCommit);
    await world.get(bob.room.decide({ type: "rekey" }));
    await world.until(() => alice.room.status().n === bob.room.status().n);
    await world.pass(1000);
    const after = driving(alice).state.outbox.all.map(({ sealed }) => sealed?.append.lastCommit);
    expect(new Set(before).size).toBe(1);
    expect(after.every((place) => place === driving(alice).state.room!.lastCommit)).toBe(true);
    expect(after[0]).not.toBe(before[0]);
    world.beforeFrames = () => undefined;
    for (const release of held) release();
    await world.get(alice.room.flushed(MINUTE));
    await world.until(() => bob.room.status().unread === 3);
    expect(await bob.texts()).toEqual(["Alice: one", "Alice: two", "Alice: three"]);
    expect(bob.room.status().alarms).toEqual([]);
  });

  it("stays where the process ends, and goes after the next start", async () => {
    const world = new World();
    const [alice, bob] = await atRest(world);
    world.isDown = true;
    world.cut();
    await world.get(alice.room.send("hello"));
    alice.kill();
    await alice.open();
    expect(alice.room.status().pending).toBe(1);
    expect(await alice.texts()).toEqual(["Alice: hello"]);
    world.isDown = false;
    await world.get(alice.room.flushed(10 * MINUTE));
    await world.until(() => bob.room.status().unread === 1);
    expect([alice.room.status().pending, await bob.texts()]).toEqual([0, ["Alice: hello"]]);
  });
});

describe("how a device stands that cannot follow", () => {
  it("is told step by step; and that nobody is there, where nobody is", async () => {
    const world = new World();
    const [alice, bob] = await atRest(world);
    const { state } = driving(bob);
    world.isDown = true;
    world.cut();
    const record: ComingBack = {
      ...{ secret: new Uint8Array(32), why: "unopened", by: alice.client.person, since: 17, plea: new Uint8Array(1) },
      ...{ postedAt: 0, told: null, seat: null },
    };
    const back = (change: Partial<ComingBack>) => {
      state.comingBack = { ...record, ...change };
      return bob.room.status().comingBack;
    };
    expect(back({})).toEqual({
      why: "unopened",
      by: { ...back({})!.by, name: "Alice" },
      since: 17,
      told: null,
      step: "noticed",
    });
    expect(back({ postedAt: 5 })).toMatchObject({ step: "asked" });
    expect(back({ by: null, told: alice.client.person })).toMatchObject({ by: null, told: { name: "Alice" } });
    const seat = { recordHash: new Uint8Array(32), append: new Uint8Array(1), lastCommit: 1, attempts: 1 };
    expect(back({ postedAt: 5, seat })).toMatchObject({ step: "entering" });
    state.comingBack = null;
    expect(bob.room.status().comingBack).toBeNull();
    world.isDown = false;
    await world.get(alice.room.synced(MINUTE));
    await world.get(alice.room.decide({ type: "remove", person: bob.client.person, ban: false }));
    const alone = driving(alice).state;
    world.isDown = true;
    world.cut();
    alone.comingBack = { ...record, by: null, postedAt: 5 };
    expect(alice.room.status().comingBack).toMatchObject({ step: "alone" });
    // Whoever waits for it is told that, and not that nobody answers.
    alone.comingBack = null;
  });
});

describe("a link", () => {
  it("is told to work once its slot is at the relay, and not to work yet where the relay does not take it", async () => {
    const world = new World();
    const [alice, bob] = await atRest(world);
    const options = { label: "link", for: { class: "multi", limit: 2 }, notAfter: null, mode: "direct" } as const;
    const host = "https://chat.example";
    expect(await world.get(alice.room.createInvite({ ...options, host }))).toMatchObject({
      progress: { done: true },
      isReady: true,
      invitation: { label: "link", uses: 0, isOpen: true },
    });
    refuse(world, alice, asks("putSlot"), { error: "rate_limited", retryAfter: 60_000 });
    const made = await world.get(alice.room.createInvite({ ...options, host, role: "admin" }));
    expect(made).toMatchObject({ progress: { done: true }, isReady: false, invitation: { role: "admin" } });
    expect(made.link).toMatch(/^https:\/\/chat\.example\/#\//u);
    // Who may not invite gets neither.
    const refused = await world.run(bob.room.createInvite({ ...options, host, role: "owner" }));
    expect(refused).toMatchObject({ ok: false, error: { kind: "refused" } });
    expect(bob.room.invites().filter(({ label }) => label === "link")).toEqual([]);
  });

  it("that others have to agree to is no link yet; when it is decided its maker has it", async () => {
    const world = new World();
    const [alice, bob] = [world.home(), world.home()];
    for (const home of [alice, bob]) await home.open();
    await alice.found("Garden", "Alice", "everyone");
    await bob.join(await alice.invite(), "Bob");
    await world.until(() => bob.room.status().isConfirmed && alice.room.members().length === 2);
    await world.pass(2 * MINUTE);
    const options = { label: "new", for: { class: "single" }, notAfter: null, mode: "direct" } as const;
    const made = await world.get(alice.room.createInvite({ ...options, host: "https://chat.example" }));
    expect(made).toMatchObject({
      progress: { done: false, have: 1, need: 2 },
      link: null,
      isReady: false,
      invitation: null,
    });
    await world.until(() => bob.room.proposals().length === 1);
    await world.run(bob.room.approve(bob.room.proposals()[0]!.actionHash));
    await world.until(() => alice.room.invites().some(({ label }) => label === "new"));
    expect(alice.room.inviteLink(made.inviteId, "https://chat.example")).toMatch(/^https:/u);
    // It was made by Alice: Bob has no secret of it.
    await world.until(() => bob.room.invites().length === 2);
    expect(bob.room.inviteLink(made.inviteId, "https://chat.example")).toBeNull();
  });

  it("ends by the room's clock: where that is ahead of this device's it lasts as long as was asked for", async () => {
    const world = new World();
    const [alice] = await atRest(world);
    // As of a room whose newest entry is from an hour ahead.
    alice.skew = -60 * MINUTE;
    const { chainTime } = driving(alice).state.room!.roster;
    const now = world.clock.now() + alice.skew;
    const ahead = chainTime - now;
    expect(ahead).toBeGreaterThan(50 * MINUTE);
    alice.client.trustClock();
    const notAfter = now + 10 * MINUTE;
    const options = { label: "link", for: { class: "single" }, mode: "direct" } as const;
    const made = await world.get(alice.room.createInvite({ ...options, notAfter }));
    expect(made.invitation?.notAfter).toBe(notAfter + ahead);
  });
});

describe("a home that is closed in the middle", () => {
  it("leaves a decision that was stored to the next start, and says so to who waits", async () => {
    const world = new World();
    const [alice, bob] = await atRest(world);
    const release = holdCommits(world, alice);
    const decided = alice.room.decide({ type: "setTitle", title: "Meadow" });
    await world.pass(1000);
    await world.run(alice.client.close());
    expect(errorOf(await world.run(decided))).toEqual({ kind: "closed" });
    release();
    await world.pass(MINUTE);
    expect(bob.room.title).toBe("Garden");
    await alice.open();
    await world.until(() => bob.room.title === "Meadow");
  });
});
