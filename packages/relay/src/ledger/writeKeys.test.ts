import { SlotId } from "@conclave/wire";
import { describe, expect, it } from "vitest";
import type { WriteKey } from "../store/roomTable.js";
import { type Ground, keysAfterCommit, parentOf, provedKey } from "./writeKeys.js";

const id = (n: number): Uint8Array => Uint8Array.of(n >> 8, n & 255);
const OWN = 0;
const link = SlotId.of(new Uint8Array(32).fill(1));
const founder: WriteKey = { key: id(0), epoch: 0, n: 0, lineage: OWN, slot: null, live: true, since: 0, until: 0 };
const added = (n: number, since = n) => ({ key: id(n), epoch: n, n, since });
const by = (key: WriteKey, isOwn = key.live && key.lineage === OWN): Ground => ({ by: "member", key, isOwn });
const bySlot: Ground = { by: "slot", slotId: link };

function liveKey(keys: readonly WriteKey[]): WriteKey {
  return keys.findLast((key) => key.live)!;
}

const lived = (keys: readonly WriteKey[]) => keys.filter(({ live }) => live).map(({ n, lineage }) => [n, lineage]);

describe("write keys", () => {
  it("RULE writeKey.flood-proof: a flood of junk commits does not lock out who holds the key from before it", () => {
    // In use for ten minutes; then somebody appends a commit each second, for half an hour, each with a key of its own.
    let keys: WriteKey[] = [founder];
    for (let n = 1; n <= 1800; n++) {
      keys = keysAfterCommit(keys, added(n, 600_000 + n * 1000), OWN, by(liveKey(keys)));
      expect(keys.length).toBeLessThanOrEqual(64);
    }
    expect(keys.some(({ n, live }) => n === 0 && !live)).toBe(true);
    expect(keys.at(-1)).toMatchObject({ n: 1800, live: true });
    // And all at once, in one instant.
    let atOnce: WriteKey[] = [founder];
    for (let n = 1; n <= 500; n++) atOnce = keysAfterCommit(atOnce, added(n, 1000), OWN, by(liveKey(atOnce)));
    expect(atOnce.some(({ n }) => n === 0)).toBe(true);
  });
  it("RULE writeKey.flood-proof: nor does a flood of external commits, where the newest key came by an invite", () => {
    let keys = keysAfterCommit([founder], added(1, 1000), OWN, bySlot);
    for (let n = 2; n <= 900; n++) {
      keys = keysAfterCommit(keys, added(n, 60_000 + n * 1000), OWN, bySlot);
      expect(keys.length).toBeLessThanOrEqual(33);
    }
    expect(keys.filter(({ n }) => n <= 1)).toMatchObject([
      { n: 0, live: true },
      { n: 1, live: true },
    ]);
  });
  it("RULE writeKey.bounded: each kind crowds out only its own", () => {
    let keys: WriteKey[] = [founder];
    for (let n = 1; n <= 100; n++) keys = keysAfterCommit(keys, added(n), OWN, bySlot);
    expect(keys[0]).toMatchObject({ n: 0, live: true, slot: null });
    expect(keys).toHaveLength(33);
    const retired = { ...founder, key: id(9999), epoch: 9999, live: false, until: 1 };
    for (let n = 101; n <= 200; n++) keys = keysAfterCommit([...keys, retired], added(n), OWN, by(retired));
    expect(keys.filter(({ lineage, slot }) => lineage !== OWN && slot === null)).toHaveLength(32);
    expect(keys.filter(({ slot }) => slot !== null)).toHaveLength(32);
    for (let n = 201; n <= 400; n++) {
      const own = keys.findLast(({ live, lineage }) => live && lineage === OWN)!;
      keys = keysAfterCommit(keys, added(n), OWN, by(own));
    }
    expect(keys.filter(({ lineage }) => lineage === OWN)).toHaveLength(64);
    expect(keys.filter(({ lineage }) => lineage !== OWN)).toHaveLength(64);
  });
  it("A109: RULE writeKey.own-link-only: whoever has one link crowds out nobody who came by another, however long", () => {
    const other: Ground = { by: "slot", slotId: SlotId.of(new Uint8Array(32).fill(2)) };
    let keys = keysAfterCommit([founder], added(1), OWN, other);
    for (let n = 2; n <= 300; n++) {
      keys = keysAfterCommit(keys, added(n, n * 540_000), OWN, bySlot);
      // The other one makes new keys now and then.
      const own = keys.findLast(({ lineage }) => lineage === 1)!;
      expect(own.live).toBe(true);
      if (n % 40 === 0) keys = keysAfterCommit(keys, added(++n, n * 540_000), OWN, by(own));
      expect(keys.filter(({ lineage }) => lineage !== OWN).length).toBeLessThanOrEqual(32);
    }
  });
  it("RULE writeKey.new-lineage: a commit by an invite or a retired key begins one, and what comes of it belongs to it", () => {
    const joined = keysAfterCommit([founder], added(1), OWN, bySlot);
    expect(joined.at(-1)).toMatchObject({ n: 1, lineage: 1, slot: link });
    const on = keysAfterCommit(joined, added(2), OWN, by(joined.at(-1)!));
    expect(on.at(-1)).toMatchObject({ n: 2, lineage: 1, slot: link });
    const gone = keysAfterCommit(on, added(3), OWN, by(founder));
    const back = keysAfterCommit(gone, added(4), OWN, by(gone[0]!));
    expect(back.at(-1)).toMatchObject({ n: 4, lineage: 4, slot: null, live: true });
    // Who also holds a key of the room's own goes on with that.
    expect(keysAfterCommit(joined, added(5), OWN, by(joined.at(-1)!, true)).at(-1)).toMatchObject({ lineage: OWN });
  });
  it("RULE writeKey.outsider-retires-nobody; RULE writeKey.commit-retires: members end what came by invites, others only their own", () => {
    let keys = keysAfterCommit([founder], added(1), OWN, by(founder));
    expect(lived(keys)).toEqual([[1, 0]]);
    // By the key that was retired, and by an invite, twice.
    keys = keysAfterCommit(keys, added(2), OWN, by(keys[0]!));
    keys = keysAfterCommit(keys, added(3), OWN, bySlot);
    keys = keysAfterCommit(keys, added(4), OWN, bySlot);
    expect(lived(keys)).toEqual([
      [1, 0],
      [2, 2],
      [3, 3],
      [4, 4],
    ]);
    const third = keys.find(({ n }) => n === 3)!;
    keys = keysAfterCommit(keys, added(5), OWN, by(third));
    expect(lived(keys)).toEqual([
      [1, 0],
      [2, 2],
      [4, 4],
      [5, 3],
    ]);
    keys = keysAfterCommit(keys, added(6), OWN, by(keys.find(({ n }) => n === 1)!));
    expect(lived(keys)).toEqual([
      [2, 2],
      [6, 0],
    ]);
  });
  it("an external commit follows the room's own commit that led to its epoch, or the newest of others", () => {
    const keys = keysAfterCommit([founder], { ...added(1), epoch: 1 }, OWN, by(founder));
    const more = [2, 3].reduce((all, n) => keysAfterCommit(all, { ...added(n), epoch: 1 }, OWN, bySlot), keys);
    const on = keysAfterCommit(more, { ...added(4), epoch: 2 }, OWN, bySlot);
    expect([0, 1, 2, 3].map((epoch) => parentOf(on, OWN, bySlot, epoch))).toEqual([0, 1, 4, null]);
    expect(parentOf(on, OWN, by(on.find(({ n }) => n === 3)!), 1)).toBe(3);
  });
});

