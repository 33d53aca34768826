import { toHex } from "@conclave/codec";
import type { RoomEvent } from "@conclave/protocol";
import type { SlotContent } from "@conclave/wire";
import { beforeEach, describe, expect, it } from "vitest";
import { SlotKeeper } from "../src/work/slotKeeper.js";
import type { RoomState } from "../src/work/roomState.js";
import { passFor, workOf } from "./scripted.js";
import { type Home, twoIn, World } from "./world.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/** A version of a slot at the relay. */
interface Kept {
  readonly blob: Uint8Array;
  readonly n: number;
}

/** The slots of a room at a relay, as a member sees them. */
class Slots {
  readonly asked: { readonly type: string; readonly slotId?: Uint8Array }[] = [];
  /** Newest first. */
  readonly kept = new Map<string, Kept[]>();
  /** Slots that end by themselves, and when (ms). */
  readonly ends = new Map<string, number>();
  readonly closed = new Set<string>();
  /** Stands in the place of an answer. */
  refuses: (asked: { readonly type: string }) => string | null = () => null;
  /** What is put is for this place of the log. */
  n = 0;
  /** How many are listed on a page; it says that there are more for ever where that is 0. */
  page = 100;

  readonly request = (asked: {
    readonly type: string;
    readonly slotId?: Uint8Array;
    readonly slot?: SlotContent;
    readonly after?: Uint8Array | null;
    readonly back?: number;
  }): Promise<object> => {
    this.asked.push(asked);
    return Promise.resolve(this.answer(asked));
  };

  of(type: string): number {
    return this.asked.filter((each) => each.type === type).length;
  }

  private answer(asked: Parameters<Slots["request"]>[0]): object {
    const error = this.refuses(asked);
    if (error !== null) return { type: "error", error, retryAfter: 0, position: null };
    const id = toHex(asked.slotId ?? asked.slot?.slotId ?? new Uint8Array());
    if (asked.type === "listSlots") return this.list(asked.after ?? null);
    if (asked.type === "getSlot") return this.get(id, asked.back ?? 0);
    if (asked.type === "closeSlot") {
      this.kept.delete(id);
      this.closed.add(id);
    } else if (asked.type === "putSlot") {
      this.closed.delete(id);
      this.kept.set(id, [{ blob: asked.slot!.blob, n: this.n }, ...(this.kept.get(id) ?? [])]);
    }
    return { type: "done" };
  }

  private list(after: Uint8Array | null): object {
    const ids = [...this.kept.keys()].sort();
    const next = after === null ? 0 : ids.indexOf(toHex(after)) + 1;
    const begin = this.page === 0 ? next % ids.length : next;
    const shown = ids.slice(begin, begin + Math.max(1, this.page));
    const slots = shown.map((id) => ({ slotId: Buffer.from(id, "hex"), bytes: 9, end: this.ends.get(id) ?? 0 }));
    return { type: "slots", slots, more: this.page === 0 || begin + shown.length < ids.length };
  }

  private get(id: string, back: number): object {
    const version = this.kept.get(id)?.[back];
    if (version) return { type: "slot", ...version, time: 0, versions: 1, lastCommit: version.n };
    const error = this.closed.has(id) ? "slot_closed" : "slot_unknown";
    return { type: "error", error, retryAfter: 0, position: null };
  }
}

let world: World;
let slots: Slots;
let state: RoomState;
let work: ReturnType<typeof workOf>;
let keeper: SlotKeeper;
let lockedOut: number;
let needsSlot: boolean;
let proved: number;

/** The slot keeper of Alice, whose link it is, or of Bob, who only sees that there is one. `invites`: how many links there are. */
async function scene(of: "alice" | "bob", invites = 1): Promise<void> {
  world = new World();
  const [alice, bob] = await twoIn(world);
  for (let count = 1; count < invites; count++) await alice.invite();
  await world.until(() => bob.room.status().seq === alice.room.status().seq);
  keep(of === "alice" ? alice : bob);
}

function keep(home: Home): void {
  slots = new Slots();
  [lockedOut, needsSlot, proved] = [0, false, 0];
  work = workOf(home);
  ({ state } = work);
  work.connection = { welcome: {}, number: 1, request: slots.request } as never;
  slots.n = state.room!.lastCommit;
  const returns = {
    get needsSlot() {
      return needsSlot;
    },
  };
  keeper = new SlotKeeper(
    work,
    { canSend: true } as never,
    { give: () => proved++ } as never,
    returns as never,
    () => lockedOut++,
  );
  keeper.mount();
}

