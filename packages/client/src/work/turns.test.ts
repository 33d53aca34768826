import { LeafKey, type Member, PersonId } from "@conclave/protocol";
import { describe, expect, it } from "vitest";
import { electionRank } from "./electionRank.js";
import { pauseAmong } from "./probes.js";

const leaf = (n: number) => LeafKey.of(new Uint8Array(32).fill(n));

function room(...people: { role?: string; leaves: number[] }[]) {
  const members = people.map(({ role = "member", leaves }, at) => {
    const person = PersonId.of(new Uint8Array(32).fill(at));
    return [
      String(at),
      { person, role, devices: leaves.map((n) => ({ leaf: leaf(n) })) } as unknown as Member,
    ] as const;
  });
  return { members: new Map(members) };
}

describe("whose turn it is", () => {
  it("each device has a place of its own, and with the next round everybody moves up by one", () => {
    const people = room({ leaves: [3, 1] }, { leaves: [4] }, { leaves: [2] });
    const ranks = (round: number) => [1, 2, 3, 4].map((n) => electionRank(people, leaf(n), round));
    expect(ranks(0)).toEqual([0, 1, 2, 3]);
    expect(ranks(1)).toEqual([3, 0, 1, 2]);
    expect(ranks(4)).toEqual(ranks(0));
    expect(ranks(4 * 250_000 + 2)).toEqual(ranks(2));
  });

  it("stewards come before all others, among themselves by rounds too", () => {
    const people = room(
      { leaves: [1] },
      { role: "steward", leaves: [5] },
      { role: "steward", leaves: [3] },
      { leaves: [2] },
    );
    const ranks = (round: number) => [3, 5, 1, 2].map((n) => electionRank(people, leaf(n), round));
    expect(ranks(0)).toEqual([0, 1, 2, 3]);
    expect(ranks(1)).toEqual([1, 0, 3, 2]);
  });
});

describe("the pause before one of many does what one has to", () => {
  it("is between nothing and the longest, and grows with what was drawn", () => {
    for (const people of [0, 1, 2, 10, 1000]) {
      const pauses = [0, 0.25, 0.5, 0.75, 1].map((drawn) => pauseAmong(people, 10_000, drawn));
      expect(pauses[0]).toBe(0);
      expect(pauses[4]).toBeCloseTo(10_000);
      expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
    }
    expect(pauseAmong(0, 10_000, 0.5)).toBe(pauseAmong(2, 10_000, 0.5));
  });

  it("lets one or two of so many be first by more than it takes to hear of them", () => {
    for (const people of [10, 100, 1000]) {
      const soonest = Array.from({ length: people }, (_, at) => pauseAmong(people, 10_000, (at + 0.5) / people));
      const first = soonest[0]!;
      expect(soonest.filter((each) => each < first + 500).length).toBeLessThanOrEqual(3);
      // All the same it does not take everybody's longest.
      expect(first).toBeLessThan(5000);
    }
  });
});
