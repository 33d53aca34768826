import { done, failed, toHex, type Result } from "@conclave/codec";
import type { Problem } from "@conclave/client";
import { beforeEach, describe, expect, it } from "vitest";
import { PleaAnswers } from "../src/work/pleaAnswers.js";
import type { RoomState } from "../src/work/roomState.js";
import { driving, passFor, workOf } from "./scripted.js";
import { twoIn, World } from "./world.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** What a plea under test is: its number, from whose leaf, for which door; `key`: whether we know it; `standing`: what the room finds. */
interface Scripted {
  readonly request: number;
  readonly leaf?: number;
  readonly door?: number;
  readonly key?: "known" | "unknown" | "none";
  readonly standing?: "ahead" | "behind" | "out";
  readonly isJunk?: boolean;
}
type Said = { readonly type: string; readonly error?: string; readonly retryAfter?: number };

const relaySays = (error: string, retryAfter = 0): Result<void, Problem> =>
  failed({ kind: "relay", error, retryAfter } as Problem);

describe("who answers pleas", () => {
  let world: World;
  let state: RoomState;
  let work: ReturnType<typeof workOf>;
  let worker: PleaAnswers;
  let sync: { canSend: boolean; isLive: boolean };
  let pleas: Scripted[];
  let isListed: boolean;
  let commit: number;
  /** What was done, in its order: a door put, a plea answered or thrown away. */
  let log: string[];
  /** And when the answers were given. */
  let at: number[];
  let putSays: () => Said;
  let answerSays: () => Result<void, Problem>;
  let removeSays: () => Result<void, Problem>;
  let hasDoor: boolean;

  beforeEach(async () => {
    world = new World();
    const [alice, bob] = await twoIn(world);
    await world.pass(2 * MINUTE);
    work = workOf(alice);
    driving(bob).stop();
    ({ state } = work);
    [pleas, log, at, isListed, commit, hasDoor] = [[], [], [], true, 100, true];
    sync = { canSend: true, isLive: true };
    putSays = () => ({ type: "done" });
    answerSays = removeSays = () => done(undefined);
    const room = state.room!;
    const leaves = new Map(Array.from({ length: 40 }, (_, n) => [toHex(leafOf(n)), {}]));
    const roster = { ...room.roster, leaves } as unknown as typeof room.roster;
    Object.defineProperty(room, "roster", { value: roster, configurable: true });
    Object.defineProperty(room, "lastCommit", { get: () => commit });
    const pleaOf = (blob: Uint8Array) => pleas.find(({ request }) => request === blob[0])!;
    const opening = ({ doorId }: { doorId: Uint8Array }) => ({ slot: { slotId: doorId } });
    Object.assign(room.doors, {
      keyRecordOfPlea: (blob: Uint8Array) => {
        const { key = "known" } = pleaOf(blob);
        return key === "none" ? null : `plea/${key}`;
      },
      readPlea: (blob: Uint8Array) => {
        const { request, leaf = request, door = request, isJunk = false } = pleaOf(blob);
        return isJunk ? null : { request, leaf: leafOf(leaf), doorId: new Uint8Array([door]) };
      },
      pleaStanding: ({ request }: Scripted) => pleas.find((each) => each.request === request)!.standing ?? "behind",
      openDoorFor: (plea: { doorId: Uint8Array }) => (hasDoor ? opening(plea) : null),
      tellRemoval: () => (hasDoor ? { slot: null } : null),
    });
    await world.run(
      state.transact((tx) => {
        tx.put(`${state.keys.state}plea/known`, new Uint8Array(1));
      }),
    );
    const connection = {
      ...(work.connection as object),
      request: ({ slot }: { slot: { slotId: Uint8Array } }) => {
        log.push(`door ${String(slot.slotId[0])}`);
        return Promise.resolve(putSays());
      },
    };
    const requests = {
      get isListed() {
        return isListed;
      },
      get pleas() {
        return pleas.map(({ request }) => ({ request, slotId: null, blob: new Uint8Array([request]) }));
      },
      answerPlea: (request: number) => settled(`answer ${String(request)}`, answerSays(), request),
      remove: (request: number) => settled(`remove ${String(request)}`, removeSays(), request),
    };
    worker = new PleaAnswers(
      Object.assign(work, { connection }),
      sync as never,
      requests as never,
      { give: () => 0 } as never,
    );
    worker.mount();
  });

  const leafOf = (n: number) => new Uint8Array(32).fill(n);

  function settled(what: string, result: Result<void, Problem>, request: number): Promise<Result<void, Problem>> {
    log.push(what);
    at.push(world.clock.now());
    if (result.ok) pleas = pleas.filter((each) => each.request !== request);
    return Promise.resolve(result);
  }

  /** What was done in so many milliseconds. */
  async function within(ms: number): Promise<string[]> {
    await passFor(world, work, worker, ms);
    return log.splice(0);
  }

  it("puts the door first, and then answers; the next one has its turn after that", async () => {
    pleas = [{ request: 1 }, { request: 2 }];
    expect(worker.isIdle).toBe(false);
    expect(await within(25 * SECOND)).toEqual(["door 1", "answer 1", "door 2", "answer 2"]);
    expect(worker.isIdle).toBe(true);
    isListed = false;
    expect(worker.isIdle).toBe(false);
  });

  it("does nothing for a plea while nothing can be sent, nor who is leaving", async () => {
    pleas = [{ request: 1 }];
    sync.canSend = false;
    expect(await within(MINUTE)).toEqual([]);
    sync.canSend = true;
    state.leaving = 5;
    expect(await within(MINUTE)).toEqual([]);
    state.leaving = null;
    expect(await within(20 * SECOND)).toHaveLength(2);
  });

  it("waits for a turn of its own, and ten seconds at most, however many there are", async () => {
    const room = state.room!;
    const { roster, self } = room;
    Object.assign(state.ports, { random: (length: number) => new Uint8Array(length).fill(128, 0, 1) });
    const [someone] = [...roster.members.values()];
    const withLeaf = (leaf: Uint8Array) => ({ ...someone!, devices: [{ ...someone!.devices[0]!, leaf }] });
    const turns: number[] = [];
    for (const count of [0, 6, 200]) {
      const members = new Map([
        ["own", withLeaf(self.leaf)],
        ...Array.from({ length: count }, (_, n) => [String(n), withLeaf(leafOf(n))] as const),
      ] as never);
      Object.defineProperty(room, "roster", { value: { ...roster, members }, configurable: true });
      const of: number[] = [];
      for (const round of [1, 30, 60, 90, 120, 150, 180, 210]) {
        pleas = [{ request: round + turns.length }];
        const began = world.clock.now();
        await within(12 * SECOND);
        of.push(at.splice(0)[0]! - began);
      }
      turns.push(Math.max(...of));
      // Half a step, as drawn, behind those before it.
      expect(of.every((ms) => ms === 10 * SECOND || ms % 500 === 250)).toBe(true);
      expect(Math.max(...of)).toBeLessThan(11 * SECOND);
    }
    expect(turns[0]).toBeLessThan(2 * SECOND);
    expect(turns[1]).toBeGreaterThan(2 * SECOND);
    expect(turns[1]).toBeLessThan(6 * SECOND);
    expect(turns[2]).toBeGreaterThan(8 * SECOND);
  });

  it("leaves a plea of somebody who is ahead, until the room has changed", async () => {
    pleas = [{ request: 1, standing: "ahead" }];
    await within(20 * SECOND);
    pleas = [{ request: 1 }];
    expect(await within(50 * MINUTE)).toEqual([]);
    commit++;
    expect(await within(20 * SECOND)).toEqual(["door 1", "answer 1"]);
  });

  it("and comes back to it after an hour, by itself, where it has not", async () => {
    pleas = [{ request: 1, standing: "ahead" }];
    await within(20 * SECOND);
    pleas = [{ request: 1 }];
    worker.advance();
    await world.pass(HOUR + MINUTE);
    expect(log).toEqual(["door 1", "answer 1"]);
  });

  it("opens no door again that it has just put: the same plea waits for five minutes, one for another door does not", async () => {
    pleas = [{ request: 1, leaf: 3, door: 3 }];
    expect(await within(20 * SECOND)).toEqual(["door 3", "answer 1"]);
    pleas = [{ request: 2, leaf: 3, door: 3 }];
    expect(await within(4 * MINUTE)).toEqual([]);
    expect(await within(35 * SECOND)).toEqual([]);
    expect(await within(2 * MINUTE)).toEqual(["door 3", "answer 2"]);
    pleas = [{ request: 3, leaf: 3, door: 4 }];
    expect(await within(20 * SECOND)).toEqual(["door 4", "answer 3"]);
  });

  it("keeps sixteen doors in step with the room, the newest ones, at once, and each for an hour", async () => {
    for (let n = 1; n <= 18; n++) {
      pleas = [{ request: n }];
      await within(12 * SECOND);
    }
    log = [];
    commit++;
    expect((await within(3 * SECOND)).sort()).toEqual(
      Array.from({ length: 16 }, (_, n) => `door ${String(n + 3)}`).sort(),
    );
    expect(await within(10 * MINUTE)).toEqual([]);
    await within(HOUR - 10 * MINUTE);
    commit++;
    expect(await within(20 * SECOND)).toEqual([]);
    // To the millisecond.
    at = [];
    pleas = [{ request: 20 }];
    await within(20 * SECOND);
    await within(at[0]! + HOUR - 1 - world.clock.now());
    commit++;
    expect(await within(0)).toEqual(["door 20"]);
    await within(1);
    commit++;
    expect(await within(0)).toEqual([]);
  });

  it("keeps no door for a leaf that is not in the room any more", async () => {
    pleas = [{ request: 1 }];
    await within(20 * SECOND);
    const room = state.room!;
    const leaves = new Map([...room.roster.leaves].filter(([leaf]) => leaf !== toHex(leafOf(1))));
    Object.defineProperty(room, "roster", { value: { ...room.roster, leaves }, configurable: true });
    commit++;
    expect(await within(20 * SECOND)).toEqual([]);
  });

  it("puts a door again that the relay could not take for now; one that it refuses waits for the next change", async () => {
    pleas = [{ request: 1 }];
    await within(20 * SECOND);
    putSays = () => ({ type: "error", error: "rate_limited", retryAfter: 1000 });
    commit++;
    await within(10 * SECOND);
    putSays = () => ({ type: "done" });
    expect(await within(MINUTE)).toEqual(["door 1"]);
    expect(await within(MINUTE)).toEqual([]);
    putSays = () => ({ type: "error", error: "token_denied", retryAfter: 0 });
    commit++;
    expect(await within(5 * SECOND)).toEqual(["door 1"]);
    expect(await within(MINUTE)).toEqual([]);
    // Of a leaf that can be given no door now there is none to put.
    hasDoor = false;
    commit++;
    expect(await within(MINUTE)).toEqual([]);
    [hasDoor, putSays] = [true, () => ({ type: "done" })];
    commit++;
    expect(await within(MINUTE)).toEqual(["door 1"]);
  });

  it("asks again with a lost connection's answer, and says nothing then", async () => {
    pleas = [{ request: 1 }];
    await within(20 * SECOND);
    commit++;
    putSays = () => ({ type: "lost" });
    await within(SECOND);
    putSays = () => ({ type: "done" });
    log = [];
    expect(await within(MINUTE)).toEqual(["door 1"]);
    pleas = [{ request: 2 }];
    putSays = () => ({ type: "lost" });
    expect((await within(12 * SECOND))[0]).toBe("door 2");
    expect(log.filter((each) => each.startsWith("answer"))).toEqual([]);
    putSays = () => ({ type: "done" });
    expect(await within(2 * MINUTE)).toContain("answer 2");
  });

  it("RULE plea.next: a plea whose door or answer is refused keeps nobody from being answered after it", async () => {
    pleas = [{ request: 1 }, { request: 2 }];
    let times = 0;
    putSays = () => (++times === 1 ? { type: "error", error: "token_denied", retryAfter: 0 } : { type: "done" });
    expect(await within(30 * SECOND)).toEqual(["door 1", "door 2", "answer 2"]);
    // After a minute it is looked at once more.
    expect(await within(MINUTE)).toEqual(["door 1", "answer 1"]);
    pleas = [{ request: 3 }, { request: 4 }];
    times = 0;
    putSays = () => ({ type: "done" });
    answerSays = () => (++times === 1 ? relaySays("token_denied") : done(undefined));
    expect(await within(30 * SECOND)).toEqual(["door 3", "answer 3", "door 4", "answer 4"]);
  });

  it("answers again soon where the answer was lost, or could not be taken for now: the door is put once more", async () => {
    const lost: Result<void, Problem> = failed({ kind: "unreachable" });
    for (const problem of [lost, relaySays("rate_limited", 1000)]) {
      pleas = [{ request: 1, leaf: 5, door: pleas.length }];
      answerSays = () => problem;
      expect((await within(11 * SECOND))[1]).toBe("answer 1");
      answerSays = () => done(undefined);
      expect((await within(40 * SECOND)).slice(-1)).toEqual(["answer 1"]);
      expect(await within(10 * MINUTE)).toEqual([]);
    }
  });

  it("tells who was taken out by what it has kept of the roster, and by nothing else", async () => {
    const given: string[][] = [];
    Object.assign(state.room!.doors, {
      tellRemoval: (_plea: unknown, records: readonly (readonly [string, Uint8Array])[]) => {
        given.push(records.map(([key]) => key));
        return { slot: null };
      },
    });
    pleas = [{ request: 1, standing: "out" }];
    await within(20 * SECOND);
    expect(given[0]!.length).toBeGreaterThan(0);
    expect(given[0]!.every((key) => key.startsWith("x/"))).toBe(true);
  });

  it("RULE plea.bounded: throws away what nobody can open, and what has no door and no decision to tell of", async () => {
    pleas = [{ request: 1, key: "none" }];
    expect(await within(20 * SECOND)).toEqual(["remove 1"]);
    pleas = [{ request: 2, isJunk: true }];
    expect(await within(20 * SECOND)).toEqual(["remove 2"]);
    hasDoor = false;
    pleas = [{ request: 3 }, { request: 4, standing: "out" }];
    expect(await within(30 * SECOND)).toEqual(["remove 3", "remove 4"]);
    hasDoor = true;
    pleas = [{ request: 5, standing: "out" }];
    expect(await within(20 * SECOND)).toEqual(["answer 5"]);
    // There is no door that could be kept in step.
    commit++;
    expect(await within(20 * SECOND)).toEqual([]);
  });

  it("RULE plea.unknown-key: throws away after a minute what is under a key that it does not know, each from when it came", async () => {
    pleas = [{ request: 1, key: "unknown" }];
    expect(await within(55 * SECOND)).toEqual([]);
    pleas.push({ request: 2, key: "unknown" });
    expect(await within(30 * SECOND)).toEqual(["remove 1"]);
    expect(await within(MINUTE)).toEqual(["remove 2"]);
    // One that was taken away meanwhile, and comes again under the same number, has its own minute.
    pleas = [{ request: 3, key: "unknown" }];
    await within(20 * SECOND);
    pleas = [{ request: 4, key: "unknown" }];
    await within(20 * SECOND);
    pleas = [{ request: 3, key: "unknown" }];
    commit++;
    expect(await within(50 * SECOND)).toEqual([]);
    expect(await within(30 * SECOND)).toEqual(["remove 3"]);
  });

  it("and does not, where it may be behind itself", async () => {
    state.comingBack = { why: "unopened" } as never;
    pleas = [{ request: 1, key: "unknown" }];
    expect(await within(3 * MINUTE)).toEqual([]);
    state.comingBack = null;
    expect(await within(90 * SECOND)).toEqual(["remove 1"]);
  });

  it("answers nobody while it waits for a door itself; what anybody could have left is no reason for that", async () => {
    let unopened: object | null = null;
    Object.defineProperty(state.room!.doors, "unopened", { get: () => unopened });
    for (const [why, found, count] of [
      ["copy", null, 0],
      ["unopened", {}, 0],
      ["unopened", null, 2],
    ] as const) {
      state.comingBack = { why } as never;
      unopened = found;
      pleas = [{ request: 1 }];
      expect(await within(20 * SECOND)).toHaveLength(count);
    }
  });

  it("leaves what only members may take away for an hour, and what the relay is too busy for until then", async () => {
    removeSays = () => relaySays("on_probation");
    pleas = [{ request: 1, isJunk: true }];
    expect(await within(20 * SECOND)).toEqual(["remove 1"]);
    removeSays = () => done(undefined);
    expect(await within(59 * MINUTE)).toEqual([]);
    expect(await within(2 * MINUTE)).toEqual(["remove 1"]);
    removeSays = () => relaySays("rate_limited", 30_000);
    pleas = [{ request: 2, isJunk: true }, { request: 3 }];
    expect(await within(25 * SECOND)).toEqual(["remove 2", "door 3", "answer 3"]);
    removeSays = () => done(undefined);
    expect(await within(40 * SECOND)).toEqual(["remove 2"]);
    removeSays = () => relaySays("storage_busy", 30_000);
    pleas = [{ request: 5, isJunk: true }];
    expect((await within(25 * SECOND)).length).toBeGreaterThan(1);
    removeSays = () => done(undefined);
    await within(MINUTE);
    // Whatever else goes wrong, it is tried again soon.
    removeSays = () => failed({ kind: "unreachable" });
    pleas = [{ request: 4, isJunk: true }];
    await within(12 * SECOND);
    removeSays = () => done(undefined);
    log = [];
    expect(await within(30 * SECOND)).toEqual(["remove 4"]);
  });

  it("looks at all of them again on the next connection", async () => {
    pleas = [{ request: 1, standing: "ahead" }];
    await within(20 * SECOND);
    pleas = [{ request: 1 }];
    worker.offline();
    expect(await within(20 * SECOND)).toEqual(["door 1", "answer 1"]);
  });
});
