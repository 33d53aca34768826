import { beforeEach, describe, expect, it } from "vitest";
import { electionRank } from "../src/work/electionRank.js";
import { MirrorKeeper } from "../src/work/mirrorKeeper.js";
import type { RoomWork } from "../src/work/worker.js";
import { passFor, workOf } from "./scripted.js";
import { mirrored, ScriptedMirror } from "./scriptedMirror.js";
import type { Home, World } from "./world.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

let world: World;
let alice: Home;
let mirror: ScriptedMirror;
let keeper: MirrorKeeper;
let work: RoomWork;
let sync: { canSend: boolean; canAsk: boolean; askSigned: () => void };
let asksToSign: number;
/** What the mirror had when it was left alone, and what Alice has. */
let [had, n] = [0, 0];

async function scene(apart: number): Promise<void> {
  const made = await mirrored(apart);
  ({ world, alice } = made);
  had = made.n;
  n = had + apart;
  asksToSign = 0;
  sync = { canSend: true, canAsk: true, askSigned: () => asksToSign++ };
  mirror = await ScriptedMirror.at(world, made.core);
  work = { ...workOf(alice), connection: mirror.connection as never };
  keeper = new MirrorKeeper(work, sync as never);
  keeper.mount();
}

const pass = (ms: number) => passFor(world, work, keeper, ms);
const state = () => keeper.mirrors[0];
const refused = (error: string, retryAfter = 0) => ({ type: "error", error, retryAfter, position: null });
/** This answer to all that is brought. */
const toBrought = (answer: () => object) => (asked: { type: string }) => (asked.type === "bringCopy" ? answer() : null);

