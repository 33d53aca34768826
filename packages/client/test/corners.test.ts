import { MAX_KEYS_AT_ONCE, preset, SshKey } from "@conclave/protocol";
import { describe, expect, it } from "vitest";
import { whyLate } from "../src/work/movement.js";
import { asks, driving, holdCommits, refuse } from "./scripted.js";
import { type Home, twoIn, World } from "./world.js";

const MINUTE = 60_000;

const errorOf = (result: { ok: boolean; error?: object }) => (result.ok ? null : result.error);
const textOf = (body: Uint8Array) => new TextDecoder().decode(body);

async function third(world: World, alice: Home, name = "Carol"): Promise<Home> {
  const home = world.home();
  await home.open();
  await home.join(await alice.invite(), name);
  await world.until(() => home.room.status().isConfirmed);
  return home;
}

describe("a room that is founded", () => {
  it("and that the relay refuses is none, and is told by its reason; tried again it is there once", async () => {
    const world = new World();
    const alice = world.home();
    await alice.open();
    const found = () =>
      world.run(
        alice.client.createRoom({ title: "Garden", name: "Alice", policy: preset("owner"), relay: "ws://relay" }),
      );
    refuse(world, alice, asks("createRoom"), { error: "create_denied", retryAfter: 0, times: 1 });
    const refused = await found();
    expect(errorOf(refused as never)).toEqual({ kind: "relay", error: "create_denied", retryAfter: 0 });
    expect(alice.client.rooms()).toEqual([]);
    await world.pass(10 * MINUTE);
    expect(alice.client.rooms()).toEqual([]);
    expect(await found()).toMatchObject({ ok: true });
    expect(alice.client.rooms()).toHaveLength(1);
  });
});

describe("who is leaving", () => {
  it("reads page by page what was said before, and nothing that others said after, wherever the page begins", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    holdCommits(world);
    for (const text of ["one", "two", "three"]) await world.get(alice.room.send(text));
    await world.get(alice.room.flushed(MINUTE));
    await world.until(() => bob.room.status().n === alice.room.status().n);
    await world.get(bob.room.leave());
    await world.get(bob.room.flushed(MINUTE));
    for (const text of ["four", "five"]) await world.get(alice.room.send(text));
    await world.get(alice.room.flushed(MINUTE));
    await world.until(() => bob.room.status().n === alice.room.status().n);
    const said = async (page: object) =>
      (await world.run(bob.room.timeline({ limit: 100, ...page }))).flatMap((item) =>
        item.kind === "message" ? [{ n: item.n, text: textOf(item.message.body) }] : [],
      );
    const texts = async (page: object) => (await said(page)).map(({ text }) => text);
    const all = await said({});
    expect(all.map(({ text }) => text)).toEqual(["one", "two", "three"]);
    const end = bob.room.status().n + 1;
    expect(await texts({ before: end })).toEqual(["one", "two", "three"]);
    expect(await texts({ after: all[0]!.n })).toEqual(["two", "three"]);
    expect(await texts({ around: all[2]!.n })).toEqual(["one", "two", "three"]);
    expect(await texts({ around: end })).toEqual(["one", "two", "three"]);
    expect(await texts({ before: all[1]!.n })).toEqual(["one"]);
    expect(await texts({ limit: 1 })).toEqual(["three"]);
  });
});

describe("who wants to know whether the list of members is fresh", () => {
  it("is told what stops it, also where that comes while they wait", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await world.pass(2 * MINUTE);
    await world.run(alice.client.close());
    const checking = bob.room.checkNow(MINUTE);
    await world.pass(1000);
    const upgraded = { by: null, version: 99, knows: 2 };
    const problem = { kind: "refused", rejection: { code: "update_needed", upgraded } } as const;
    driving(bob).state.meetsNewer(problem);
    driving(bob).plan();
    expect(await world.run(checking)).toEqual({ ok: false, error: problem });
  });

  it("is told when nobody answers in time, and by whom it was confirmed when they do", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await world.pass(20 * MINUTE);
    await world.run(alice.client.close());
    const unanswered = await world.get(bob.room.checkNow(5000));
    expect(unanswered).toMatchObject({ isConfirmed: false, answeredBy: [], took: 5000 });
    await alice.open();
    await world.get(alice.room.synced(MINUTE));
    await world.pass(2 * MINUTE);
    const answered = await world.get(bob.room.checkNow(MINUTE));
    expect(answered).toMatchObject({ isConfirmed: true, answeredBy: [{ name: "Alice" }] });
    expect(answered.took).toBeLessThan(MINUTE);
  });
});

