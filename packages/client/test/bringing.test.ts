import { beforeEach, describe, expect, it } from "vitest";
import { bringRecords, noteLacking, noteWhole, showNewest } from "../src/work/recovery.js";
import type { RoomState } from "../src/work/roomState.js";
import { driving } from "./scripted.js";
import { type Home, twoIn, World } from "./world.js";

interface Brought {
  readonly type: string;
  readonly fromN: number;
  readonly items: readonly { readonly n: number }[];
  readonly hashes: readonly Uint8Array[];
  readonly head: Uint8Array;
}
type Scripted = { readonly type: string; readonly [field: string]: unknown };

const HOUR = 3_600_000;

describe("what a device brings to a relay that was restored", () => {
  let world: World;
  let alice: Home;
  let state: RoomState;
  /** What the relay was asked, and when this device proved that it is a member, in their order. */
  let asked: (Brought | "prove")[];
  /** What the relay answers: by default it takes all. */
  let answer: (brought: Brought) => Scripted;
  beforeEach(async () => {
    world = new World();
    [alice] = await twoIn(world);
    for (let n = 0; n < 6; n++) await world.get(alice.room.send(`word ${String(n)}`));
    await world.until(() => alice.room.status().pending === 0);
    state = driving(alice).state;
    asked = [];
    answer = ({ fromN, items }) => ({ type: "brought", n: fromN - 1 + items.length });
  });

  const relay = {
    request: (body: Brought) => {
      asked.push(body);
      return Promise.resolve(answer(body));
    },
  };
  const bring = (relayN: number) =>
    world.run(bringRecords(state, relay as never, relayN, () => void asked.push("prove")));
  const brought = () => asked.filter((each) => each !== "prove");
  /** The relay has signed for the log as far as this, and for no more. */
  function sign(n: number): Uint8Array {
    const { receipts, cursor } = state.room!;
    const { newest } = receipts;
    const head = n === cursor.n ? cursor.head : state.room!.headAt(n)!;
    const receipt = { ...newest!.receipt, n, head };
    Object.defineProperty(receipts, "newest", { value: { ...newest!, receipt } });
    return head;
  }
  const numbers = ({ items }: Brought) => items.map(({ n }) => n);

  it("is all that it lacks: to the head that it signed at once, then what came after; it is proved to only once it knows the key", async () => {
    const { n } = state.room!.cursor;
    const head = sign(n - 2);
    expect(await bring(n - 5)).toBe("all");
    const [first, ...rest] = asked as [Brought, "prove", Brought, "prove"];
    expect([first.type, first.fromN, numbers(first), first.hashes]).toEqual([
      "bring",
      n - 4,
      [n - 4, n - 3, n - 2],
      [],
    ]);
    expect(first.head).toEqual(head);
    const [proved, second] = rest;
    expect([proved, second.fromN, numbers(second), second.hashes]).toEqual(["prove", n - 1, [n - 1, n], []]);
    expect(second.head).toEqual(state.room!.cursor.head);
    expect(rest.slice(2)).toEqual(["prove"]);
  });

  it("is nothing where it lacks nothing, or has signed nothing for us", async () => {
    const { n } = state.room!.cursor;
    expect(await bring(n)).toBe("all");
    expect(await bring(n + 3)).toBe("all");
    expect(brought()).toEqual([]);
    Object.defineProperty(state.room!.receipts, "newest", { value: null });
    asked = [];
    expect(await bring(0)).toBe("part");
    expect(asked).toEqual([]);
  });

  it("is not begun where something of it is not kept here; what came after the signed head is brought as far as it is", async () => {
    const { n } = state.room!.cursor;
    sign(n - 1);
    await state.ports.storage.commit([{ delete: state.keys.keptRecord(n - 3) }]);
    expect(await bring(n - 5)).toBe("part");
    expect(brought()).toEqual([]);
    expect(await bring(n - 3)).toBe("all");
    expect(brought().map(numbers)).toEqual([[n - 2, n - 1], [n]]);
    // Not even the last one of those that it signed for may be missing.
    asked = [];
    await state.ports.storage.commit([{ delete: state.keys.keptRecord(n - 1) }]);
    expect(await bring(n - 3)).toBe("part");
    await state.ports.storage.commit([{ delete: state.keys.keptRecord(n) }]);
    expect(await bring(n - 1)).toBe("part");
    expect(brought()).toEqual([]);
  });

  it("ends with what the relay says: that it has another log, that it takes nothing more, or nothing new", async () => {
    const { n } = state.room!.cursor;
    const says = async (said: Scripted) => {
      asked = [];
      answer = () => said;
      return [await bring(n - 3), asked.length];
    };
    sign(n - 1);
    const error = { type: "error", retryAfter: 0, position: null };
    expect(await says({ ...error, error: "unlinked" })).toEqual(["other", 1]);
    expect(await says({ ...error, error: "rate_limited" })).toEqual(["part", 1]);
    expect(await says({ type: "lost" })).toEqual(["part", 1]);
    expect(await says({ type: "brought", n: n - 3 })).toEqual(["part", 1]);
    expect(await says({ type: "brought", n: n - 4 })).toEqual(["part", 1]);
    // It has it from somebody else by now.
    expect(await says({ type: "brought", n })).toEqual(["all", 2]);
    expect(asked[1]).toBe("prove");
  });

  it("RULE client.brings-same: goes in parts that a relay takes, each with the hashes of what is still to come, and no more than 64", async () => {
    const { n } = state.room!.cursor;
    const big = (at: number) => ({
      ...{ n: at, kind: "message", epoch: 1, time: 1, pruned: false },
      attachment: new Uint8Array(0),
    });
    const all = Array.from({ length: 1500 }, (_, at) => ({
      ...big(at + 1),
      payload: new Uint8Array(at < 10 ? 150_000 : 10),
    }));
    let most = Number.POSITIVE_INFINITY;
    Object.defineProperty(state, "kept", {
      value: { from: (fromN: number) => Promise.resolve(all.slice(fromN - 1).slice(0, most)) },
    });
    Object.defineProperty(state.room!, "cursor", { value: { n: 1500, head: new Uint8Array(32) } });
    state.room!.headAt = (at) => new Uint8Array(32).fill(at % 251);
    sign(1400);
    expect(await bring(0)).toBe("all");
    const parts = brought();
    const counts = parts.map((part) => [part.items.length, part.hashes.length]);
    // Three large ones fit into one request, and 1024 small ones.
    expect(counts).toEqual([
      [3, 1397],
      [3, 1394],
      [3, 1391],
      [1024, 367],
      [367, 0],
      [100, 0],
    ]);
    expect(parts.slice(0, 5).map(({ head }) => head)).toEqual(parts.slice(0, 5).map(() => parts[0]!.head));
    expect(parts[5]!.head).toEqual(state.room!.headAt(1500));
    expect(parts.flatMap(numbers)).toEqual(all.map((item) => item.n));
    // One that takes one at a time is not served without end.
    asked = [];
    answer = ({ fromN }) => ({ type: "brought", n: fromN });
    expect(await bring(100)).toBe("part");
    expect(brought()).toHaveLength(64);
    expect(brought().at(-1)!.fromN).toBe(164);
    // What comes after the signed head goes on as far as it is kept in one piece.
    asked = [];
    answer = ({ fromN, items }) => ({ type: "brought", n: fromN - 1 + items.length });
    most = 30;
    expect(await bring(1400)).toBe("all");
    expect(brought().map(({ items }) => items.length)).toEqual([30, 30, 30, 10]);
    expect(n).toBeGreaterThan(0);
  });

  it("RULE client.show-first: is first the newest head that it signed, and nothing where it signed none", () => {
    showNewest(state, relay as never);
    const { newest } = state.room!.receipts;
    const { n, head } = state.room!.cursor;
    expect(asked).toEqual([
      { type: "bring", roomTag: state.room!.tag, receipt: newest, fromN: n + 1, items: [], hashes: [], head },
    ]);
    Object.defineProperty(state.room!.receipts, "newest", { value: null });
    showNewest(state, relay as never);
    expect(asked).toHaveLength(1);
  });
});

