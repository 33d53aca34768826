import { describe, expect, it } from "vitest";
import { CLOCK_LIMIT_MS, ClockWitness } from "./clockWitness.js";

const NOW = 1_800_000_000_000;
const DAY = 24 * 3600_000;

describe("what others' clocks say of ours", () => {
  const witness = (relay: number | null, ...peers: number[]) => {
    const made = new ClockWitness();
    if (relay !== null) made.heardRelay(NOW + relay, NOW);
    for (const peer of peers) made.heardPeer(NOW + peer, NOW);
    return made;
  };

  it("RULE client.clock-asked: far ahead or behind is doubted until a person says that it is right, and never runs ahead before", () => {
    const ahead = witness(-30 * DAY);
    expect(ahead.doubt).toEqual({ kind: "clock", ahead: 30 * DAY });
    expect(ahead.timeOf(NOW)).toBe(NOW - 30 * DAY);
    const behind = witness(30 * DAY);
    expect(behind.doubt).toEqual({ kind: "clock", ahead: -30 * DAY });
    expect(behind.timeOf(NOW)).toBe(NOW);
    ahead.isTrusted = true;
    expect(ahead.doubt).toBeNull();
    expect(ahead.timeOf(NOW)).toBe(NOW);
  });

  it("is believed where nobody says otherwise, or one of the others agrees: a relay alone moves no time", () => {
    expect(witness(null).doubt).toBeNull();
    expect(witness(CLOCK_LIMIT_MS).doubt).toBeNull();
    expect(witness(-CLOCK_LIMIT_MS - 1).doubt).not.toBeNull();
    // A message just now, by somebody else's clock.
    expect(witness(-30 * DAY, -5 * DAY, -2000).doubt).toBeNull();
    expect(witness(-30 * DAY, -5 * DAY).doubt).not.toBeNull();
  });

  it("RULE freshness.clock-set: a clock that was set right, forwards or back, is not said to be wrong by what was heard before", () => {
    for (const off of [-3 * 3_600_000, 3 * 3_600_000]) {
      const made = witness(off);
      for (const person of ["bob", "carol", "dave"])
        made.heardAnswer(person, NOW + off, { made: NOW - 1000, now: NOW });
      expect(made.peers).toEqual({ ahead: -off, people: 3 });
      // The relay's next word, by the same clock: a little later, or late.
      made.heardRelay(NOW + off + 60_000, NOW + 60_500);
      expect(made.peers).not.toBeNull();
      made.heardRelay(NOW + off + 120_000, NOW + off + 120_000);
      expect([made.peers, made.dated("bob", NOW)]).toEqual([null, null]);
    }
  });

  it("what was heard later counts, so that a clock that was set right is believed at once", () => {
    const made = witness(-30 * DAY);
    made.heardRelay(NOW - 30 * DAY, NOW - 30 * DAY);
    expect(made.doubt).toBeNull();
  });

  it("RULE freshness.own-clock: the middle of three or more people's clocks counts, beyond two minutes; two say nothing", () => {
    const made = new ClockWitness();
    const answer = (person: string, ahead: number) => {
      made.heardAnswer(person, NOW + ahead, { made: NOW - 400, now: NOW });
    };
    const HOUR = 3_600_000;
    answer("bob", HOUR);
    answer("carol", HOUR);
    expect([made.correction, made.peers]).toEqual([0, null]);
    answer("dave", 3 * HOUR);
    expect([made.correction, made.peers]).toEqual([HOUR, { ahead: -HOUR, people: 3 }]);
    // Whoever comes last or says most decides nothing by that.
    answer("erin", -5 * HOUR);
    answer("frank", 2 * HOUR);
    expect(made.correction).toBe(HOUR);
    answer("grace", 3 * HOUR);
    expect(made.correction).toBe(2 * HOUR);
    const near = new ClockWitness();
    for (const person of ["bob", "carol", "dave"])
      near.heardAnswer(person, NOW + 120_000, { made: NOW - 400, now: NOW });
    expect([near.correction, near.peers]).toEqual([0, null]);
    for (const person of ["bob", "carol"]) near.heardAnswer(person, NOW - 120_001, { made: NOW - 400, now: NOW });
    expect([near.correction, near.peers]).toEqual([-120_001, { ahead: 120_001, people: 3 }]);
  });

  it("a time lies behind us once the relay has signed a later one, whatever it signs after that", () => {
    const made = new ClockWitness();
    expect(made.isBehindRelay(0)).toBe(false);
    made.heardRelay(NOW, NOW);
    expect([NOW - 1, NOW, NOW + 1].map((time) => made.isBehindRelay(time))).toEqual([true, false, false]);
    made.heardRelay(NOW - DAY, NOW);
    expect(made.isBehindRelay(NOW - 1)).toBe(true);
    made.heardRelay(NOW + 5, NOW);
    expect(made.isBehindRelay(NOW + 1)).toBe(true);
  });

  it("RULE freshness.clock-set: a relay's clock that moves by two minutes or less is not one that was set", () => {
    const moves = [
      [120_000, true],
      [-120_000, true],
      [120_001, false],
      [-120_001, false],
    ] as const;
    for (const [moved, isKept] of moves) {
      const made = witness(1000);
      made.heardAnswer("bob", NOW, { made: NOW - 400, now: NOW });
      made.heardRelay(NOW + 1000 + moved, NOW);
      expect([moved, made.dated("bob", NOW) !== null]).toEqual([moved, isKept]);
    }
    // The relay's first word is beside no other.
    const made = new ClockWitness();
    made.heardAnswer("bob", NOW, { made: NOW - 400, now: NOW });
    made.heardRelay(NOW + DAY, NOW);
    expect(made.dated("bob", NOW)).toBe(NOW - 400);
  });

  it("one member whose clock is near ours is enough not to doubt it, up to ten minutes, on either side, whoever wrote last", () => {
    for (const side of [1, -1]) {
      expect(witness(-30 * DAY, side * CLOCK_LIMIT_MS, side * 5 * DAY).doubt).toBeNull();
      expect(witness(-30 * DAY, side * (CLOCK_LIMIT_MS + 1), side * 5 * DAY).ahead).toBe(30 * DAY);
      expect(witness(-30 * DAY, side * 5 * DAY, side * CLOCK_LIMIT_MS).doubt).toBeNull();
    }
  });
});
