import { preset } from "@conclave/protocol";
import { describe, expect, it } from "vitest";
import type { ComingBack } from "../src/store/comingBack.js";
import { driving, holdCommits } from "./scripted.js";
import { type Home, twoIn, World } from "./world.js";

const MINUTE = 60_000;

async function third(world: World, alice: Home, name = "Carol"): Promise<Home> {
  const home = world.home();
  await home.open();
  await home.join(await alice.invite(), name);
  await world.until(() => home.room.status().isConfirmed);
  return home;
}

async function inStep(world: World, ...homes: Home[]): Promise<void> {
  for (const { room } of homes) await world.get(room.flushed(MINUTE));
  await world.until(() => new Set(homes.map(({ room }) => room.status().n)).size === 1);
}

describe("somebody who was let in and not heard of since", () => {
  it("is heard of by whatever they sign", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await world.get(alice.room.decide({ type: "setRole", person: bob.client.person, role: "admin" }));
    await world.get(alice.room.decide({ type: "setPolicy", policy: preset("admins:2") }));
    await world.pass(2 * MINUTE);
    const { unheard } = driving(alice).state;
    const options = { label: "x", for: { class: "single" }, notAfter: null, mode: "direct" } as const;
    const propose = async ({ room }: Home) => {
      const made = await world.get(room.createInvite(options));
      await inStep(world, alice, bob);
      if (made.progress.done) throw new Error("it was to be proposed");
      return made.progress.actionHash;
    };
    const heard = async (act: () => Promise<unknown>) => {
      await world.run(driving(alice).state.transact((tx) => unheard.add(tx, bob.client.person)));
      let isTold = false;
      const stop = alice.room.watch(({ type }) => (isTold ||= type === "changed"));
      expect(unheard.has(bob.client.person)).toBe(true);
      await act();
      await inStep(world, bob, alice);
      stop();
      return !unheard.has(bob.client.person) && isTold;
    };
    expect(await heard(() => world.get(bob.room.send("hello")))).toBe(true);
    expect(await heard(() => world.get(bob.room.decide({ type: "rekey" })))).toBe(true);
    expect(await heard(() => world.get(bob.room.decide({ type: "setTitle", title: "Meadow" })))).toBe(true);
    let hash = await propose(bob);
    expect(await heard(() => world.get(bob.room.withdrawProposal(hash)))).toBe(true);
    hash = await propose(alice);
    expect(await heard(() => world.get(bob.room.declineProposal(hash)))).toBe(true);
    expect(await heard(() => world.get(bob.room.approve(hash)))).toBe(true);
    expect(await heard(() => propose(bob))).toBe(true);
    holdCommits(world);
    expect(await heard(() => world.get(bob.room.leave()))).toBe(true);
    expect(await heard(() => world.get(bob.room.stay()))).toBe(true);
    // What Alice does says nothing of Bob.
    expect(await heard(() => world.get(alice.room.send("are you there?")))).toBe(false);
  });
});

describe("what several devices could do", () => {
  it("is done by one within seconds, whoever is there, also when only the last in turn is", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const [carol, dora] = [await third(world, alice), await third(world, alice, "Dora")];
    await world.pass(2 * MINUTE);
    const others = [alice, bob, carol];
    for (const there of others) {
      for (const home of others) if (home !== there) await world.run(home.client.close());
      const before = world.appends("commit").length;
      await world.get(dora.room.leave());
      const began = world.clock.now();
      await world.until(() => dora.room.status().standing === "left");
      // A second and a half for each of four devices, and no more.
      expect(world.clock.now() - began).toBeLessThan(8000);
      expect(world.appends("commit")).toHaveLength(before + 1);
      for (const home of others) if (home !== there) await home.open();
      await world.pass(2 * MINUTE);
      await dora.join(await alice.invite(), "Dora");
      await world.until(() => dora.room.status().standing === "member" && alice.room.members().length === 4);
      await world.pass(2 * MINUTE);
    }
  });

  it("is nothing where nothing is owed: who settles is told of no decision, no keys and no links, nor of others' decisions", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await world.get(alice.room.decide({ type: "setRole", person: bob.client.person, role: "owner" }));
    await world.pass(2 * MINUTE);
    const nothing = { decisions: [], hasRekeyed: false, hasRefreshed: false };
    expect(await world.run(alice.room.settle(5000))).toEqual(nothing);
    // Something of Alice's is on its way for a while; Bob's comes first.
    let isFirst = true;
    world.beforeFrames = (home, frames) => {
      if (home !== alice || !isFirst || !frames.some((frame) => frame.type === "append")) return undefined;
      isFirst = false;
      return bob.room.decide({ type: "setTitle", title: "Meadow" }).then(() => undefined);
    };
    const decided = alice.room.decide({ type: "setTitle", title: "Orchard" });
    await new Promise((resolve) => setImmediate(resolve));
    const settled = await world.run(alice.room.settle(20_000));
    await world.get(decided);
    expect(settled.decisions.map(({ by, action }) => `${by.name} ${action.type}`)).toEqual(["Alice setTitle"]);
    expect(settled.hasRekeyed).toBe(false);
  });
});