describe("a relay that says that it was restored", () => {
  let world: World;
  let alice: Home;
  let state: RoomState;
  const alarms = () => alice.room.status().alarms.map(({ code }) => code);
  beforeEach(async () => {
    world = new World();
    [alice] = await twoIn(world);
    state = driving(alice).state;
  });
  const lacks = (outcome: "all" | "part" | "other") => world.run(noteLacking(state, outcome));
  const isWhole = () => world.run(noteWhole(state));

  it("RULE client.recovery-ends: is waited for, for an hour from when it said so first, also over a restart", async () => {
    const began = world.clock.now();
    await lacks("part");
    expect(state.recovery).toEqual({ since: began, ended: 0 });
    await world.pass(HOUR / 2);
    await lacks("all");
    expect(state.recovery).toEqual({ since: began, ended: 0 });
    await world.run(alice.client.close());
    // The relay is not asked meanwhile.
    world.isDown = true;
    await alice.open();
    state = driving(alice).state;
    expect(state.recovery).toEqual({ since: began, ended: 0 });
    await world.pass(began + HOUR - world.clock.now());
    await lacks("part");
    expect(alarms()).toEqual([]);
    await world.pass(1);
    await lacks("part");
    expect(alarms()).toEqual(["ROLLBACK"]);
    expect(state.recovery).toEqual({ since: 0, ended: 0 });
  });

  it("RULE client.recovery-ends: and holds another log against what it signed, is told at once as one that shows less", async () => {
    await lacks("other");
    expect(alarms()).toEqual(["ROLLBACK"]);
    expect(state.recovery).toEqual({ since: 0, ended: 0 });
  });

  it("RULE client.recovery-ends: again within an hour of having all, is told as that; after an hour it is another accident", async () => {
    await lacks("part");
    await world.pass(1000);
    state.slotsFor = 7;
    await isWhole();
    const ended = world.clock.now();
    expect(state.recovery).toEqual({ since: 0, ended });
    // What is in its slots is as old as the copy.
    expect(state.slotsFor).toBe(-1);
    await world.pass(HOUR);
    await lacks("part");
    expect(alarms()).toEqual([]);
    expect(state.recovery).toEqual({ since: world.clock.now(), ended });
    await isWhole();
    await world.pass(HOUR - 1);
    await lacks("part");
    expect(alarms()).toEqual(["ROLLBACK"]);
  });

  it("and has all, is not noted where it never lacked anything", async () => {
    state.slotsFor = 7;
    await isWhole();
    expect([state.recovery, state.slotsFor]).toEqual([{ since: 0, ended: 0 }, 7]);
  });
});
