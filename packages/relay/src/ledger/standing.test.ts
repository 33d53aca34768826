import { RoomTag, SlotId } from "@conclave/wire";
import { describe, expect, it } from "vitest";
import { DEFAULT_SETTINGS } from "../settings.js";
import { MemoryStore } from "../store/memory/memoryStore.js";
import { RowDamaged } from "../store/sqlite/rowDamage.js";
import type { WriteKey } from "../store/roomTable.js";
import { Rooms } from "./rooms.js";
import { type KeyHolder, Standings } from "./standing.js";
import { WallClock } from "./wallClock.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** When the relay of these tests starts. */
const BEGIN = 1_000 * DAY;
const OWN = 0;

const key = (n: number, change: Partial<WriteKey> = {}): WriteKey => ({
  ...{ key: Uint8Array.of(n), epoch: n, n, lineage: OWN, slot: null, live: true, since: 0, until: 0 },
  ...change,
});

/** A room with these keys in which a member was last seen at `seenAt`, and where the commits were made that began the lineages. */
function scene(
  writeKeys: WriteKey[],
  { seenAt = 0, begun = {} }: { seenAt?: number; begun?: Readonly<Record<number, number>> } = {},
) {
  const store = new MemoryStore();
  const tag = RoomTag.of(new Uint8Array(32).fill(7));
  store.rooms.add({
    ...{
      tag,
      creation: new Uint8Array(32),
      begin: 0,
      epoch: 0,
      n: 0,
      lastCommit: 0,
      head: new Uint8Array(32),
      writeKeys,
      seenAt,
    },
    ...{ lineage: OWN, commits: 0, availableFrom: 1, messageBytes: 0, probationBytes: 0, blobBytes: 0, oldest: null },
    ...{ owed: 0, restored: 0 },
  });
  const damages: string[] = [];
  const rooms = new Rooms(store, DEFAULT_SETTINGS.rates, ({ message }) => damages.push(message), false);
  const room = rooms.get(tag, BEGIN)!;
  const commitAt = (_room: number, n: number) =>
    begun[n] === undefined ? null : { isOnProbation: true, parent: 0, time: begun[n] };
  const clock = new WallClock(
    (now) => now,
    () => undefined,
  );
  const restarted = (isShared = false) => new Standings({ records: { commitAt } }, clock, isShared);
  return { store, tag, rooms, room, damages, standings: restarted(), restarted };
}

/** A connection that has proved these keys. */
const holds = (...keys: WriteKey[]): KeyHolder => ({ hasWriteProof: (_tag, each) => keys.includes(each) });

describe("what a connection is in a room", () => {
  it("own with a live key of the room's own, probation with one of another, none with none", () => {
    const [member, retired, other, gone] = [
      key(1),
      key(2, { live: false }),
      key(3, { lineage: 3 }),
      key(4, { lineage: 4, live: false }),
    ];
    const { room, standings } = scene([member, retired, other, gone], { begun: { 3: BEGIN } });
    const of = (...keys: WriteKey[]) => standings.of(room, holds(...keys), BEGIN);
    expect([of(member), of(retired), of(other), of(gone), of()]).toEqual(["own", "none", "probation", "none", "none"]);
    expect([of(member, other), of(retired, other)]).toEqual(["own", "probation"]);
  });

  it("RULE writeKey.quiet: acts after ten minutes: of the relay, of the lineage, and since a member was last seen", () => {
    const other = key(3, { lineage: 3 });
    const wait = (seenAt: number, begun: number, now: number): number => {
      const { room, standings } = scene([key(1), other], { seenAt, begun: { 3: begun } });
      // The relay has run since then.
      standings.waitUntilActing(room, 3, BEGIN);
      expect(standings.of(room, holds(other), now)).toBe(
        standings.waitUntilActing(room, 3, now) > 0 ? "probation" : "acting",
      );
      return standings.waitUntilActing(room, 3, now);
    };
    expect([wait(0, 0, BEGIN), wait(0, 0, BEGIN + 10 * MINUTE - 1), wait(0, 0, BEGIN + 10 * MINUTE)]).toEqual([
      10 * MINUTE,
      1,
      0,
    ]);
    expect([wait(0, BEGIN + HOUR, BEGIN + HOUR + 1), wait(0, BEGIN + HOUR, BEGIN + HOUR + 10 * MINUTE)]).toEqual([
      10 * MINUTE - 1,
      0,
    ]);
    expect([wait(BEGIN + HOUR, 0, BEGIN + HOUR + 1), wait(BEGIN + HOUR, 0, BEGIN + HOUR + 10 * MINUTE)]).toEqual([
      10 * MINUTE - 1,
      0,
    ]);
    // One whose beginning the log does not know acts for nobody.
    const { room, standings } = scene([key(1), other]);
    expect(standings.waitUntilActing(room, 3, BEGIN + DAY)).toBe(Infinity);
  });

  it("RULE writeKey.succession: after a week, of the lineage and since a member was last seen", () => {
    const succeeds = (seenAt: number, begun: number, now: number): boolean => {
      const { room, standings } = scene([key(1), key(3, { lineage: 3 })], { seenAt, begun: { 3: begun } });
      standings.waitUntilActing(room, 3, BEGIN);
      return standings.succeeds(room, 3, now);
    };
    const week = BEGIN + 7 * DAY;
    expect([succeeds(0, BEGIN, week - 1), succeeds(0, BEGIN, week)]).toEqual([false, true]);
    expect([succeeds(BEGIN, 0, week - 1), succeeds(BEGIN, 0, week)]).toEqual([false, true]);
    // And nobody is there now.
    const { room, standings } = scene([key(1), key(3, { lineage: 3 })], { begun: { 3: 0 } });
    expect(standings.succeeds(room, 3, BEGIN)).toBe(false);
    standings.seen(room, holds(room.row.writeKeys[0]!), BEGIN + DAY);
    expect(standings.succeeds(room, 3, BEGIN + 30 * DAY)).toBe(false);
  });
});

