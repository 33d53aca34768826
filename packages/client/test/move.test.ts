import { systemRandom } from "@conclave/crypto/node";
import { decodeFileCard } from "@conclave/protocol";
import { type ClientFrame, decodeRelayMessage, encodeRelayMessage } from "@conclave/wire";
import { describe, expect, it } from "vitest";
import { type Home, twoIn, World } from "./world.js";

const NEW = "ws://relay2";

const said = (home: Home) => home.texts();

/** Everybody has the same room, nobody saw anything wrong, and what each says comes to all. */
async function inStep(world: World, homes: readonly Home[]): Promise<void> {
  const [first] = homes as [Home];
  for (const [at, home] of homes.entries()) await world.get(home.room.send(`word ${String(at)}`));
  const isThere = (texts: string[]) =>
    homes.every((_, at) => texts.some((text) => text.endsWith(`word ${String(at)}`)));
  for (const home of homes) await world.until(() => home.room.status().pending === 0);
  await world.until(() => homes.every((home) => home.room.status().n === first.room.status().n));
  for (const home of homes) {
    expect(isThere(await said(home))).toBe(true);
    expect(home.room.status().alarms).toEqual([]);
    expect(home.room.roomCode()).toBe(first.room.roomCode());
    expect(home.room.relay).toBe("ws://relay2/relay");
  }
}

