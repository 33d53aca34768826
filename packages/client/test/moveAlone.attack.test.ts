import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { MemoryStore, RelayCore } from "@conclave/relay";
import type { ClientFrame } from "@conclave/wire";
import { describe, expect, it } from "vitest";
import { LiveSession } from "../src/room/liveSession.js";
import { type Home, twoIn, World } from "./world.js";

const OLD = "ws://relay/relay";
const NEW = "ws://relay2/relay";

function engineOf({ room }: Home) {
  if (!(room instanceof LiveSession)) throw new Error("not a session");
  return room.engine;
}

/** Both are at this relay, nothing was seen that is wrong, and what each says comes to the other. */
async function inStep(world: World, homes: readonly Home[], relay: string): Promise<void> {
  for (const home of homes) await world.get(home.room.send(`from ${String(homes.indexOf(home))}`));
  await world.until(() => homes.every((home) => home.room.status().pending === 0));
  await world.until(() => homes.every((home) => home.room.status().n === homes[0]!.room.status().n));
  for (const home of homes) {
    expect(home.room.relay).toBe(relay);
    const texts = await home.texts();
    for (const at of homes.keys())
      expect(texts.filter((text) => text.endsWith(`: from ${String(at)}`))).toHaveLength(1);
  }
}

describe("A90: a room whose relay is gone", () => {
  it("RULE move.never-to-old: what was decided for another relay alone never goes to the old one, where that comes back", async () => {
    for (const isAdopted of [false, true]) {
      const world = new World();
      world.addRelay("ws://relay2");
      world.addRelay("ws://relay3");
      const [alice, bob] = await twoIn(world);
      world.downAt.add(OLD);
      world.cut();
      await world.pass(30_000);
      world.sendsChanged = true;
      world.beforeFrames = (home, frames) => {
        if (home !== alice || !frames.some(({ type }) => type === "adoptRoom")) return undefined;
        alice.kill();
        if (!isAdopted) (frames as ClientFrame[]).splice(0);
        return undefined;
      };
      void alice.room.move({ relay: "ws://relay2", isOldGone: true });
      await world.pass(30_000);
      expect(world.heard.some(({ type }) => type === "adoptRoom")).toBe(isAdopted);
      world.beforeFrames = () => undefined;
      world.downAt.clear();
      const { seq } = bob.room.status();
      await alice.open();
      await world.until(() => alice.room.status().connection === "live" && bob.room.status().connection === "live");
      await world.pass(60_000);
      expect(bob.room.status().seq).toBe(seq);
      await inStep(world, [alice, bob], OLD);
      await world.get(alice.room.decide({ type: "setTitle", title: "Orchard" }));
      await world.until(() => bob.room.title === "Orchard");
      expect(await world.get(alice.room.move({ relay: "ws://relay3" }))).toMatchObject({ done: true });
      await world.until(() => bob.room.relay === "ws://relay3/relay");
      for (const home of [alice, bob]) expect(home.room.status().alarms).toEqual([]);
    }
  });

  it("RULE move.never-to-old: the same goes on where it stopped, while the old one is gone", async () => {
    const world = new World();
    world.addRelay("ws://relay2");
    const [alice, bob] = await twoIn(world);
    world.downAt.add(OLD);
    world.cut();
    await world.pass(30_000);
    world.beforeFrames = (home, frames) => {
      if (home === alice && frames.some(({ type }) => type === "adoptRoom")) alice.kill();
      return undefined;
    };
    void alice.room.move({ relay: "ws://relay2", isOldGone: true });
    await world.pass(30_000);
    world.beforeFrames = () => undefined;
    await alice.open();
    expect(await world.get(alice.room.move({ relay: "ws://relay2", isOldGone: true }))).toMatchObject({ done: true });
    await world.get(bob.room.follow("ws://relay2"));
    await inStep(world, [alice, bob], NEW);
  });

  it("RULE move.dead-waits-nobody: nobody waits for the relay that is gone", async () => {
    const world = new World();
    world.addRelay("ws://relay2");
    const [alice, bob] = await twoIn(world);
    await alice.invite();
    world.downAt.add(OLD);
    world.cut();
    await world.pass(30_000);
    const timed = async (work: () => Promise<unknown>) => {
      const begin = world.clock.now();
      await work();
      return world.clock.now() - begin;
    };
    const moving = () => world.get(alice.room.move({ relay: "ws://relay2", isOldGone: true }));
    expect(await timed(moving)).toBeLessThan(25_000);
    expect(await timed(() => world.get(bob.room.follow("ws://relay2")))).toBeLessThan(10_000);
    await inStep(world, [alice, bob], NEW);
  });

  it("RULE move.dead-waits-nobody: links to an old relay that is away lead on once it answers, whoever was restarted meanwhile", async () => {
    const world = new World();
    world.addRelay("ws://relay2");
    const [alice, bob] = await twoIn(world);
    const link = await alice.invite();
    world.beforeFrames = (_home, frames) => {
      if (frames.some(({ type }) => type === "adoptRoom")) world.downAt.add(OLD);
      return undefined;
    };
    const begin = world.clock.now();
    expect(await world.get(alice.room.move({ relay: "ws://relay2" }))).toMatchObject({ done: true });
    expect(world.clock.now() - begin).toBeLessThan(25_000);
    world.beforeFrames = () => undefined;
    await world.until(() => bob.room.relay === NEW);
    await world.get(alice.room.decide({ type: "setTitle", title: "Orchard" }));
    await world.until(() => bob.room.title === "Orchard");
    for (const home of [alice, bob]) {
      await world.run(home.client.close());
      await home.open();
    }
    world.downAt.clear();
    await world.pass(600_000);
    const carol = world.home();
    await carol.open();
    await carol.join(link, "Carol");
    await inStep(world, [alice, bob, carol], NEW);
  });
});