describe("whose lost race gives a turn", () => {
  it("who has proved a key of that epoch that is the members', or was one a minute ago", () => {
    const until = BEGIN - 59 * SECOND;
    const [live, recent, old, other] = [
      key(4),
      key(3, { live: false, until }),
      key(3, { live: false, until: BEGIN - MINUTE }),
      key(4, { lineage: 4 }),
    ];
    const { room, standings } = scene([live, recent, old, other]);
    const was = (epoch: number, ...keys: WriteKey[]) => standings.wasMember(room, holds(...keys), epoch, BEGIN);
    expect([was(4, live), was(3, live), was(3, recent), was(4, recent)]).toEqual([true, false, true, false]);
    expect([was(3, old), was(4, other), was(4)]).toEqual([false, false, false]);
  });
});

describe("RULE writeKey.vouched", () => {
  it("only who holds the members' live key vouches, and for a live key that is not theirs yet", () => {
    const [member, retired, other] = [key(1), key(2, { live: false }), key(3, { lineage: 3 })];
    const { room, standings } = scene([member, retired, other]);
    const vouches = (of: Pick<WriteKey, "live" | "lineage">, ...keys: WriteKey[]) =>
      standings.vouches(room, holds(...keys), of);
    expect([vouches(other, member), vouches(other, retired), vouches(other, other), vouches(other)]).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect([vouches(member, member), vouches({ ...other, live: false }, member)]).toEqual([false, false]);
  });

  it("the key is the members' from then on, in its place, and the others stay as they are", () => {
    const [first, joined, last] = [key(1), key(2, { lineage: 2, slot: SlotId.of(new Uint8Array(32)) }), key(3)];
    const { room, standings } = scene([first, joined, last]);
    standings.vouch(room, joined);
    expect(room.row.writeKeys).toEqual([first, { ...joined, lineage: OWN, slot: null }, last]);
    expect([room.row.writeKeys[0], room.row.writeKeys[2]]).toEqual([first, last]);
    // One that junk has crowded out comes back.
    standings.vouch(room, key(0, { lineage: 9 }));
    expect(room.row.writeKeys.map(({ n, lineage }) => [n, lineage])).toEqual([0, 1, 2, 3].map((n) => [n, OWN]));
  });
});