describe("why something that waits does not come about", () => {
  it("is what hinders it; else that the device comes back, what the relay said, or that it is under way", () => {
    const hindrance = { kind: "behind" } as const;
    const refusal = { kind: "relay", error: "rate_limited", retryAfter: 5 } as const;
    const why = (sync: object, sender: object) => whyLate({ sync, sender } as never);
    expect(why({ hindrance, isComingBack: true }, { refusal })).toEqual(hindrance);
    expect(why({ hindrance: null, isComingBack: true }, { refusal })).toEqual({ kind: "coming_back" });
    expect(why({ hindrance: null, isComingBack: false }, { refusal })).toEqual(refusal);
    expect(why({ hindrance: null, isComingBack: false }, { refusal: null })).toEqual({ kind: "underway" });
  });

  it("is what the relay says where it gives no log, and that the room is behind where it says nothing", async () => {
    const world = new World();
    const [alice] = await twoIn(world);
    refuse(world, alice, asks("subscribe"), { error: "storage_busy", retryAfter: 10_000, times: 1 });
    world.cut();
    const busy = { kind: "relay", error: "storage_busy", retryAfter: 10_000 };
    expect(errorOf((await world.run(alice.room.synced(5000))) as never)).toEqual(busy);
    await world.get(alice.room.send("hello"));
    expect(errorOf((await world.run(alice.room.flushed(1000))) as never)).toEqual(busy);
    await world.get(alice.room.flushed(MINUTE));
    world.beforeFrames = (_home, frames) =>
      frames.some(({ type }) => type === "subscribe") ? new Promise<void>(() => undefined) : undefined;
    world.cut();
    expect(errorOf((await world.run(alice.room.synced(20_000))) as never)).toEqual({ kind: "behind" });
    expect(alice.room.status().connection).toBe("catching up");
  });
});

describe("an admission that enough have agreed to", () => {
  it("is carried out by a process that ends soon, once it has the request, though it has just begun", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await world.get(alice.room.decide({ type: "setRole", person: bob.client.person, role: "admin" }));
    const link = await alice.invite("ask");
    await world.get(alice.room.decide({ type: "setPolicy", policy: preset("admins:2") }));
    const carol = world.home();
    await carol.open();
    await carol.join(link, "Carol");
    await world.until(() => [alice, bob].every(({ room }) => room.status().requests === 1));
    const [request] = await world.get(alice.room.requests());
    await world.get(alice.room.admit(request!.id));
    await world.until(() => bob.room.proposals().length === 1);
    await world.get(alice.room.flushed(MINUTE));
    const release = holdCommits(world);
    await world.run(alice.client.close());
    void bob.room.approve(bob.room.proposals()[0]!.actionHash);
    await world.pass(5000);
    bob.kill();
    release();
    await alice.open();
    await world.get(alice.room.synced(MINUTE));
    // The relay takes its time to say who asks: all else is long done.
    world.beforeFrames = (_home, frames) =>
      frames.some(({ type }) => type === "listRequests")
        ? new Promise<void>((resolve) => void world.clock.setTimer(4000, resolve))
        : undefined;
    const began = world.clock.now();
    const settled = await world.run(alice.room.settle(20_000));
    expect(settled.decisions.map(({ action }) => action.type)).toEqual(["add"]);
    expect(world.clock.now() - began).toBeLessThan(9000);
    await world.until(() => carol.room.status().standing === "member");
  });
});

describe("what is asked of others", () => {
  it("a second time is told how it stands, and is not said again", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await world.get(alice.room.decide({ type: "setRole", person: bob.client.person, role: "admin" }));
    await world.get(alice.room.decide({ type: "setPolicy", policy: preset("admins:2") }));
    await world.pass(2 * MINUTE);
    const first = await world.get(alice.room.decide({ type: "seal" }));
    expect(first).toMatchObject({ done: false, have: 1, need: 2 });
    await world.get(alice.room.flushed(MINUTE));
    const said = () => world.appends("message").length;
    const before = said();
    expect(await world.get(alice.room.decide({ type: "seal" }))).toEqual(first);
    await world.pass(MINUTE);
    expect([said(), alice.room.proposals().length]).toEqual([before, 1]);
    // Its author's yes is said with it; what others may not propose they are refused.
    expect(
      errorOf((await world.run(alice.room.approve(alice.room.proposals()[0]!.actionHash))) as never),
    ).toMatchObject({
      rejection: { code: "already_so" },
    });
    expect(errorOf((await world.run(bob.room.decide({ type: "seal" }))) as never)).toMatchObject({
      rejection: { code: "not_allowed" },
    });
    expect(said()).toBe(before);
  });

  it("of a list of keys that takes several decisions goes no further than the first that others have to agree to", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await world.get(alice.room.decide({ type: "setRole", person: bob.client.person, role: "admin" }));
    const part = MAX_KEYS_AT_ONCE / 2;
    const keys = Array.from({ length: part + 3 }, (_, n) => ({
      key: SshKey.of(
        new Uint8Array(32)
          .fill(1)
          .fill(n & 255, 0, 1)
          .fill(n >> 8, 1, 2),
      ),
      comment: `key ${String(n)}`,
    }));
    await world.get(alice.room.decide({ type: "setPolicy", policy: preset("admins:2") }));
    const listed = await world.get(alice.room.allowKeys(keys));
    expect(listed).toMatchObject({ progress: { done: false }, count: part, left: keys.length - part });
    expect(alice.room.sshKeys()).toEqual([]);
  });
});

