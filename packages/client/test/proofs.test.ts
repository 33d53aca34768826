import { failed } from "@conclave/codec";
import type { Room } from "@conclave/protocol";
import { beforeEach, describe, expect, it } from "vitest";
import { gatherProof } from "../src/work/gatherProof.js";
import { WriteProof } from "../src/work/writeProof.js";
import { driving } from "./scripted.js";
import { type Home, twoIn, World } from "./world.js";

type Asked = Readonly<Record<string, unknown>>;
type Scripted = { readonly type: string; readonly [field: string]: unknown };

/** A relay of which a test says what it answers to each request, in their order. */
class ScriptedRelay {
  welcome: { challenge: Uint8Array } | null = { challenge: new Uint8Array(32).fill(1) };
  number = 1;
  readonly asked: Asked[] = [];
  answer: (asked: Asked, at: number) => Scripted = () => ({ type: "done" });

  request(asked: Asked): Promise<Scripted> {
    this.asked.push(asked);
    return Promise.resolve(this.answer(asked, this.asked.length - 1));
  }
}

describe("what proves to the relay that this device is a member", () => {
  let world: World;
  let alice: Home;
  let bob: Home;
  let relay: ScriptedRelay;
  let proof: WriteProof;
  let room: Room;
  /** Up to which epochs the room was told that the relay has its keys. */
  let told: number[];
  beforeEach(async () => {
    world = new World();
    [alice, bob] = await twoIn(world);
    await world.pass(60_000);
    relay = new ScriptedRelay();
    const { state } = driving(alice);
    room = state.room!;
    told = [];
    room.noteProved = (epoch) => void told.push(epoch);
    proof = new WriteProof(state, relay as never);
  });

  /** The epochs whose keys were given since the last call. */
  function given(): number[] {
    return relay.asked.splice(0).map(({ type, epoch }) => {
      expect(type).toBe("prove");
      return epoch as number;
    });
  }

  async function give(): Promise<number[]> {
    proof.give();
    await world.pass(1);
    return given();
  }

  /** Keys of this many epochs are still to be given. */
  function owe(count: number): number[] {
    const [key] = room.writeKeys().slice(-1);
    const epochs = Array.from({ length: count }, (_, at) => room.epoch - count + 1 + at);
    room.writeKeys = () => epochs.map((epoch) => ({ ...key!, epoch }));
    return epochs;
  }

  it("is given once on each connection and in each epoch; nothing without a connection, nor by who is out", async () => {
    owe(1);
    relay.welcome = null;
    expect(await give()).toEqual([]);
    relay.welcome = { challenge: new Uint8Array(32).fill(1) };
    expect(await give()).toEqual([room.epoch]);
    expect(await give()).toEqual([]);
    expect(told).toEqual([room.epoch]);
    relay.number = 2;
    expect(await give()).toEqual([room.epoch]);
    Reflect.deleteProperty(room, "writeKeys");
    await world.get(alice.room.decide({ type: "rekey" }));
    owe(2);
    // The one before it has it on this connection already.
    expect(await give()).toEqual([room.epoch]);
    relay.number = 3;
    expect(await give()).toEqual([room.epoch - 1, room.epoch]);
    Reflect.deleteProperty(room, "writeKeys");
    await world.get(alice.room.decide({ type: "remove", person: bob.client.person, ban: false }));
    await world.until(() => bob.room.status().standing === "removed");
    const his = new WriteProof(driving(bob).state, relay as never);
    his.give();
    expect(given()).toEqual([]);
  });

  it("is given again with the next request, where the relay did not take that of the present epoch", async () => {
    owe(2);
    relay.answer = ({ epoch }) => (epoch === room.epoch ? { type: "error", error: "rate_limited" } : { type: "done" });
    expect(await give()).toEqual([room.epoch - 1, room.epoch]);
    expect(told).toEqual([]);
    expect(await give()).toEqual([room.epoch]);
    relay.answer = () => ({ type: "done" });
    expect(await give()).toEqual([room.epoch]);
    expect(told).toEqual([room.epoch]);
    expect(await give()).toEqual([]);
  });

  it("RULE client.vouching-lasts: keys are kept while the relay may take one of an earlier epoch later; what it has forgotten is over", async () => {
    owe(2);
    for (const answer of [{ type: "error", error: "rate_limited" }, { type: "lost" }]) {
      relay.number++;
      relay.answer = ({ epoch }) => (epoch === room.epoch ? { type: "done" } : answer);
      expect(await give()).toEqual([room.epoch - 1, room.epoch]);
      expect(told).toEqual([]);
      expect(await give()).toEqual([]);
    }
    relay.number++;
    relay.answer = ({ epoch }) => (epoch === room.epoch ? { type: "done" } : { type: "error", error: "write_denied" });
    expect(await give()).toEqual([room.epoch - 1, room.epoch]);
    expect(told).toEqual([room.epoch]);
  });

  it("is given by nobody whose device is a copy, nor in a room that has ended for them", () => {
    const { state } = driving(alice);
    const copy = Object.create(state, { phase: { value: { is: "restored" } } }) as typeof state;
    const ended = Object.create(state, {
      room: { value: Object.create(room, { status: { value: "removed" } }) as Room },
    }) as typeof state;
    for (const each of [copy, ended]) new WriteProof(each, relay as never).give();
    expect(given()).toEqual([]);
    new WriteProof(Object.create(state) as typeof state, relay as never).give();
    expect(given().at(-1)).toBe(room.epoch);
  });

  it("answered on a connection that is over says nothing", async () => {
    owe(1);
    proof.give();
    relay.number = 2;
    proof.give();
    relay.number = 2;
    await world.pass(1);
    expect(given()).toEqual([room.epoch, room.epoch]);
    // The second answer alone counts.
    expect(told).toEqual([room.epoch]);
  });
});

