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
});