describe("RULE writeKey.there-till-gone", () => {
  const [member, other] = [key(1), key(3, { lineage: 3 })];

  it("a proof says that a member is there, which is kept to the hour", () => {
    const { room, standings } = scene([member, other], { seenAt: BEGIN - HOUR });
    standings.seen(room, holds(member), BEGIN);
    expect(room.row.seenAt).toBe(BEGIN - HOUR);
    standings.seen(room, holds(other), BEGIN + 1);
    expect(room.row.seenAt).toBe(BEGIN - HOUR);
    standings.seen(room, holds(member), BEGIN + 1);
    expect(room.row.seenAt).toBe(BEGIN + 1);
  });

  it("the ten minutes begin when the last member's connection ends, of several, whoever else comes and goes", () => {
    const { room, rooms, standings } = scene([member, other], { begun: { 3: 0 } });
    const [alice, bob, thief] = [holds(member), holds(member), holds(other)];
    for (const each of [alice, bob, thief]) standings.seen(room, each, BEGIN);
    const wait = (now: number): number => standings.waitUntilActing(room, 3, now);
    let now = BEGIN + HOUR;
    expect(wait(now)).toBe(10 * MINUTE);
    standings.forget(alice);
    expect(wait((now += HOUR))).toBe(10 * MINUTE);
    standings.forget(bob);
    // It is seen at the next look, or the next sweep.
    standings.sweep(rooms, (now += 30 * SECOND));
    expect([wait(now + 9 * MINUTE), wait(now + 10 * MINUTE)]).toEqual([MINUTE, 0]);
    standings.forget(thief);
    standings.sweep(rooms, (now += 10 * MINUTE));
    expect(wait(now)).toBe(0);
    // Who has ended twice, or was never there, is nobody.
    standings.forget(alice);
    standings.forget(holds(member));
    expect(wait(now)).toBe(0);
  });

  it("a room is told once an hour that somebody is there, and so it is known after a restart", () => {
    const { room, rooms, standings, restarted } = scene([member, other], { seenAt: BEGIN, begun: { 3: 0 } });
    standings.seen(room, holds(member), BEGIN);
    standings.sweep(rooms, BEGIN + HOUR);
    expect(room.row.seenAt).toBe(BEGIN);
    standings.sweep(rooms, BEGIN + HOUR + 1);
    expect(room.row.seenAt).toBe(BEGIN + HOUR + 1);
    standings.sweep(rooms, BEGIN + 2 * HOUR + 1);
    expect(room.row.seenAt).toBe(BEGIN + HOUR + 1);
    standings.sweep(rooms, BEGIN + 2 * HOUR + 2);
    expect(room.row.seenAt).toBe(BEGIN + 2 * HOUR + 2);
    const now = BEGIN + 2 * HOUR + 5 * MINUTE;
    expect(restarted().waitUntilActing(room, 3, now)).toBe(10 * MINUTE);
  });

  it("somebody on probation is not somebody who is there, however long", () => {
    const { room, rooms, standings } = scene([member, other], { begun: { 3: 0 } });
    const thief = holds(other);
    standings.seen(room, thief, BEGIN);
    standings.sweep(rooms, BEGIN + 2 * HOUR);
    standings.forget(thief);
    standings.sweep(rooms, BEGIN + 4 * HOUR);
    expect([room.row.seenAt, standings.waitUntilActing(room, 3, BEGIN + 4 * HOUR)]).toEqual([0, 0]);
  });

  it("RULE session.bounded: of a room where nobody is any more nothing is remembered", () => {
    const { room, rooms, standings } = scene([member, other], { begun: { 3: 0 } });
    const { present } = standings as unknown as { readonly present: ReadonlyMap<string, unknown> };
    const alice = holds(member);
    standings.seen(room, alice, BEGIN);
    standings.sweep(rooms, BEGIN + HOUR);
    expect(present.size).toBe(1);
    standings.forget(alice);
    standings.sweep(rooms, BEGIN + 2 * HOUR);
    standings.sweep(rooms, BEGIN + 2 * HOUR + 10 * MINUTE);
    expect(present.size).toBe(1);
    standings.sweep(rooms, BEGIN + 2 * HOUR + 10 * MINUTE + 1);
    expect(present.size).toBe(0);
  });

  it("a room whose row cannot be read is told when it can be", () => {
    const { store, tag, room, rooms, standings, damages } = scene([member], { seenAt: 0 });
    standings.seen(room, holds(member), BEGIN);
    rooms.undo();
    const get = store.rooms.get.bind(store.rooms);
    store.rooms.get = () => {
      throw new RowDamaged("table room");
    };
    standings.sweep(rooms, BEGIN + 2 * HOUR);
    expect(damages).toEqual(["table room"]);
    store.rooms.get = () => null;
    standings.sweep(rooms, BEGIN + 4 * HOUR);
    store.rooms.get = get;
    standings.sweep(rooms, BEGIN + 6 * HOUR);
    expect(rooms.get(tag, BEGIN)!.row.seenAt).toBe(BEGIN + 6 * HOUR);
    expect(damages).toHaveLength(1);
  });

  it("A109: RULE writeKey.seen-elsewhere: a member who is connected to one relay is there for another one", () => {
    const acts = (isShared: boolean): boolean => {
      const { room, rooms, restarted } = scene([member, other], { begun: { 3: 0 } });
      const [here, there] = [restarted(isShared), restarted(isShared)];
      here.seen(room, holds(member), BEGIN);
      there.seen(room, holds(other), BEGIN);
      let isActing = false;
      for (let now = BEGIN; now <= BEGIN + HOUR; now += 30_000) {
        isActing ||= there.waitUntilActing(room, 3, now) === 0;
        here.sweep(rooms, now);
      }
      return isActing;
    };
    expect([acts(true), acts(false)]).toEqual([false, true]);
  });
});
