import { type ClientFrame, encodeRelayMessage, type RelayError } from "@conclave/wire";
import type { ConnectionEvents, Problem } from "@conclave/client";
import type { Result } from "@conclave/codec";
import { describe, expect, it } from "vitest";
import { type Home, twoIn, World } from "./world.js";

type AppendFrame = Extract<ClientFrame, { readonly type: "append" }>;

/** A relay that refuses what this home appends of a kind, for so many times; gives what was refused. */
function refusing(
  world: World,
  refused: Home,
  kind: AppendFrame["kind"],
  { error, retryAfter = 0, times }: { error: RelayError; retryAfter?: number; times: number },
): AppendFrame[] {
  const { connections, owners } = world as unknown as {
    connections: Map<number, ConnectionEvents>;
    owners: Map<number, Home>;
  };
  const all: AppendFrame[] = [];
  world.sendsChanged = true;
  world.beforeFrames = (home, frames) => {
    if (home !== refused) return undefined;
    const list = frames as ClientFrame[];
    for (const frame of [...list]) {
      if (frame.type !== "append" || frame.kind !== kind || all.length >= times) continue;
      all.push(frame);
      list.splice(list.indexOf(frame), 1);
      const answer = encodeRelayMessage([{ type: "error", id: frame.id, error, retryAfter, position: null }]);
      for (const [number, events] of connections) if (owners.get(number) === home) events.frame(answer);
    }
    return undefined;
  };
  return all;
}

const kindOf = (result: Result<unknown, Problem>) => (result.ok ? null : result.error);
const proofs = (world: World) => world.heard.filter(({ type }) => type === "prove").length;

describe("a relay that does not take messages", () => {
  it("as it is busy is asked again, never before the pause it asks for; the message arrives once", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await world.pass(60_000);
    const refused = refusing(world, alice, "message", { error: "rate_limited", retryAfter: 5000, times: 2 });
    const began = world.clock.now();
    await world.get(alice.room.send("hello"));
    // It is no reason to give up: who waits is told what the relay says when their time is up.
    expect(kindOf(await world.run(alice.room.flushed(1000)))).toEqual({
      kind: "relay",
      error: "rate_limited",
      retryAfter: 5000,
    });
    expect(alice.room.status().pending).toBe(1);
    await world.get(alice.room.flushed(60_000));
    expect(world.clock.now() - began).toBeGreaterThanOrEqual(10_000);
    expect(refused).toHaveLength(2);
    expect(refused[1]!.payload).toEqual(refused[0]!.payload);
    await world.until(() => bob.room.status().unread === 1);
    expect(await bob.texts()).toEqual(["Alice: hello"]);
    expect(alice.room.status().pending).toBe(0);
  });

  it("however often it is busy, it is waited for", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await world.pass(60_000);
    const refused = refusing(world, alice, "message", { error: "shutting_down", times: 8 });
    await world.get(alice.room.send("hello"));
    await world.get(alice.room.flushed(600_000));
    expect(refused).toHaveLength(8);
    await world.until(() => bob.room.status().unread === 1);
  });

  it("for good, as there is no room left, is told at once after five tries, and asked all the same", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await world.pass(60_000);
    const refused = refusing(world, alice, "message", { error: "quota_exceeded", times: 7 });
    const began = world.clock.now();
    await world.get(alice.room.send("hello"));
    expect(kindOf(await world.run(alice.room.flushed(600_000)))).toMatchObject({
      kind: "relay",
      error: "quota_exceeded",
    });
    expect(refused).toHaveLength(5);
    expect(world.clock.now() - began).toBeLessThan(60_000);
    await world.until(() => bob.room.status().unread === 1);
    await world.get(alice.room.flushed(1000));
    expect(refused).toHaveLength(7);
    // It took one: what it said before is forgotten.
    await world.get(alice.room.send("again"));
    await world.get(alice.room.flushed(10_000));
    expect(await bob.texts()).toEqual(["Alice: hello", "Alice: again"]);
  });

  it("what was written in a row arrives, each once, also where all of it was refused at first", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await world.pass(60_000);
    refusing(world, alice, "message", { error: "rate_limited", times: 3 });
    for (const text of ["one", "two", "three"]) await world.get(alice.room.send(text));
    await world.get(alice.room.flushed(600_000));
    await world.until(() => bob.room.status().unread === 3);
    expect((await bob.texts()).toSorted()).toEqual(["Alice: one", "Alice: three", "Alice: two"]);
  });
});

describe("a relay that does not take a commit", () => {
  it("is asked again three times; the decision is made once", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await world.pass(60_000);
    const refused = refusing(world, alice, "commit", { error: "rate_limited", retryAfter: 1000, times: 3 });
    const began = world.clock.now();
    const { seq } = alice.room.status();
    expect(await world.get(alice.room.decide({ type: "setTitle", title: "Meadow" }))).toEqual({
      done: true,
      seq: seq + 1,
    });
    expect(world.clock.now() - began).toBeGreaterThanOrEqual(3000);
    expect(refused).toHaveLength(3);
    await world.until(() => bob.room.title === "Meadow");
    expect(bob.room.decisions().filter(({ action }) => action.type === "setTitle")).toHaveLength(1);
  });

  it("four times is believed: the person is told what it says, and nothing goes on behind them; the next decision is made", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await world.pass(60_000);
    const refused = refusing(world, alice, "commit", { error: "quota_exceeded", times: 4 });
    const decided = await world.run(alice.room.decide({ type: "setTitle", title: "Meadow" }));
    expect(kindOf(decided)).toEqual({ kind: "relay", error: "quota_exceeded", retryAfter: 0 });
    expect(refused).toHaveLength(4);
    await world.pass(60_000);
    expect([alice.room.title, bob.room.title]).toEqual(["Garden", "Garden"]);
    await world.get(alice.room.decide({ type: "setTitle", title: "Orchard" }));
    await world.until(() => bob.room.title === "Orchard");
    const titles = bob.room.decisions().flatMap(({ action }) => (action.type === "setTitle" ? [action.title] : []));
    expect(titles).toEqual(["Orchard"]);
  });
});

describe("what proves to the relay that a member writes", () => {
  it("is given once for each epoch of a connection, and again on the next one", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await world.pass(60_000);
    const before = proofs(world);
    for (const text of ["one", "two"]) {
      await world.get(alice.room.send(text));
      await world.get(alice.room.flushed(10_000));
    }
    expect(proofs(world)).toBe(before);
    await world.get(alice.room.decide({ type: "setTitle", title: "Meadow" }));
    await world.get(alice.room.send("three"));
    await world.get(alice.room.flushed(10_000));
    await world.pass(1000);
    const later = proofs(world);
    expect(later).toBeGreaterThan(before);
    expect(later - before).toBeLessThanOrEqual(2);
    await world.get(alice.room.send("four"));
    await world.get(alice.room.flushed(10_000));
    expect(proofs(world)).toBe(later);
    world.cut();
    await world.get(alice.room.send("five"));
    await world.get(alice.room.flushed(60_000));
    expect(proofs(world)).toBeGreaterThan(later);
    await world.until(() => bob.room.status().unread === 5);
  });
});