describe("what a session answers without asking anybody", () => {
  it("what other rules would mean, which relay the room is at, and that no upload waits", async () => {
    const world = new World();
    const [alice] = await twoIn(world);
    expect(alice.room.relay).toMatch(/^ws:\/\/relay/u);
    expect(alice.room.explain(preset("admins:2"))).not.toEqual(alice.room.explain());
    expect(alice.room.explain(preset("owner"))).toEqual(alice.room.explain());
    expect(await world.run(alice.room.uploads())).toEqual([]);
    expect(alice.room.policyDoubts(preset("owner"))).not.toBeNull();
  });

  it("who asks to be let in has no requests to look after, and is told so", async () => {
    const world = new World();
    const [alice] = await twoIn(world);
    const carol = world.home();
    await carol.open();
    await carol.join(await alice.invite("ask"), "Carol");
    const { requests } = driving(carol);
    const out = { ok: false, error: { kind: "not_member" } };
    expect(await world.run(requests.remove(1))).toEqual(out);
    expect(await world.run(requests.answerPlea(1, {} as never))).toEqual(out);
    expect(await world.run(requests.deny(1))).toEqual(out);
    expect(await world.run(requests.list())).toEqual({ ok: false, error: { kind: "unreachable" } });
    expect([requests.known, requests.pleas, requests.isListed]).toEqual([[], [], false]);
  });
});

describe("the list of requests", () => {
  it("is asked for again when the relay gives none, not before the pause that it asks for, and shown by itself", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const link = await alice.invite("ask");
    await world.run(alice.client.close());
    const carol = world.home();
    await carol.open();
    await carol.join(link, "Carol");
    await world.run(bob.client.close());
    await alice.open();
    const refused = refuse(world, alice, asks("listRequests"), { error: "rate_limited", retryAfter: 8000, times: 2 });
    const began = world.clock.now();
    await world.until(() => alice.room.status().requests === 1);
    expect(refused).toHaveLength(2);
    expect(world.clock.now() - began).toBeGreaterThanOrEqual(16_000);
    expect(world.clock.now() - began).toBeLessThan(5 * MINUTE);
    // It is not asked for again by itself: the relay tells of new ones.
    const asked = () => world.heard.filter(asks("listRequests")).length;
    const before = asked();
    await world.pass(30 * MINUTE);
    expect(asked()).toBe(before);
  });
});

describe("who came first too often", () => {
  it("is named by how often, the one who won most first, and not who is gone", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const carol = await third(world, alice);
    await world.pass(2 * MINUTE);
    const rivals = [carol, bob, bob, carol, carol];
    let races = 0;
    world.beforeFrames = (home, frames) => {
      if (home !== alice || !frames.some((frame) => frame.type === "append" && frame.kind === "commit"))
        return undefined;
      const rival = rivals[races++];
      return rival?.room.decide({ type: "rekey" }).then(() => undefined);
    };
    let named: string[] = [];
    alice.room.watch((event) => {
      if (event.type === "starved")
        named = event.by.map(({ person, count, canRemove }) => `${person.name} ${String(count)} ${String(canRemove)}`);
    });
    await world.get(alice.room.decide({ type: "setTitle", title: "Meadow" }));
    expect(named).toEqual(["Carol 3 true", "Bob 2 true"]);
    expect(driving(alice).decisions.hasWork).toBe(false);
  });
});

describe("a room that its relay does not have", () => {
  it("and in which nothing was said yet: that is told at once, whenever one asks, and stays so", async () => {
    const world = new World();
    const alice = world.home();
    await alice.open();
    await alice.found("Garden", "Alice");
    expect(alice.room.status().n).toBe(0);
    const refused = refuse(world, alice, asks("subscribe"), { error: "room_unknown", retryAfter: 0, times: 1000 });
    world.cut();
    const lost = { kind: "relay", error: "room_unknown", retryAfter: 0 };
    await world.until(() => refused.length > 0);
    await world.pass(1000);
    for (let time = 0; time < 20; time++) {
      const before = world.clock.now();
      expect(errorOf(await world.run(alice.room.synced(20_000)))).toEqual(lost);
      expect(world.clock.now() - before).toBeLessThan(1000);
      await world.pass(777);
    }
  });
});