describe("the key by which somebody writes", () => {
  const keyAt = (n: number, live: boolean): WriteKey => ({ ...founder, key: id(n), epoch: 1, n, live });

  it("is the newest live one of the epoch that they have proved, and else the newest that was retired", () => {
    const keys = [founder, keyAt(1, true), keyAt(2, true), keyAt(3, false)];
    const proved = (...numbers: number[]) => provedKey(keys, 1, ({ n }) => numbers.includes(n))?.n ?? null;
    expect([proved(1, 2, 3), proved(1, 3), proved(3), proved(0), proved()]).toEqual([2, 1, 3, null, null]);
  });

  it("RULE writeKey.bounded: nothing that is still in use goes, and of two worth the same the older one goes first", () => {
    // Keys of one link, the first three of which were in use for as long and as long ago.
    const ofLink = (n: number, change: Partial<WriteKey> = {}): WriteKey => ({
      ...{ key: id(n), epoch: n, n, lineage: 1, slot: link, live: false, since: 0, until: 10 },
      ...change,
    });
    const many = Array.from({ length: 32 }, (_, at) => ofLink(at + 1));
    const live = ofLink(50, { live: true, until: 5 });
    const after = keysAfterCommit([founder, ...many, live], added(99, 100), OWN, bySlot);
    const left = after.filter(({ slot }) => slot !== null).map(({ n }) => n);
    expect(left).toHaveLength(32);
    expect(left).toContain(50);
    expect(left.slice(0, 2)).toEqual([3, 4]);
  });
});
