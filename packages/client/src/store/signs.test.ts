import { LeafKey, PersonId, RoomId } from "@conclave/protocol";
import { describe, expect, it } from "vitest";
import { MemoryStorage } from "../memory/memoryStorage.js";
import { ClockWitness } from "./clockWitness.js";
import { RoomKeys } from "./homeKey.js";
import { Signs } from "./signs.js";
import { Transaction } from "./transaction.js";

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DORA = PersonId.of(new Uint8Array(32).fill(1));
const keys = new RoomKeys(RoomId.of(new Uint8Array(32)));
const leaf = LeafKey.of(new Uint8Array(32));

function made(clock = new ClockWitness()) {
  const storage = new MemoryStorage();
  const signs = new Signs(keys, clock, []);
  const heard = async (
    said: { seen?: number | null; time?: number; isIdle?: boolean; person?: PersonId },
    now: number,
  ) => {
    const tx = new Transaction();
    signs.heard(tx, { person: DORA, leaf, isIdle: true, seen: null, time: now, ...said }, now);
    await storage.commit(tx.writes);
    return signs.of(DORA);
  };
  const again = async () => new Signs(keys, clock, await storage.range({ prefix: keys.signs }));
  return { signs, heard, again, storage, clock };
}

describe("when others saw the room as we do", () => {
  it("RULE freshness.own-records: who read a message of ours signed after it was made, whenever the relay gives it to us (attack A121)", async () => {
    const { signs, heard } = made();
    signs.sent(10, NOW, NOW + 1);
    signs.sent(20, NOW + HOUR, NOW + HOUR);
    // Its author's clock says nothing: it is ahead by a day.
    const wrong = { time: NOW + 30 * HOUR };
    expect(await heard({ ...wrong, seen: 9 }, NOW + 2 * HOUR)).toBeNull();
    expect(await heard({ ...wrong, seen: 19 }, NOW + 2 * HOUR)).toMatchObject({ vouched: NOW, answered: NOW });
    expect(await heard({ ...wrong, seen: 25 }, NOW + 5 * HOUR)).toMatchObject({ answered: NOW + HOUR });
    // What comes later and is older makes nothing older.
    expect(await heard({ ...wrong, seen: 12 }, NOW + 6 * HOUR)).toMatchObject({ answered: NOW + HOUR });
  });

  it("RULE freshness.their-clock: their own clock dates what they say only once it was held against ours, as it went then (attacks A34, A121)", async () => {
    const { signs, heard } = made();
    // Nobody knows yet how their clock goes: they were heard of, and that is all.
    expect(await heard({ time: NOW - HOUR }, NOW)).toMatchObject({ heard: NOW - HOUR, vouched: 0, answered: 0 });
    expect(await heard({ time: NOW + HOUR }, NOW)).toMatchObject({ heard: NOW - HOUR, vouched: 0 });
    // It is an hour ahead. They may have answered as soon as we asked.
    signs.sent(10, NOW, NOW);
    expect(await heard({ seen: 10, time: NOW + HOUR + 5 }, NOW + 9)).toMatchObject({ vouched: NOW, answered: NOW });
    expect(await heard({ time: NOW + HOUR + MINUTE }, NOW + 3 * HOUR)).toMatchObject({ vouched: NOW + MINUTE - 5 });
    // A time that has not come yet.
    const later = await heard({ time: NOW + 9 * HOUR }, NOW + 3 * HOUR);
    expect(later).toMatchObject({ vouched: NOW + MINUTE - 5 });
  });

  it("RULE freshness.idle: who has a commit on its way was heard of, and vouches for nothing (attack A120)", async () => {
    const { signs, heard } = made();
    signs.sent(10, NOW, NOW);
    expect(await heard({ seen: 10, isIdle: false }, NOW)).toMatchObject({ heard: NOW, vouched: 0, answered: 0 });
    expect(await heard({ seen: 10 }, NOW + 1)).toMatchObject({ vouched: NOW, answered: NOW });
    expect(await heard({ seen: 10, isIdle: false }, NOW + 2)).toMatchObject({ heard: NOW + 2, vouched: NOW });
  });

  it("RULE freshness.own-clock: what several people's clocks say of ours is told, never what one says (attack A35)", async () => {
    const clock = new ClockWitness();
    const { signs, heard } = made(clock);
    signs.sent(10, NOW, NOW);
    const people = [2, 3, 4].map((byte) => PersonId.of(new Uint8Array(32).fill(byte)));
    // Our clock is three hours behind.
    for (const [index, person] of people.entries()) {
      expect(clock.peers).toBeNull();
      await heard({ person, seen: 10, time: NOW + 3 * HOUR + index }, NOW + index);
    }
    expect(clock.peers).toEqual({ ahead: -3 * HOUR, people: 3 });
    // Each clock dates what its own person says.
    await heard({ seen: 10, time: NOW + 6 }, NOW + 6);
    expect(await heard({ time: NOW + MINUTE }, NOW + HOUR)).toMatchObject({ vouched: NOW + MINUTE - 6 });
    const late = { person: people[0]!, time: NOW + 3 * HOUR + MINUTE };
    await heard(late, NOW + 4 * HOUR);
    expect(signs.of(people[0]!)?.vouched).toBe(NOW + MINUTE);
  });

  it("RULE freshness.set-back: a clock that is set back dates nothing by what it said before (attack A35)", async () => {
    const { signs, heard } = made();
    signs.sent(10, NOW, NOW);
    await heard({ seen: 10 }, NOW);
    await heard({ time: 0, seen: null }, NOW - HOUR);
    expect(signs.of(DORA)).toBeNull();
    expect(await heard({ seen: 10, time: NOW + HOUR }, NOW - HOUR)).toBeNull();
    // One that was made while the clock was ahead shows nothing either.
    signs.sent(11, NOW, NOW - HOUR);
    expect(await heard({ seen: 11, time: NOW + HOUR }, NOW - HOUR)).toBeNull();
  });

  it("is there after a restart, without what only this process knew; and is forgotten with who it is of", async () => {
    const { signs, heard, again, storage } = made();
    signs.sent(10, NOW, NOW);
    await heard({ seen: 10 }, NOW + MINUTE);
    expect((await again()).of(DORA)).toEqual({ person: DORA, heard: NOW + MINUTE, vouched: NOW, answered: 0 });
    const tx = new Transaction();
    signs.forget(tx, DORA);
    await storage.commit(tx.writes);
    expect(signs.of(DORA)).toBeNull();
    expect((await again()).of(DORA)).toBeNull();
  });

  it("dates by the last 64 messages of ours, and tells a clock only by an answer within a minute", async () => {
    const { signs, heard, clock } = made();
    for (let n = 1; n <= 65; n++) signs.sent(n, NOW + n, NOW + n);
    const wrong = { time: NOW + 30 * HOUR };
    expect(await heard({ ...wrong, seen: 1 }, NOW + HOUR)).toBeNull();
    expect(await heard({ ...wrong, seen: 2 }, NOW + HOUR)).toMatchObject({ answered: NOW + 2, vouched: NOW + 2 });
    expect(clock.dated("01".repeat(32), 0)).toBeNull();
    expect(signs.isDated(DORA)).toBe(false);
    signs.sent(70, NOW + 2 * HOUR, NOW + 2 * HOUR);
    await heard({ ...wrong, seen: 70 }, NOW + 2 * HOUR + MINUTE + 1);
    expect(signs.isDated(DORA)).toBe(false);
    signs.sent(71, NOW + 3 * HOUR, NOW + 3 * HOUR);
    await heard({ ...wrong, seen: 71 }, NOW + 3 * HOUR + MINUTE);
    expect(signs.isDated(DORA)).toBe(true);
    // Who says nothing of our log answers nothing.
    const other = made();
    await other.heard({ time: NOW }, NOW);
    expect(other.signs.isDated(DORA)).toBe(false);
  });

  it("believes of a clock that it is ahead by two minutes, and takes the present for it; and stores only what is news", async () => {
    const { heard, storage } = made();
    expect(await heard({ time: NOW + 2 * MINUTE + 1 }, NOW)).toBeNull();
    expect(await heard({ time: NOW + 2 * MINUTE }, NOW)).toMatchObject({ heard: NOW });
    const { commits } = storage.disk;
    const writes: number[] = [];
    const commit = storage.commit.bind(storage);
    storage.commit = (all) => {
      writes.push(all.length);
      return commit(all);
    };
    await heard({ time: NOW - 5 }, NOW + 1);
    await heard({ time: NOW + 2 }, NOW + 2);
    expect([commits, writes]).toEqual([2, [0, 1]]);
  });

  it("RULE freshness.set-back: a second is no clock that was set", async () => {
    for (const [back, isKept] of [
      [1000, true],
      [1001, false],
    ] as const) {
      const { signs, heard } = made();
      signs.sent(10, NOW, NOW);
      await heard({ seen: 10 }, NOW);
      await heard({ time: 0, seen: null }, NOW - back);
      expect([back, signs.of(DORA) !== null]).toEqual([back, isKept]);
    }
  });
});