describe("a room that moves to another relay", () => {
  it("RULE client.follows-roster: RULE join.follow-roster: everybody follows, who was away as well, and so does an old link", async () => {
    const world = new World();
    world.addRelay(NEW);
    const [alice, bob] = await twoIn(world);
    const carol = world.home();
    await carol.open();
    const link = await alice.invite();
    await carol.join(link, "Carol");
    await world.get(alice.room.send("before"));
    await world.until(() => carol.room.status().n === alice.room.status().n);
    await world.run(carol.client.close());
    await world.get(bob.room.send("while Carol is away"));
    await world.until(() => bob.room.status().pending === 0);
    expect(await world.get(alice.room.move({ relay: NEW }))).toMatchObject({ done: true });
    await world.until(() => bob.room.relay === "ws://relay2/relay");
    await inStep(world, [alice, bob]);
    await carol.open();
    await world.until(() => carol.room.relay === "ws://relay2/relay");
    await inStep(world, [alice, bob, carol]);
    expect((await said(carol)).at(1)).toBe("Bob: while Carol is away");
    // An old link leads on by the slot at the old relay, and the newcomer is in the room where it is now.
    const dave = world.home();
    await dave.open();
    await dave.join(link, "Dave");
    await world.until(() => alice.room.members().length === 4 && dave.room.status().isConfirmed);
    await inStep(world, [alice, bob, carol, dave]);
    // The old relay is gone: everything goes on, also after a restart.
    world.downAt.add("ws://relay/relay");
    for (const home of [alice, bob, carol, dave]) {
      await world.run(home.client.close());
      await home.open();
    }
    await inStep(world, [alice, bob, carol, dave]);
    const erin = world.home();
    await erin.open();
    await erin.join(await alice.invite(), "Erin");
    await inStep(world, [alice, bob, carol, dave, erin]);
  }, 60_000);

  it("RULE move.ready-first: to a relay that does not take it, it does not go", async () => {
    const world = new World();
    const permit = new TextEncoder().encode("let me in");
    world.addRelay(NEW, { createPermit: permit });
    const [alice, bob] = await twoIn(world);
    const { seq } = alice.room.status();
    const why = async (home: Home, options: Parameters<Home["room"]["move"]>[0]) => {
      const moved = await world.run(home.room.move(options));
      return moved.ok ? moved : moved.error;
    };
    expect(await why(alice, { relay: "no address" })).toMatchObject({ kind: "malformed", what: "relay" });
    expect(await why(alice, { relay: NEW })).toMatchObject({ kind: "relay", error: "create_denied" });
    expect(await why(alice, { relay: "ws://relay" })).toMatchObject({ rejection: { code: "already_so" } });
    expect(await why(bob, { relay: NEW, permit })).toMatchObject({ rejection: { code: "not_allowed" } });
    world.downAt.add("ws://relay2/relay");
    expect(await why(alice, { relay: NEW, permit })).toMatchObject({ kind: "unreachable" });
    expect(alice.room.status().seq).toBe(seq);
    world.downAt.clear();
    expect(await world.get(alice.room.move({ relay: NEW, permit }))).toMatchObject({ done: true });
    await world.until(() => bob.room.relay === "ws://relay2/relay");
    await inStep(world, [alice, bob]);
  });

  it("files from before are read at the old relay, as long as it has them", async () => {
    const world = new World();
    world.addRelay(NEW);
    const [alice, bob] = await twoIn(world);
    const content = systemRandom(50_000);
    const read = (offset: number, length: number) => Promise.resolve(content.slice(offset, offset + length));
    await world.get(alice.room.attach({ name: "plan.pdf", size: content.length, read }));
    await world.until(() => alice.room.status().pending === 0);
    await world.get(alice.room.move({ relay: NEW }));
    await world.until(() => bob.room.relay === "ws://relay2/relay");
    // Later keys, which the old relay has never heard of.
    await world.get(alice.room.decide({ type: "setTitle", title: "Orchard" }));
    await world.until(() => bob.room.title === "Orchard");
    const cards = async () => {
      const items = await world.run(bob.room.timeline());
      return items.flatMap((item) =>
        item.kind === "message" && item.message.kind === "file" ? (decodeFileCard(item.message.body) ?? []) : [],
      );
    };
    const [card] = await cards();
    expect(await world.get(bob.room.fetchFile(card!))).toEqual(content);
    world.downAt.add("ws://relay/relay");
    world.cut();
    await world.until(() => bob.room.status().connection === "live");
    expect(await world.run(bob.room.fetchFile(card!))).toMatchObject({ error: { error: "blob_unknown" } });
  });

  it("a relay that gets another address keeps its rooms, which follow it there", async () => {
    const world = new World();
    world.addRelay(NEW, {}, world.relay);
    const [alice, bob] = await twoIn(world);
    const link = await alice.invite();
    expect(await world.get(alice.room.move({ relay: NEW }))).toMatchObject({ done: true });
    await world.until(() => bob.room.relay === "ws://relay2/relay");
    await inStep(world, [alice, bob]);
    const carol = world.home();
    await carol.open();
    await carol.join(link, "Carol");
    await inStep(world, [alice, bob, carol]);
    world.downAt.add("ws://relay/relay");
    world.cut();
    await world.pass(10_000);
    await inStep(world, [alice, bob, carol]);
  });

  it("an old relay that takes the slots only later is asked again, so that old links lead on", async () => {
    const world = new World();
    world.addRelay(NEW);
    const [alice, bob] = await twoIn(world);
    const link = await alice.invite();
    const refused = new Map<number, number[]>();
    let [refusals, isOver] = [0, false];
    world.sendsChanged = true;
    world.beforeFrames = (_home, frames) => {
      const proof = frames.find(({ type }) => type === "prove");
      const puts = frames.filter((frame) => frame.type === "putSlot");
      if (isOver || proof?.type !== "prove" || puts.length === 0 || alice.room.relay !== "ws://relay2/relay") return;
      refusals++;
      refused.set(
        proof.id,
        puts.map(({ id }) => id),
      );
      (frames as ClientFrame[]).splice(0, frames.length, proof);
      return undefined;
    };
    world.changeAnswer = (bytes) => {
      const decoded = decodeRelayMessage(bytes, 1 << 26);
      const frames = decoded.ok ? decoded.value : [];
      const ids = frames.flatMap((frame) => (frame.type === "done" ? (refused.get(frame.id) ?? []) : []));
      if (ids.length === 0) return bytes.slice();
      refused.clear();
      const error = { type: "error", error: "rate_limited", retryAfter: 500, position: null } as const;
      return encodeRelayMessage([...frames, ...ids.map((id) => ({ ...error, id }))]);
    };
    expect(await world.get(alice.room.move({ relay: NEW }))).toMatchObject({ done: true });
    // Each of them would do it.
    await world.pass(200_000);
    expect(refusals).toBeGreaterThan(1);
    // The room goes on meanwhile: what the old relay has of it does not.
    await world.get(alice.room.decide({ type: "setTitle", title: "Orchard" }));
    isOver = true;
    await world.pass(600_000);
    const carol = world.home();
    await carol.open();
    await carol.join(link, "Carol");
    await inStep(world, [alice, bob, carol]);
  });

  it("when who moved it is gone right after, the others bring it", async () => {
    const world = new World();
    world.addRelay(NEW);
    const [alice, bob] = await twoIn(world);
    const link = await alice.invite();
    world.beforeFrames = (home, frames) => {
      // Alice's device dies as soon as the old relay has her decision.
      if (home === alice && frames.some(({ type }) => type === "adoptRoom")) alice.kill();
      return undefined;
    };
    void alice.room.move({ relay: NEW });
    await world.until(() => bob.room.relay === "ws://relay2/relay" && bob.room.status().connection === "live");
    const carol = world.home();
    await carol.open();
    await world.pass(180_000);
    await carol.join(link, "Carol");
    await inStep(world, [bob, carol]);
    world.beforeFrames = () => undefined;
    await alice.open();
    await world.until(() => alice.room.status().connection === "live");
    await inStep(world, [alice, bob, carol]);
  }, 60_000);

  it("RULE client.store-first: whoever moves it and is killed at any moment leaves one room, and nobody behind", async () => {
    let crashes = 0;
    for (let at = 1, isOver = false; !isOver; at++) {
      for (const fate of ["kill before", "kill after"] as const) {
        const world = new World();
        world.addRelay(NEW);
        const [alice, bob] = await twoIn(world);
        const link = await alice.invite();
        await world.run(alice.client.close());
        let commits = 0;
        let killed: () => void = () => undefined;
        const dead = new Promise<"dead">((resolve) => (killed = () => resolve("dead")));
        await alice.open(() => {
          if (isOver || ++commits !== at) return "commit";
          killed();
          return fate;
        });
        await world.run(Promise.race([dead, alice.room.synced(10_000)]));
        const end = await world.run(Promise.race([dead, alice.room.move({ relay: NEW })]));
        isOver = end !== "dead";
        crashes += isOver ? 0 : 1;
        if (!isOver) alice.kill();
        await world.pass(1000);
        if (!isOver) await alice.open();
        await world.until(() => alice.room.status().connection === "live");
        if (alice.room.relay !== "ws://relay2/relay") await world.run(alice.room.move({ relay: NEW }));
        await world.until(() => bob.room.relay === "ws://relay2/relay");
        await inStep(world, [alice, bob]);
        // Whoever is there puts what newcomers need.
        await world.pass(180_000);
        const carol = world.home();
        await carol.open();
        await carol.join(link, "Carol");
        await inStep(world, [alice, bob, carol]);
      }
    }
    expect(crashes).toBeGreaterThan(8);
  }, 240_000);
});