describe("a device that keeps its room's mirror", () => {
  beforeEach(() => scene(3));

  it("knows nothing of it before it has looked, then brings what it lacks, up to what the relay signed", async () => {
    expect(state()).toMatchObject({ state: "unknown", n: 0 });
    expect(keeper.isDone).toBe(false);
    await pass(20 * SECOND);
    expect(state()).toMatchObject({ state: "agrees", n });
    expect(keeper.isDone).toBe(true);
    const [brought, ...more] = mirror.of("bringCopy");
    expect(more).toEqual([]);
    expect(brought!.part).toMatchObject({ fromN: had + 1, items: { length: 3 }, hashes: [] });
    expect(brought!.part.receipt.receipt.n).toBe(n);
  });

  it("looks once an hour, and brings nothing while nothing can be sent", async () => {
    sync.canSend = false;
    await pass(SECOND);
    expect(state()).toMatchObject({ state: "agrees", n: had });
    const once = mirror.asked.length;
    await pass(HOUR - 2 * SECOND);
    expect(mirror.asked).toHaveLength(once);
    await pass(61 * SECOND);
    expect(mirror.asked).toHaveLength(2 * once);
    expect(mirror.of("bringCopy")).toEqual([]);
    expect(keeper.isDone).toBe(false);
  });

  it("looks at nothing where it may ask nothing", async () => {
    sync.canAsk = false;
    await pass(HOUR);
    expect(mirror.asked).toEqual([]);
  });

  it("looks again in two minutes where nobody answers", async () => {
    mirror.isUp = false;
    await pass(SECOND);
    expect(state()).toMatchObject({ state: "unreachable" });
    // It takes nothing from us now: nobody waits for it.
    expect(keeper.isDone).toBe(true);
    mirror.isUp = true;
    await pass(2 * MINUTE - 2 * SECOND);
    expect(mirror.asked).toEqual([]);
    await pass(MINUTE);
    expect(state()).toMatchObject({ state: "agrees", n });
  });

  it("leaves it to the others before it, four seconds for each", async () => {
    for (const [drawn, least, most] of [
      [0, 0, 0],
      [255, 3.9 * SECOND, 4 * SECOND],
    ] as const) {
      await scene(3);
      Object.assign(work.state.ports, { random: (length: number) => new Uint8Array(length).fill(drawn) });
      const { roster, self, epoch } = work.state.room!;
      const began = world.clock.now() + 4 * SECOND * electionRank(roster, self.leaf, epoch);
      let waited = -1;
      mirror.answer = ({ type }) => {
        if (type === "bringCopy") waited = world.clock.now() - began;
        return null;
      };
      await pass(20 * SECOND);
      expect(waited).toBeGreaterThanOrEqual(least);
      expect(waited).toBeLessThanOrEqual(most);
    }
  });

  it("brings what was pushed and is not signed for only once the relay has signed for it", async () => {
    const { receipts } = work.state.room!;
    const newest = receipts.newest!;
    const old = { ...newest, receipt: { ...newest.receipt, n: had } };
    Object.defineProperty(receipts, "newest", { configurable: true, get: () => old });
    await pass(20 * SECOND);
    expect(mirror.of("bringCopy")).toEqual([]);
    expect(asksToSign).toBeGreaterThan(0);
    expect(keeper.isDone).toBe(false);
    Object.defineProperty(receipts, "newest", { configurable: true, get: () => newest });
    await pass(MINUTE);
    expect(state()).toMatchObject({ state: "agrees", n });
  });

  it.each([
    ["refuses", () => refused("write_denied"), "refused", HOUR],
    ["does not answer", () => ({ type: "lost" }), "unreachable", 2 * MINUTE],
    ["says that it has less than it was brought", () => ({ type: "brought", n: had }), "unreachable", 2 * MINUTE],
  ])("leaves a mirror in peace that %s, until it looks again", async (_, answer, told, next) => {
    mirror.answer = toBrought(answer);
    await pass(next - 2 * SECOND);
    expect(mirror.of("bringCopy")).toHaveLength(1);
    expect(state()).toMatchObject({ state: told, n: had });
    expect(keeper.isDone).toBe(true);
    mirror.answer = () => null;
    await pass(HOUR);
    expect(state()).toMatchObject({ state: "agrees", n });
  });

  it("waits as long as a busy mirror asks for, tells it as busy, and goes on", async () => {
    mirror.answer = toBrought(() => refused("rate_limited", 90 * SECOND));
    await pass(20 * SECOND);
    expect(state()).toMatchObject({ state: "busy", n: had });
    expect(mirror.of("bringCopy")).toHaveLength(1);
    mirror.answer = () => null;
    await pass(60 * SECOND);
    expect(mirror.of("bringCopy")).toHaveLength(1);
    await pass(3 * MINUTE);
    expect(state()).toMatchObject({ state: "agrees", n });
  });

  it("looks once again where another was quicker, and stops bringing where nothing came of it", async () => {
    mirror.answer = toBrought(() => refused("stale_epoch"));
    await pass(2 * MINUTE - 2 * SECOND);
    expect(mirror.of("bringCopy")).toHaveLength(1);
    expect(state()).toMatchObject({ state: "unreachable", n: had });
  });

  it("goes on behind what another brought meanwhile", async () => {
    let isFirst = true;
    mirror.answer = async (asked) => {
      if (asked.type !== "bringCopy" || !isFirst) return null;
      isFirst = false;
      await mirror.carryOut(asked);
      return refused("stale_epoch");
    };
    await pass(20 * SECOND);
    expect(mirror.of("bringCopy")).toHaveLength(1);
    expect(state()).toMatchObject({ state: "agrees", n });
  });

  it("tells a mirror as refusing that says of the very next part that it does not fit", async () => {
    mirror.answer = toBrought(() => refused("unlinked"));
    await pass(20 * SECOND);
    expect(state()).toMatchObject({ state: "refused", n: had });
  });

  it("brings its part also where nobody signed what is there, and tells it as that", async () => {
    Object.assign(work.state.room!.mirrors, { read: () => null });
    mirror.answer = toBrought(() => refused("write_denied"));
    await pass(20 * SECOND);
    expect(mirror.of("bringCopy")).toHaveLength(1);
    expect(state()).toMatchObject({ state: "unsigned", n: 0 });
  });

  it("asks the relay for its word where a mirror contradicts it, and looks again after a minute", async () => {
    const { room } = work.state;
    Object.assign(room!.mirrors, {
      read: () => ({ stands: "other", noted: { delta: { put: [], delete: [] }, alarm: null } }),
    });
    const { receipts } = room!;
    const newest = receipts.newest!;
    Object.defineProperty(receipts, "newest", {
      configurable: true,
      get: () => ({ ...newest, receipt: { ...newest.receipt, n: n - 1 } }),
    });
    await pass(SECOND);
    expect(state()).toMatchObject({ state: "contradicts" });
    expect(asksToSign).toBe(1);
    await pass(58 * SECOND);
    expect(asksToSign).toBe(1);
    await pass(MINUTE);
    expect(asksToSign).toBe(2);
    // Once the relay has signed for all that we have there is nothing to ask for.
    Object.defineProperty(receipts, "newest", { configurable: true, get: () => newest });
    await pass(2 * MINUTE);
    expect(asksToSign).toBe(2);
    const looks = mirror.asked.length;
    await pass(30 * MINUTE);
    expect(mirror.asked).toHaveLength(looks);
  });
});

describe("a device that lacks what a mirror lacks", () => {
  const forget = async (to: number) => {
    const { ports, keys } = work.state;
    const kept = await ports.storage.range({ prefix: keys.kept });
    await ports.storage.commit(kept.slice(0, to).map(({ key }) => ({ delete: key })));
  };

  it("says that the mirror is behind where it has nothing itself", async () => {
    await scene(3);
    await forget(Number.POSITIVE_INFINITY);
    await pass(20 * SECOND);
    expect(mirror.of("bringCopy")).toEqual([]);
    expect(state()).toMatchObject({ state: "behind", n: had });
    expect(keeper.isDone).toBe(true);
  });

  it("brings what follows a gap, and says that the mirror is behind where it does not take that yet", async () => {
    await scene(12);
    const all = (await work.state.kept.from(1, 1 << 24)).length;
    await forget(all - 10);
    mirror.answer = toBrought(() => refused("unlinked"));
    await pass(20 * SECOND);
    const [gap, ...more] = mirror.of("bringCopy");
    expect(more).toEqual([]);
    expect(gap!.part.fromN).toBe(n - 10 + 1);
    expect(gap!.part.items).toHaveLength(10);
    expect(state()).toMatchObject({ state: "behind", n: had });
    // It is told as behind, not as refused; and it is tried again at the next look.
    mirror.answer = () => null;
    await pass(HOUR);
    expect(mirror.of("bringCopy")).toHaveLength(2);
  });
});
