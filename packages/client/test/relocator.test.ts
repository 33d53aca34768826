import { beforeEach, describe, expect, it } from "vitest";
import type { Relocation } from "../src/store/relocation.js";
import { Relocator } from "../src/work/relocator.js";
import type { RoomState } from "../src/work/roomState.js";
import { driving } from "./scripted.js";
import { twoIn, World } from "./world.js";

type Asked = { readonly type: string; readonly [field: string]: unknown };
const error = (name: string, retryAfter = 0) => ({ type: "error", error: name, retryAfter, position: null });

describe("what the new relay of a room is brought", () => {
  let world: World;
  let state: RoomState;
  let relocator: Relocator;
  /** What the new relay was asked, and what it answers. */
  let asked: Asked[];
  let answer: (body: Asked) => Asked;
  /** The same of the old one, or that nobody answers there. */
  let oldAsked: Asked[];
  let oldAnswer: ((body: Asked) => Asked) | null;
  let hasOld: boolean;
  let proofs: number;

  beforeEach(async () => {
    world = new World();
    const [alice] = await twoIn(world);
    await world.pass(60_000);
    state = driving(alice).state;
    [asked, oldAsked, proofs, hasOld] = [[], [], 0, true];
    answer = ({ type }) => (type === "readRoster" ? { type: "roster", records: [] } : { type: "done" });
    oldAnswer = () => ({ type: "done" });
    const old = {
      use: (_timeout: number, work: (welcome: unknown) => Promise<unknown>) =>
        oldAnswer === null ? Promise.resolve(null) : work({ challenge: new Uint8Array(32) }),
      request: (body: Asked) => {
        oldAsked.push(body);
        return Promise.resolve(oldAnswer!(body));
      },
    };
    const connection = {
      ...{ welcome: {}, number: 1, find: () => (hasOld ? old : null) },
      request: (body: Asked) => {
        asked.push(body);
        return Promise.resolve(answer(body));
      },
    };
    const work = { state, connection, plan: () => undefined };
    const sync = { canSend: true, isLive: true, isRoomUnknown: false, isRoomLost: false, restart: () => undefined };
    relocator = new Relocator(work as never, sync as never, { give: () => proofs++ } as never);
    relocator.mount();
  });

  const hashOf = (record: Uint8Array) => state.ports.crypto.hash("sha256", record);

  /** The room has moved with the record at `moved`; those are all, the charter's first. */
  async function moved(records: readonly Uint8Array[], at: number, change: Partial<Relocation> = {}): Promise<void> {
    const room = state.room!;
    room.moving.rosterRecords = () => [...records];
    const adoption = {
      ...{ roomTag: room.tag, n: room.lastCommit - 1, head: new Uint8Array(32), epoch: room.epoch - 1 },
      ...{ payload: new Uint8Array(1), attachment: records[at] ?? new Uint8Array(1), nextWriteKey: new Uint8Array(32) },
    };
    const left = { isThere: true, isBrought: false, isForwarded: false, slots: room.slots(state.now()) };
    const since = state.now();
    const all: Relocation = {
      ...{ from: "ws://old", to: "ws://new", adoption, writeSeed: new Uint8Array(32), since, isOwn: true },
      ...left,
      ...change,
    };
    await world.run(
      state.transact((tx) => {
        state.keepRelocation(tx, all);
      }),
    );
    relocator.advance();
  }
  const record = (n: number, size = 8) => new Uint8Array(size).fill(n >> 8).fill(n & 255, 0, 4);
  const brought = () => asked.filter(({ type }) => type === "bringRoster") as unknown as BringRoster[];
  interface BringRoster {
    readonly after: Uint8Array;
    readonly records: readonly Uint8Array[];
  }

  it("is all that was decided before it moved, the newest first, 512 at a time, each part after the one before", async () => {
    const records = Array.from({ length: 1500 }, (_, n) => record(n));
    await moved(records, 1480);
    await world.pass(100);
    expect(asked[0]).toEqual({ type: "readRoster", roomTag: state.room!.tag, record: hashOf(records[0]!) });
    const parts = brought();
    expect(parts.map((part) => part.records.length)).toEqual([512, 512, 456]);
    // What was decided since is there already.
    expect(parts.flatMap((part) => part.records)).toEqual(records.slice(0, 1480).toReversed());
    const before = [1480, 1480 - 512, 1480 - 1024].map((at) => hashOf(records[at]!));
    expect(parts.map(({ after }) => after)).toEqual(before);
    expect(proofs).toBe(1);
    expect([relocator.isDone, state.relocation?.isBrought]).toEqual([true, true]);
  });

  it("is in parts that a relay takes, by their bytes too, and a large record alone", async () => {
    const sizes = [10, 600_000, 200_000, 200_000, 200_000, 124_288, 10];
    await moved(
      sizes.map((size, n) => record(n, size)),
      6,
    );
    await world.pass(100);
    expect(brought().map((part) => part.records.map(({ length }) => length))).toEqual([
      [124_288, 200_000, 200_000],
      [200_000],
      [600_000],
      [10],
    ]);
    expect(relocator.isDone).toBe(true);
  });

  it("is nothing where it has all of it, or where this device does not", async () => {
    const records = [record(0), record(1), record(2)];
    answer = () => ({ type: "roster", records: [record(0)] });
    await moved(records, 2);
    await world.pass(100);
    expect([asked.length, relocator.isDone]).toEqual([1, true]);
    asked = [];
    await moved(records, 2, { adoption: { ...state.relocation!.adoption, attachment: record(9) } });
    await world.pass(100);
    await moved([], 0);
    await world.pass(100);
    expect([asked.length, relocator.isDone]).toEqual([0, true]);
  });

  it("is brought again until it is there: where it is not said what is there, or a part is refused", async () => {
    let refusals = 0;
    answer = ({ type }) => {
      if (refusals++ === 0) return error("rate_limited");
      if (type === "readRoster") return { type: "roster", records: [] };
      return refusals === 3 ? error("rate_limited") : { type: "done" };
    };
    await moved([record(0), record(1)], 1);
    await world.pass(10);
    expect([relocator.isDone, oldAsked.length]).toEqual([false, 0]);
    await world.until(() => relocator.isDone);
    expect(asked.map(({ type }) => type)).toEqual([
      "readRoster",
      "readRoster",
      "bringRoster",
      "readRoster",
      "bringRoster",
    ]);
  });

  it("and the old one gets the links, with what proves that a member puts them; once it takes them, that is all", async () => {
    const open = state.room!.slots(state.now());
    expect(open).toHaveLength(1);
    await moved([record(0), record(1)], 1, { isBrought: true });
    await world.pass(100);
    expect(asked).toEqual([]);
    const roomTag = state.room!.tag;
    expect(oldAsked).toMatchObject([
      { type: "prove", roomTag, epoch: state.relocation!.adoption.epoch + 1 },
      { type: "putSlot", roomTag, life: 0, slot: { slotId: open[0]!.slotId } },
    ]);
    expect([relocator.isDone, state.relocation?.isForwarded]).toEqual([true, true]);
  });

  it("and the old one is asked again while nobody is there, or it cannot take them now; a no, or no such relay, ends that", async () => {
    const all: (typeof oldAnswer)[] = [
      null,
      ({ type }) => (type === "prove" ? { type: "done" } : { type: "lost" }),
      ({ type }) => (type === "prove" ? { type: "done" } : error("rate_limited", 5)),
    ];
    for (const each of all) {
      oldAnswer = each;
      await moved([record(0), record(1)], 1, { isBrought: true });
      await world.pass(60_000);
      // RULE move.dead-waits-nobody: nothing waits for it, and it is not given up.
      expect([relocator.isDone, state.relocation?.isForwarded]).toEqual([true, false]);
    }
    oldAnswer = ({ type }) => (type === "prove" ? { type: "done" } : error("room_unknown"));
    await world.until(() => state.relocation?.isForwarded === true);
    [oldAnswer, hasOld] = [null, false];
    await moved([record(0), record(1)], 1, { isBrought: true });
    await world.pass(100);
    expect(relocator.isDone).toBe(true);
  });

  it("RULE client.asked-to-wait: is brought no sooner than it asks for, whatever else there is to do", async () => {
    const asks = (body: Asked) => (body.type === "readRoster" ? error("rate_limited", 120_000) : { type: "done" });
    answer = asks;
    await moved([record(0), record(1)], 1);
    await world.pass(100);
    expect(asked).toHaveLength(1);
    // Another move is another chore, at the same relay.
    state.room!.moving.rosterRecords = () => [record(0), record(1)];
    const { adoption } = state.relocation!;
    await moved([record(0), record(1)], 1, { adoption: { ...adoption, n: adoption.n + 1 } });
    await world.pass(110_000);
    expect(asked).toHaveLength(1);
    await world.pass(60_000);
    expect(asked.length).toBeGreaterThan(1);
  });

  it("the links as they were when it moved, whatever was decided since; where there were none it is not asked", async () => {
    const [slot] = state.room!.slots(state.now());
    const put = async (...slots: Relocation["slots"]) => {
      oldAsked = [];
      await moved([record(0), record(1)], 1, { isBrought: true, slots });
      await world.pass(100);
      expect([relocator.isDone, state.relocation?.slots]).toEqual([true, []]);
      return oldAsked.filter(({ type }) => type === "putSlot").map((each) => each["slot"]);
    };
    expect(await put()).toEqual([]);
    expect(oldAsked).toEqual([]);
    const other = { ...slot!, blob: new Uint8Array(5) };
    expect(await put(other)).toEqual([other]);
  });
});