describe("A139: a room that somebody else was quicker to bring to the new relay", () => {
  it("RULE move.key-denied: everybody is told so, nothing is sent there, and an owner can move on", async () => {
    const world = new World();
    world.addRelay("ws://relay2");
    world.addRelay("ws://relay3");
    const [alice, bob] = await twoIn(world);
    let isDone = false;
    world.beforeFrames = async (_home, frames) => {
      const adopt = frames.find(({ type }) => type === "adoptRoom");
      if (isDone || adopt?.type !== "adoptRoom") return;
      isDone = true;
      const relay = engineOf(bob).connection.find(NEW)!;
      const nextWriteKey = nodeCrypto.ed25519PublicKey(systemRandom(32));
      const made = relay.use(10_000, async () => (await relay.request<"adoptRoom">({ ...adopt, nextWriteKey })).type);
      expect(await made).toBe("created");
    };
    const exists = { ok: false, error: { kind: "relay", error: "room_exists" } };
    expect(await world.run(alice.room.move({ relay: "ws://relay2" }))).toMatchObject(exists);
    await world.until(() => bob.room.relay === NEW);
    await world.pass(60_000);
    const before = world.appends("message").length;
    for (const home of [alice, bob]) {
      expect(await world.run(home.room.synced(10_000))).toMatchObject(exists);
      expect(home.room.status().paused).toMatchObject({ why: "relay", error: "room_exists" });
      await world.run(home.room.send("not here"));
    }
    await world.pass(60_000);
    expect(world.appends("message").length).toBe(before);
    expect(await world.get(alice.room.move({ relay: "ws://relay3", isOldGone: true }))).toMatchObject({ done: true });
    expect(await world.run(bob.room.follow("ws://relay3"))).toMatchObject({ ok: true });
    await inStep(world, [alice, bob], "ws://relay3/relay");
    for (const home of [alice, bob]) expect(home.room.status().alarms).toEqual([]);
  });
});

describe("A162: a relay that was restored, and never has all again", () => {
  it("RULE move.alone-when-gone: is one from which an owner can move the room, with all that members have", async () => {
    const world = new World();
    world.addRelay("ws://relay2");
    const [store, relaySeed] = [new MemoryStore(), systemRandom(32)];
    const on = (its: MemoryStore) => new RelayCore({ store: its, crypto: nodeCrypto, random: systemRandom, relaySeed });
    world.addRelay("ws://relay", {}, on(store));
    const [alice, bob] = await twoIn(world);
    const copy = store.copy();
    await world.get(alice.room.decide({ type: "setTitle", title: "Orchard" }));
    await world.until(() => bob.room.title === "Orchard");
    copy.restored();
    world.addRelay("ws://relay", {}, on(copy));
    world.sendsChanged = true;
    world.beforeFrames = (_home, frames) => {
      const changed = frames.map((frame) => (frame.type === "bring" ? { ...frame, items: [], hashes: [] } : frame));
      (frames as ClientFrame[]).splice(0, frames.length, ...changed);
      return undefined;
    };
    world.cut();
    await world.pass(60_000);
    expect(alice.room.status().isRecovering).toBe(true);
    const alone = { relay: "ws://relay2", isOldGone: true };
    // An accident is waited for.
    expect(await world.run(alice.room.move(alone))).toMatchObject({ ok: false });
    await world.pass(70 * 60_000);
    for (const home of [alice, bob]) {
      expect(home.room.status().alarms.map(({ code }) => code)).toEqual(["ROLLBACK"]);
      await world.run(home.room.resume());
    }
    expect(await world.get(alice.room.move(alone))).toMatchObject({ done: true });
    expect(await world.run(bob.room.follow("ws://relay2"))).toMatchObject({ ok: true });
    expect(bob.room.title).toBe("Orchard");
    await inStep(world, [alice, bob], NEW);
  });
});

describe("A162: a new relay that was restored from a copy of before the room came", () => {
  it("RULE move.brought-again, RULE recovery.made-again: gets all of it back, without a permit, and nobody is alarmed", async () => {
    const world = new World();
    const createPermit = new TextEncoder().encode("let me in");
    const [store, relaySeed] = [new MemoryStore(), systemRandom(32)];
    const on = (its: MemoryStore) => {
      const ports = { store: its, crypto: nodeCrypto, random: systemRandom, relaySeed };
      return new RelayCore({ ...ports, settings: { createPermit } });
    };
    const copy = store.copy();
    world.addRelay("ws://relay2", {}, on(store));
    const [alice, bob] = await twoIn(world);
    await world.get(alice.room.move({ relay: "ws://relay2", permit: createPermit }));
    await world.until(() => bob.room.relay === NEW);
    await inStep(world, [alice, bob], NEW);
    await world.get(alice.room.decide({ type: "setTitle", title: "Orchard" }));
    await world.until(() => bob.room.title === "Orchard");
    await world.pass(200_000);
    // Who has the permit is away, and the old relay is gone.
    await world.run(alice.client.close());
    world.downAt.add(OLD);
    copy.restored();
    world.addRelay("ws://relay2", {}, on(copy));
    world.cut();
    await world.pass(120_000);
    expect(bob.room.status().connection).toBe("live");
    await world.get(bob.room.send("while Alice is away"));
    await alice.open();
    await world.until(() => alice.room.status().connection === "live");
    await world.until(() => bob.room.status().n === alice.room.status().n);
    expect(await alice.texts()).toContain("Bob: while Alice is away");
    for (const home of [alice, bob]) expect(home.room.status().alarms).toEqual([]);
    const carol = world.home();
    await carol.open();
    await carol.join(await alice.invite(), "Carol");
    await world.until(() => bob.room.members().length === 3);
  });
});
