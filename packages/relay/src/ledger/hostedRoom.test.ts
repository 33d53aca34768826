import { RoomTag } from "@conclave/wire";
import { describe, expect, it } from "vitest";
import { settingsWith, type Rates } from "../settings.js";
import { MemoryStore } from "../store/memory/memoryStore.js";
import { HostedRoom } from "./hostedRoom.js";

const MIB = 1024 * 1024;

/** A room with so many bytes of messages on probation, and how often bytes that are kept for ever were asked for. */
function hosted({ probationBytes = 0, rates = {} }: { probationBytes?: number; rates?: Partial<Rates> } = {}) {
  const store = new MemoryStore();
  const row = store.rooms.add({
    tag: RoomTag.of(new Uint8Array(32)),
    creation: new Uint8Array(32),
    begin: 0,
    epoch: 0,
    n: 0,
    lastCommit: 0,
    head: new Uint8Array(32),
    writeKeys: [],
    lineage: 0,
    seenAt: 0,
    commits: 0,
    availableFrom: 1,
    messageBytes: 0,
    probationBytes,
    blobBytes: 0,
    oldest: null,
    owed: 0,
    restored: 0,
  })!;
  const room = new HostedRoom(row, settingsWith({ rates }).rates, 0);
  const forEver = { wait: 5000, asked: [] as number[] };
  const space = (lineage: number, address: string, bytes: number, now = 0) =>
    room.waitForSpace({ lineage, address, bytes }, 1000, (more) => (forEver.asked.push(more), forEver.wait), now);
  return { store, room, forEver, space };
}

describe("space for messages on probation", () => {
  it("RULE probation.flushes-nothing: is a part of its own, to the last byte of which nobody waits", () => {
    const { space, forEver } = hosted({ probationBytes: 400 });
    expect([space(1, "a", 600), forEver.asked]).toEqual([0, []]);
    expect([space(1, "a", 601), forEver.asked]).toEqual([0, [601]]);
  });

  it("RULE probation.fills-no-disk: beyond it, a message comes as fast as what is kept for ever, and uses up nothing else", () => {
    const { space, forEver } = hosted({ probationBytes: 1000 });
    forEver.wait = 0;
    for (let n = 0; n < 3; n++) expect(space(1, "a", MIB)).toBe(0);
    expect(forEver.asked).toEqual([MIB, MIB, MIB]);
    // The part of this lineage is still whole.
    forEver.wait = 5000;
    expect(space(1, "a", MIB)).toBe(0);
    expect(space(1, "a", 256)).toBe(1000);
  });

  it("RULE probation.reserve: each lineage has a MiB and 256 bytes a second, and each address four times that", () => {
    const { space, forEver } = hosted({ probationBytes: 1000 });
    for (const lineage of [1, 2, 3, 4]) expect(space(lineage, "a", MIB)).toBe(0);
    // The address has no more, and says when it has: or when there is space for all again, if that is sooner.
    expect(space(5, "a", 1024)).toBe(1000);
    forEver.wait = 300;
    expect(space(5, "a", 1024)).toBe(300);
    forEver.wait = 5000;
    expect(space(5, "b", 1024)).toBe(0);
    expect(space(1, "b", 1024)).toBe(4000);
    expect([space(1, "b", 1024, 3999), space(1, "b", 1024, 4000)]).toEqual([1, 0]);
  });
});

describe("rates of a room", () => {
  it("RULE room.members-share: others have a quarter of them, and members what is left", () => {
    const rates = { room: { burst: 8, perSecond: 4 }, lastingOfRoom: { burst: 800, perSecond: 400 } };
    const { room } = hosted({ rates });
    for (const [rate, unit] of [
      [room.appends, 1],
      [room.lastingBytes, 100],
    ] as const) {
      expect([rate.wait(3 * unit, false, 0), rate.take(2 * unit, false, 0)]).toEqual([0, 0]);
      expect([rate.wait(unit, false, 0), rate.take(unit, false, 0), rate.wait(unit, true, 0)]).toEqual([1000, 1000, 0]);
      // What was refused was not taken, of either.
      expect([rate.take(6 * unit, true, 0), rate.wait(unit, true, 0)]).toEqual([0, 250]);
      expect([rate.wait(unit, false, 500), rate.wait(unit, false, 1000)]).toEqual([500, 0]);
    }
  });

  it("commits on probation count as appends too; those of each lineage, and of each address, apart", () => {
    const rate = { burst: 2, perSecond: 1 };
    const rates = { commits: rate, probation: { burst: 3, perSecond: 1 }, probationCommits: rate };
    const { room } = hosted({ rates });
    const commits = [1, 1, 1, 2].map((lineage) => room.waitOnProbation(lineage, true, 0));
    expect(commits).toEqual([0, 0, 1000, 0]);
    expect([room.waitOnProbation(1, false, 0), room.waitOnProbation(1, false, 0)]).toEqual([0, 1000]);
    expect(["a", "a", "a", "b"].map((address) => room.waitForCommit(address, 0))).toEqual([0, 0, 1000, 0]);
  });
});

describe("the row of a room", () => {
  it("is written when something of it has changed, and once", () => {
    const { store, room } = hosted();
    const saved: number[] = [];
    store.rooms.save = ({ n }, was) => void saved.push(was.n, n);
    room.save(store);
    room.change({ n: 4 });
    room.save(store);
    room.save(store);
    expect(saved).toEqual([0, 4]);
  });
});