describe("a screen that shows how a room stands", () => {
  it("is told when the line is cut, and when it is there again", async () => {
    const world = new World();
    const [alice] = await twoIn(world);
    await world.pass(2 * MINUTE);
    const seen: string[] = [];
    alice.room.watch(({ type }) => {
      if (type === "changed") seen.push(alice.room.status().connection);
    });
    world.isDown = true;
    world.cut();
    expect(seen.at(-1)).not.toBe("live");
    expect(seen.length).toBeGreaterThan(0);
    world.isDown = false;
    await world.get(alice.room.synced(5 * MINUTE));
    await world.pass(100);
    expect(seen).toContain("catching up");
    expect(seen.at(-1)).toBe("live");
  });

  it("is told why, when a bug in what drives the room stops it; and nothing more is done in it", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await world.pass(2 * MINUTE);
    const engine = driving(alice);
    const room = engine.state.room!;
    room.act = () => {
      throw new Error("a bug");
    };
    const decided = await world.run(alice.room.decide({ type: "setTitle", title: "Meadow" }));
    expect(decided).toMatchObject({ ok: false });
    expect(alice.room.status().paused).toEqual({ why: "failed", message: "a bug" });
    // Nobody waits for it, not even for a device that was on its way back.
    engine.state.comingBack = {} as ComingBack;
    const began = world.clock.now();
    await world.run(alice.room.settle(MINUTE));
    expect(world.clock.now()).toBe(began);
    engine.state.comingBack = null;
    const before = world.heard.length;
    await world.get(bob.room.send("hello"));
    await world.get(bob.room.flushed(MINUTE));
    const since = world.heard.length;
    await world.pass(10 * MINUTE);
    expect(await alice.texts()).toEqual([]);
    expect(since).toBeGreaterThan(before);
    // A new start goes on where the room is.
    await world.run(alice.client.close());
    await alice.open();
    await world.until(() => alice.room.status().unread === 1);
  });
});

describe("proposals beyond what one member may ask for at once", () => {
  it("take the place of the oldest, for everybody, and its line says so", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await world.get(alice.room.decide({ type: "setRole", person: bob.client.person, role: "admin" }));
    await world.get(alice.room.decide({ type: "setPolicy", policy: preset("admins:2") }));
    await world.pass(2 * MINUTE);
    const hashes: string[] = [];
    const endings = async ({ room }: Home) =>
      (await world.run(room.timeline({ limit: 1000 }))).flatMap((item) =>
        item.kind === "proposal" && item.proposal.ending !== null
          ? [`${item.proposal.ending} ${String(hashes.indexOf(item.proposal.actionHash.join()))}`]
          : [],
      );
    while ((await endings(alice)).length === 0 && hashes.length < 80) {
      const options = { label: "x", for: { class: "single" }, notAfter: null, mode: "direct" } as const;
      const { progress } = await world.get(alice.room.createInvite(options));
      if (progress.done) throw new Error("it was to be proposed");
      hashes.push(progress.actionHash.join());
      if (hashes.length > 3) await world.get(alice.room.flushed(10 * MINUTE));
    }
    await inStep(world, alice, bob);
    for (const home of [alice, bob]) {
      expect(await endings(home)).toEqual(["displaced 0"]);
      expect(home.room.proposals()).toHaveLength(hashes.length - 1);
    }
    expect(hashes.length).toBeGreaterThan(3);
  });
});
