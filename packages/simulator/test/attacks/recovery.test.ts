import { decodeClientMessage, DEFAULT_LIMITS } from "@conclave/wire";
import { describe, expect, it, vi } from "vitest";
import { granted, World, type SimulatedDevice } from "../../src/index.js";
import { alarmsOf, namesOf } from "../hostile/view.js";

vi.setConfig({ testTimeout: 120_000 });

const remove = (device: SimulatedDevice) => ({ type: "remove" as const, person: device.client.person, ban: false });

/** A room of three, a copy of its relay, and what came after: two messages, a removal, and one message more. */
async function scene(options: { isRelayHonest?: boolean } = {}) {
  const world = new World(options);
  const [alice, bob, carol] = await world.roomOf(["Alice", "Bob", "Carol"]);
  await world.say(alice!, "one");
  await world.inStep();
  const copy = world.relay.snapshot();
  await world.say(bob!, "two");
  await world.say(carol!, "three");
  await world.inStep();
  granted(await world.finish(alice!.room.decide(remove(carol!))));
  await world.say(bob!, "four");
  await world.inStep([alice!, bob!]);
  await world.pass(10_000);
  return { world, alice: alice!, bob: bob!, carol: carol!, copy };
}

describe("a relay that was restored from a copy", () => {
  it.each([true, false])(
    "RULE client.show-first, RULE client.recovered-key, RULE push.commits-signed: goes on with all messages, and nobody is alarmed (marked: %s)",
    async (isMarked) => {
      const { world, alice, bob, carol, copy } = await scene();
      const log = world.relay.main.log(world.tagOf(alice));
      world.relay.restore(copy, isMarked);
      await world.write(alice, "while it waits");
      await world.pass(120_000);
      const after = world.relay.main.log(world.tagOf(alice));
      const bytesOf = (items: typeof log) => items.map((item) => (item.pruned ? null : item.payload));
      expect(bytesOf(after.slice(0, log.length))).toEqual(bytesOf(log));
      await world.say(bob, "after it");
      await world.inStep([alice, bob]);
      for (const one of [alice, bob]) {
        expect(await world.texts(one)).toEqual([
          ...["Alice: one", "Bob: two", "Carol: three", "Bob: four", "Alice: while it waits", "Bob: after it"],
        ]);
        expect(alarmsOf(one)).toEqual([]);
        expect(namesOf(one)).toEqual(["Alice", "Bob"]);
      }
      expect(carol.room.status().standing).toBe("removed");
      // Somebody new is led through all of it.
      const { link } = await world.invite(alice);
      const dora = await world.device("Dora");
      await world.join(dora, link);
      await world.inStep([alice, bob, dora]);
      expect(namesOf(dora)).toEqual(["Alice", "Bob", "Dora"]);
    },
  );
});

describe("a relay that was restored while somebody was still reading", () => {
  it("RULE client.no-false-charge: is not accused by who had read a decision, and not to the head that was signed after it", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice, bob, carol] = await world.roomOf(["Alice", "Bob", "Carol"]);
    await world.say(alice!, "one");
    await world.inStep();
    const copy = world.relay.snapshot();
    bob!.crash();
    await world.say(carol!, "two");
    granted(await world.finish(alice!.room.decide(remove(carol!))));
    await world.say(alice!, "three");
    await world.inStep([alice!]);
    const n = alice!.room.status().n;
    // The line breaks while Bob reads.
    world.relay.tamper({
      reply: (node, frame) => {
        if (node !== "Bob") return [frame];
        if (frame.type === "page") return [];
        return [frame.type === "subscribed" ? { ...frame, items: frame.items.slice(0, 2) } : frame];
      },
    });
    await world.start(bob!);
    await world.pass(5000);
    expect(bob!.room.status().n).toBe(n - 1);
    alice!.crash();
    world.relay.tamper(null);
    world.relay.restore(copy, true);
    await world.pass(15_000);
    expect(bob!.room.status().isRecovering).toBe(true);
    expect(alarmsOf(bob!)).toEqual([]);
    await world.start(alice!);
    await world.pass(60_000);
    await world.inStep([alice!, bob!]);
    for (const one of [alice!, bob!]) expect([alarmsOf(one), namesOf(one)]).toEqual([[], ["Alice", "Bob"]]);
  });
});