const pass = (ms: number) => passFor(world, work, keeper, ms);
const ids = () => state.room!.slots(state.now()).map(({ slotId }) => toHex(slotId));
/** The room has a new commit, that was this device's own or not. */
function commits(isOwn: boolean): void {
  const n = state.room!.lastCommit + 1;
  Object.defineProperty(state.room!, "lastCommit", { configurable: true, get: () => n });
  slots.n = n;
  keeper.heard({ type: "entry", own: isOwn } as RoomEvent, n);
}

describe("a device that keeps the slots of links", () => {
  beforeEach(async () => {
    await scene("alice", 2);
    await pass(10 * MINUTE);
    slots.asked.length = 0;
  });

  it("puts each of them where none is there, and knows then that they are fresh", () => {
    expect(ids()).toHaveLength(2);
    expect([...slots.kept.keys()].toSorted()).toEqual(ids().toSorted());
    expect(proved).toBeGreaterThan(0);
    expect([keeper.isFresh, keeper.isDone, keeper.rounds]).toEqual([true, true, 1]);
  });

  it("does it at once after a commit of its own, and leaves another's to them first", async () => {
    commits(true);
    expect([keeper.isFresh, keeper.isDone]).toEqual([false, false]);
    await pass(100);
    expect(slots.asked).toEqual([]);
    await pass(100);
    expect([slots.of("putSlot"), keeper.isFresh]).toEqual([2, true]);
    slots.asked.length = 0;
    commits(false);
    await pass(2.9 * SECOND);
    expect(slots.asked).toEqual([]);
    await pass(10 * SECOND);
    expect([slots.of("putSlot"), keeper.isFresh]).toEqual([2, true]);
  });

  it("waits for nobody where its way back needs a slot", async () => {
    needsSlot = true;
    commits(false);
    await pass(200);
    expect(keeper.isFresh).toBe(true);
  });

  it("puts nothing where its own is there already: what it put itself, or what leads into the room", async () => {
    commits(false);
    for (const [id, versions] of slots.kept) slots.kept.set(id, [{ ...versions[0]!, n: slots.n }]);
    await pass(10 * SECOND);
    expect([slots.of("putSlot"), keeper.isFresh]).toEqual([0, true]);
    // Junk on top of a good one: a newcomer tries three.
    const junk = { blob: new Uint8Array(80), n: slots.n };
    for (const [id, [good]] of slots.kept) slots.kept.set(id, [junk, junk, good!]);
    commits(false);
    for (const [id, versions] of slots.kept)
      slots.kept.set(
        id,
        versions.map(({ blob }) => ({ blob, n: slots.n })),
      );
    await pass(10 * SECOND);
    expect([slots.of("putSlot"), keeper.isFresh]).toEqual([0, true]);
    for (const [id, versions] of slots.kept)
      slots.kept.set(
        id,
        [junk, ...versions].map(({ blob }) => ({ blob, n: slots.n + 1 })),
      );
    commits(false);
    await pass(10 * SECOND);
    expect([slots.of("putSlot"), keeper.isFresh]).toEqual([2, true]);
  });

  it("puts its own where what is there is for an older commit", async () => {
    commits(false);
    await pass(10 * SECOND);
    expect(slots.of("putSlot")).toBe(2);
  });

  it("looks once a day, and on a new connection no sooner than after ten minutes", async () => {
    await pass(DAY - 11 * MINUTE);
    expect(slots.asked).toEqual([]);
    await pass(3 * MINUTE);
    expect(slots.of("listSlots")).toBe(1);
    const connection = work.connection as { number: number };
    connection.number++;
    await pass(6 * MINUTE);
    expect(slots.of("listSlots")).toBe(1);
    await pass(10 * MINUTE);
    keeper.advance();
    await pass(20 * SECOND);
    expect(slots.of("listSlots")).toBe(2);
    connection.number++;
    await pass(20 * SECOND);
    expect(slots.of("listSlots")).toBe(2);
  });

  it("attack 109: RULE slots.closing-shown: one that was closed without a decision is told, and put again", async () => {
    for (const id of ids()) {
      slots.kept.delete(id);
      slots.closed.add(id);
    }
    await pass(DAY);
    expect(state.alarms.entries.map(({ alarm: { code } }) => code)).toContain("INVITE_CLOSED");
    expect(slots.of("putSlot")).toBe(2);
  });

  it("tells nothing where one is only not there", async () => {
    slots.kept.clear();
    await pass(DAY);
    expect(state.alarms.entries).toEqual([]);
    expect(slots.of("putSlot")).toBe(2);
  });

  it("attack 109: RULE slots.strangers-closed: closes what was nobody's twice in a row, and nothing that ends by itself", async () => {
    const [stranger, ending] = ["aa".repeat(32), "bb".repeat(32)];
    for (const id of [stranger, ending]) slots.kept.set(id, [{ blob: new Uint8Array(9), n: slots.n }]);
    slots.ends.set(ending, world.clock.now() + 365 * DAY);
    await pass(DAY);
    expect(slots.of("closeSlot")).toBe(0);
    await pass(DAY);
    expect(slots.asked.filter(({ type }) => type === "closeSlot").map(({ slotId }) => toHex(slotId!))).toEqual([
      stranger,
    ]);
    expect([...slots.kept.keys()].toSorted()).toEqual([...ids(), ending].toSorted());
  });

  it("reads the list by pages, and listens to four of one that never ends", async () => {
    slots.page = 1;
    commits(true);
    await pass(SECOND);
    expect([slots.of("listSlots"), keeper.isFresh]).toEqual([2, true]);
    slots.asked.length = 0;
    slots.page = 0;
    commits(true);
    await pass(SECOND);
    expect(slots.of("listSlots")).toBe(4);
  });

  it("asks for new keys at every third refusal of what it may not write, and not for any other refusal", async () => {
    slots.refuses = ({ type }) => (type === "putSlot" ? "write_denied" : null);
    commits(true);
    await pass(200);
    expect(lockedOut).toBe(0);
    // No round of these is shorter than a quarter of a second.
    for (let count = 0; lockedOut === 0 && count < 100; count++) await pass(100);
    expect(lockedOut).toBe(1);
    expect(slots.of("putSlot")).toBeLessThanOrEqual(4);
    slots.refuses = ({ type }) => (type === "putSlot" ? "storage_busy" : null);
    await pass(10 * MINUTE);
    expect([lockedOut, keeper.isFresh]).toEqual([1, false]);
    slots.refuses = () => null;
    await pass(10 * MINUTE);
    expect(keeper.isFresh).toBe(true);
    // What went well in between is counted from the start again.
    slots.refuses = ({ type }) => (type === "listSlots" ? "write_denied" : null);
    commits(true);
    await pass(700);
    expect(lockedOut).toBe(1);
  });

  it("is done where the relay does not open a slot again, or lets nobody so new close one", async () => {
    slots.refuses = ({ type }) => (type === "putSlot" ? "slot_closed" : null);
    commits(true);
    await pass(SECOND);
    expect([keeper.isFresh, keeper.isDone]).toEqual([true, true]);
    const stranger = "aa".repeat(32);
    slots.refuses = ({ type }) => (type === "closeSlot" ? "on_probation" : null);
    slots.kept.set(stranger, [{ blob: new Uint8Array(9), n: slots.n }]);
    for (const count of [1, 2]) {
      commits(true);
      await pass(SECOND);
      expect([count, keeper.isDone, keeper.isFresh]).toEqual([count, true, count === 1]);
    }
    // Any other reason is none to leave it.
    slots.refuses = ({ type }) => (type === "closeSlot" ? "storage_busy" : null);
    commits(true);
    await pass(SECOND);
    expect([keeper.isDone, keeper.isFresh]).toEqual([false, false]);
  });
});

describe("a device that did not make the links", () => {
  beforeEach(async () => {
    await scene("bob");
    const { lastCommit } = state.room!;
    for (const id of ids()) slots.kept.set(id, [{ blob: new Uint8Array(9), n: lastCommit }]);
    await pass(10 * MINUTE);
  });

  it("believes that a slot is good that was put for the newest commit, as it cannot open it", () => {
    expect([slots.of("putSlot"), keeper.isFresh]).toEqual([0, true]);
  });

  it("puts one itself where it was put for an older one, and then holds its own to what it has put", async () => {
    commits(false);
    await pass(2 * MINUTE);
    expect(slots.of("putSlot")).toBe(1);
    // Somebody has put junk in its place since.
    const [id] = ids();
    slots.kept.set(
      id!,
      [1, 2, 3].map(() => ({ blob: new Uint8Array(80), n: slots.n })),
    );
    await pass(DAY);
    expect(slots.of("putSlot")).toBe(2);
  });
});