describe("what proves that the relay shows another log", () => {
  let world: World;
  let relay: ScriptedRelay;
  let alice: Home;
  let proved: [number, number][];

  /** The room wants what comes after one place, up to another. */
  async function wanting(wanted: { after: number; to: number } | null): Promise<void> {
    world = new World();
    [alice] = await twoIn(world);
    await world.pass(60_000);
    relay = new ScriptedRelay();
    proved = [];
    const { room } = driving(alice).state;
    const { receipts } = room!;
    Object.defineProperty(room, "receipts", { get: () => receipts });
    Object.defineProperty(receipts, "proofWanted", { get: () => wanted });
    receipts.proveFork = (after, hashes) => {
      proved.push([after, hashes.length]);
      return { delta: { put: [], delete: [] }, alarm: null };
    };
  }

  /** A real record, as often as one is asked for, but at most so many at a time. */
  const pages =
    (most: number) =>
    ({ limit }: Asked): Scripted => ({
      type: "page",
      items: Array.from({ length: Math.min(most, limit as number) }, () => record),
    });
  let record: unknown = null;

  async function gather(): Promise<[unknown, unknown][]> {
    const { state, connection } = driving(alice);
    const page = await world.run(connection.request<"read">({ type: "read", roomTag: alice.tag, fromN: 1, limit: 1 }));
    record = page.type === "page" ? page.items[0] : null;
    await world.run(gatherProof(state, relay as never));
    return relay.asked.map(({ fromN, limit }) => [fromN, limit]);
  }

  it("is asked for only where it is wanted", async () => {
    await wanting(null);
    expect([await gather(), proved]).toEqual([[], []]);
  });

  it("is read in pages, from after the last place that both show, to the one that was signed", async () => {
    await wanting({ after: 4, to: 1034 });
    relay.answer = pages(10_000);
    expect(await gather()).toEqual([
      [5, 512],
      [517, 512],
      [1029, 6],
    ]);
    expect(proved).toEqual([[4, 1030]]);
  });

  it("RULE client.proof-bounded: is asked for sixteen times at most, and not again of a relay that gives nothing", async () => {
    await wanting({ after: 0, to: 1000 });
    relay.answer = pages(3);
    const asked = await gather();
    expect(asked).toHaveLength(16);
    expect(asked.at(-1)).toEqual([46, 512]);
    expect(proved).toEqual([[0, 48]]);
    for (const nothing of [{ type: "page", items: [] }, { type: "error", error: "rate_limited" }, { type: "lost" }]) {
      await wanting({ after: 0, to: 1000 });
      relay.answer = () => nothing;
      expect(await gather()).toEqual([[1, 512]]);
      expect(proved).toEqual([[0, 0]]);
    }
  });

  it("counts no more than was asked for, whatever the relay gives", async () => {
    await wanting({ after: 2, to: 7 });
    relay.answer = (asked) => pages(10_000)({ ...asked, limit: 300 });
    expect(await gather()).toEqual([[3, 5]]);
    expect(proved).toEqual([[2, 5]]);
  });
});

describe("a room's transactions", () => {
  it("are refused once one has failed, which nobody knows to be stored; the room says so, and why", async () => {
    const world = new World();
    const [alice] = await twoIn(world);
    await world.pass(60_000);
    const { state } = driving(alice);
    const events: string[] = [];
    alice.room.watch(({ type }) => events.push(type));
    expect(await world.run(state.transact(() => 3))).toEqual({ ok: true, value: 3 });
    const broken = state.transact(() => {
      throw new Error("the disk is gone");
    });
    expect(await world.run(broken)).toEqual(failed({ kind: "unsure" }));
    expect(events).toContain("changed");
    expect(alice.room.status()).toMatchObject({
      paused: { why: "failed", message: "the disk is gone" },
      connection: expect.stringMatching(/offline|connecting/u),
    });
    expect(await world.run(state.transact(() => 3))).toEqual(failed({ kind: "closed" }));
    for (const promise of [alice.room.decide({ type: "rekey" }), alice.room.synced(1000), alice.room.requests()])
      expect(await world.run<{ ok: boolean }>(promise)).toEqual(failed({ kind: "closed" }));
    expect(await world.run(alice.room.send("x"))).toEqual(failed({ kind: "closed" }));
    expect(await world.run(alice.room.flushed(1000))).toEqual(failed({ kind: "closed" }));
  });

  it("tell who listens, each as often as it listens, until it stops", async () => {
    const world = new World();
    const [alice] = await twoIn(world);
    await world.pass(60_000);
    const heard: string[] = [];
    const listener = () => heard.push("x");
    const [first, second] = [alice.room.watch(listener), alice.room.watch(listener)];
    driving(alice).state.tell({ type: "changed" });
    first();
    driving(alice).state.tell({ type: "changed" });
    second();
    driving(alice).state.tell({ type: "changed" });
    expect(heard).toHaveLength(3);
  });
});