/** From now on the relay says to all that it lost everything from the copy on, whatever they bring. */
function claimsToRecover(world: World, n: number): void {
  world.relay.tamper({
    request: (_node, frame) => (frame.type === "bring" ? [{ ...frame, items: [], hashes: [] }] : [frame]),
    reply: (_node, frame) =>
      frame.type === "subscribed"
        ? [
            {
              ...{ type: "error", id: frame.id, error: "room_recovering", retryAfter: 5000 },
              position: { epoch: 1, n, lastCommit: 0 },
            },
          ]
        : [frame],
  });
  world.relay.restart();
}

describe("attacks by a relay that says that it was restored", () => {
  it("A162: RULE client.recovery-ends: one that never has all again, or says so again right after, is told as one that shows less", async () => {
    const { world, alice, bob } = await scene({ isRelayHonest: false });
    const n = alice.room.status().n - 2;
    claimsToRecover(world, n);
    await world.write(bob, "it waits");
    await world.pass(30 * 60_000);
    expect([alarmsOf(alice), alarmsOf(bob)]).toEqual([[], []]);
    expect(alice.room.status().isRecovering).toBe(true);
    // Also when the app was closed in between.
    bob.crash();
    await world.start(bob);
    await world.pass(35 * 60_000);
    expect(alarmsOf(alice)).toEqual(["ROLLBACK"]);
    expect(alarmsOf(bob)).toEqual(["ROLLBACK"]);
    expect(namesOf(bob)).toEqual(["Alice", "Bob"]);
  });

  it("A162: RULE client.recovery-ends: says it twice within an hour", async () => {
    const { world, alice, bob, copy } = await scene({ isRelayHonest: false });
    // Alice has to help both times: who finds that all is there again has nothing to say against it.
    bob.crash();
    world.relay.restore(copy, true);
    await world.pass(120_000);
    await world.inStep([alice]);
    expect(alarmsOf(alice)).toEqual([]);
    world.relay.restore(copy, true);
    await world.pass(120_000);
    expect(alarmsOf(alice)).toEqual(["ROLLBACK"]);
  });

  it("A162: RULE client.brings-same: one that goes on with another log is found out, and nobody says a thing twice", async () => {
    const { world, alice, bob, carol, copy } = await scene({ isRelayHonest: false });
    world.relay.isWatching = true;
    world.relay.seen.length = 0;
    // It takes nothing of what is brought, and lets who was removed write instead.
    world.relay.rollBack(copy);
    await world.pass(60_000);
    for (const one of [alice, bob]) {
      expect(alarmsOf(one)[0]).toMatch(/ROLLBACK|EQUIVOCATION|FORK/u);
      expect(namesOf(one)).toEqual(["Alice", "Bob"]);
    }
    expect(carol.room.status().standing).toBe("removed");
    const said = world.relay.seen.flatMap(({ bytes }) => {
      const decoded = decodeClientMessage(bytes, DEFAULT_LIMITS);
      return decoded.ok ? decoded.value : [];
    });
    expect(said.filter(({ type }) => type === "append")).toEqual([]);
  });

  it("A162: a member who brings something else changes nothing, and the others bring what it was", async () => {
    const { world, alice, bob, copy } = await scene({ isRelayHonest: false });
    const log = world.relay.main.log(world.tagOf(alice));
    world.relay.tamper({
      request: (node, frame) => {
        if (node !== "Bob" || frame.type !== "bring") return [frame];
        const items = frame.items.map((item) => (item.pruned ? item : { ...item, payload: world.dice.random(256) }));
        return [{ ...frame, items }];
      },
    });
    world.relay.restore(copy, true);
    await world.pass(120_000);
    expect(alarmsOf(alice)).toEqual([]);
    const after = world.relay.main.log(world.tagOf(bob));
    expect(after.map((item) => item.pruned || item.payload)).toEqual(log.map((item) => item.pruned || item.payload));
  });
});
