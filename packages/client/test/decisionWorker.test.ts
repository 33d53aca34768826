import { type CommitRequest, decodeAppend } from "@conclave/protocol";
import { beforeEach, describe, expect, it } from "vitest";
import { Decisions } from "../src/work/decisions.js";
import type { RoomState } from "../src/work/roomState.js";
import { passFor, workOf } from "./scripted.js";
import { twoIn, World } from "./world.js";

const SECOND = 1000;

let world: World;
let state: RoomState;
let work: ReturnType<typeof workOf>;
let decisions: Decisions;
let connection: { welcome: object | null; number: number; append: (encoded: Uint8Array) => Promise<object> };
let sync: Record<"canAsk" | "canSend" | "isElsewhere", boolean> & { reached: number[]; lags: number };
/** When something was appended, and by which id. */
let appended: { at: number; id: string }[];
let answer: () => object | Promise<object>;
let told: { type: string }[];
const unanswered: ((answer: object) => void)[] = [];

beforeEach(async () => {
  world = new World();
  const [alice] = await twoIn(world);
  await world.pass(60 * SECOND);
  [appended, told] = [[], []];
  work = workOf(alice);
  ({ state } = work);
  state.tell = (event) => void told.push(event);
  connection = {
    welcome: {},
    number: 1,
    append: (encoded) => {
      const frame = decodeAppend(encoded);
      appended.push({ at: world.clock.now(), id: String(frame.appendId) });
      return Promise.resolve(answer());
    },
  };
  work.connection = connection as never;
  answer = () => new Promise((resolve) => unanswered.push(resolve));
  sync = { canAsk: true, canSend: true, isElsewhere: false, reached: [], lags: 0 };
  const parts = {
    ...work,
    plan: () => {
      work.plan();
    },
    sync: Object.assign(sync, {
      reach: (n: number) => sync.reached.push(n),
      lagged: () => sync.lags++,
      hindrance: null,
      isComingBack: false,
    }),
    sender: { refusal: null },
  };
  decisions = new Decisions(parts as never, { give: () => undefined } as never);
  decisions.mount();
});

const pass = (ms: number) => passFor(world, work, decisions, ms);
const titled = (title: string): CommitRequest => ({ type: "setTitle", title });
const refusal = (error: string, position: object | null = null) => ({ type: "error", error, retryAfter: 0, position });

/** Decides, and gives what came of it so far. */
function decide(wanted = titled("Meadow"), options: Parameters<Decisions["decide"]>[1] = {}): { is: object | null } {
  const outcome: { is: object | null } = { is: null };
  void decisions.decide(wanted, options).then((result) => (outcome.is = result));
  return outcome;
}

/** The connection ends, and another one is there. */
function cut(): void {
  for (const lose of unanswered.splice(0)) lose({ type: "lost" });
  decisions.offline();
  connection.number++;
}

/** A commit came that this device could not open. */
function unopened(is: boolean): void {
  Object.defineProperty(state.room!.doors, "unopened", { configurable: true, get: () => is });
}

describe("a device that decides", () => {
  it("stores its commit before it sends it, once on a connection, and has work until the log shows it", async () => {
    expect(decisions.hasWork).toBe(false);
    const outcome = decide();
    expect(decisions.hasWork).toBe(true);
    await pass(5 * SECOND);
    expect(appended).toHaveLength(1);
    expect([state.room!.pending !== null, outcome.is, decisions.hasWork]).toEqual([true, null, true]);
    cut();
    await pass(SECOND);
    expect(appended.map(({ id }) => id)).toEqual([appended[0]!.id, appended[0]!.id]);
  });

  it("has work where only a commit is left of what somebody waited for", async () => {
    decide();
    await pass(91 * SECOND);
    expect([state.room!.pending !== null, decisions.hasWork]).toEqual([true, true]);
    cut();
    sync.canAsk = false;
    await pass(SECOND);
    state.room!.discardPending();
    expect(decisions.hasWork).toBe(false);
  });

  it("attack 68: RULE client.no-keys-alone: changes nothing for twenty seconds after a commit that it could not open", async () => {
    unopened(true);
    const began = world.clock.now();
    decide();
    await pass(19.9 * SECOND);
    expect(appended).toEqual([]);
    // Nobody has shown a way in: then it goes on.
    state.comingBack = { since: began } as never;
    await pass(SECOND);
    expect(appended).toHaveLength(1);
    expect(appended[0]!.at - began).toBeGreaterThanOrEqual(20 * SECOND);
  });

  it("counts that wait from when it began to come back, and ends it when the way is open", async () => {
    unopened(true);
    const began = world.clock.now();
    state.comingBack = { since: began - 15 * SECOND } as never;
    decide();
    await pass(4.9 * SECOND);
    expect(appended).toEqual([]);
    await pass(SECOND);
    expect(appended).toHaveLength(1);
    cut();
    sync.canAsk = false;
    await pass(SECOND);
    state.room!.discardPending();
    decisions.stop({ kind: "closed" } as never);
    sync.canAsk = true;
    state.comingBack = { since: world.clock.now() } as never;
    decide(titled("Orchard"));
    await pass(10 * SECOND);
    expect(appended).toHaveLength(1);
    unopened(false);
    await pass(10);
    expect(appended).toHaveLength(2);
  });

  it("attack 23: RULE client.unknown-told: tells who waits that it is on its way when the connection stays away for fifteen seconds", async () => {
    const outcome = decide();
    await pass(SECOND);
    sync.canSend = false;
    decisions.offline();
    await pass(14.9 * SECOND);
    expect(outcome.is).toBe(null);
    await pass(SECOND);
    expect(outcome.is).toMatchObject({ ok: false, error: { kind: "underway" } });
    expect(decisions.hasWork).toBe(true);
  });

  it("tells nobody that where the connection is back by then", async () => {
    const outcome = decide();
    await pass(SECOND);
    decisions.offline();
    await pass(16 * SECOND);
    expect(outcome.is).toBe(null);
  });

  it("tries a commit four times that the relay refuses, gives it up, and says why", async () => {
    answer = () => refusal("storage_full");
    const outcome = decide();
    await pass(60 * SECOND);
    expect(appended).toHaveLength(4);
    expect(outcome.is).toMatchObject({ ok: false, error: { kind: "relay", error: "storage_full" } });
    expect([state.room!.pending, decisions.hasWork]).toEqual([null, false]);
  });

  it("has the log read where the relay says that another commit came first, and a refusal of the same place is a refusal", async () => {
    const { lastCommit } = state.room!;
    answer = () => refusal("stale_epoch", { n: 77, lastCommit: lastCommit + 1 });
    const outcome = decide();
    await pass(30 * SECOND);
    expect([appended.length, sync.reached, outcome.is]).toEqual([1, [77], null]);
    decisions.offline();
    connection.number++;
    answer = () => refusal("stale_epoch", { n: 77, lastCommit });
    await pass(30 * SECOND);
    expect(sync.reached).toEqual([77]);
    expect(outcome.is).toMatchObject({ ok: false, error: { kind: "relay", error: "stale_epoch" } });
  });

  it("attack 23: RULE client.acknowledged-shown: reads the log again where it lacks what the relay took, after fifteen seconds", async () => {
    const { n } = state.room!.cursor;
    answer = () => ({ type: "appended", n: n + 1, receipt: null });
    decide();
    await pass(14 * SECOND);
    expect(sync.lags).toBe(0);
    await pass(2 * SECOND);
    expect(sync.lags).toBe(1);
    // Not what belongs to a connection that is over, nor what the log has shown.
    for (const change of [() => connection.number++, () => state.room!.discardPending()]) {
      answer = () => ({ type: "appended", n: n + 1, receipt: null });
      cut();
      await pass(SECOND);
      answer = () => ({ type: "lost" });
      change();
      await pass(20 * SECOND);
      expect(sync.lags).toBe(1);
    }
  });

  it("does nothing while it may not ask, or while its room moves by its own commit", async () => {
    sync.canAsk = false;
    decide();
    await pass(20 * SECOND);
    expect(appended).toEqual([]);
    sync.canAsk = true;
    Object.defineProperty(state, "isMovingAlone", { configurable: true, get: () => true });
    await pass(SECOND);
    expect(appended).toEqual([]);
    Object.defineProperty(state, "isMovingAlone", { configurable: true, get: () => false });
    await pass(SECOND);
    expect(appended).toHaveLength(1);
  });

  it("does not send what is stored while nothing may be sent, and sends it once when it may", async () => {
    answer = () => ({ type: "lost" });
    decide();
    await pass(SECOND);
    sync.canSend = false;
    await pass(10 * SECOND);
    expect(appended).toHaveLength(1);
    sync.canSend = true;
    await pass(SECOND);
    expect(appended).toHaveLength(2);
  });

  it("attack 85: RULE client.keys-in-vain: makes new keys that come to nothing ever more rarely: after one minute, four, and so on", async () => {
    Object.assign(state.room!, { noteRefusedKey: () => null });
    const tries: number[] = [];
    const began = world.clock.now();
    decisions.decide = () => {
      tries.push(world.clock.now() - began);
      return Promise.resolve({ ok: false, error: { kind: "starved", losses: 12, by: [] } });
    };
    for (let second = 0; second < 10_000; second++) {
      decisions.lockedOut();
      await pass(SECOND);
    }
    const minutes = tries.slice(1).map((at, index) => Math.round((at - tries[index]!) / (60 * SECOND)));
    expect(minutes).toEqual([1, 4, 16, 60, 60]);
  });
});
