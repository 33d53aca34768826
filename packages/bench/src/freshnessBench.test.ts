import { describe, expect, it } from "vitest";
import { freshnessTraffic } from "./freshnessBench.js";

/** The same numbers each time (a linear congruential generator). */
function drawn(): () => number {
  let state = 1;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

describe("what freshness costs", () => {
  it("a room of 1,000 that everybody watches: at most 25 kB/s at the relay, eight times that where eight must answer", () => {
    const kBPerSecond = (answers: number) => freshnessTraffic(1000, answers, drawn()).bytes / 3600 / 1000;
    expect(kBPerSecond(1)).toBeLessThan(25);
    expect(kBPerSecond(8)).toBeLessThan(200);
  });

  it("few ask for all: a hundred times as many people are no ten times as many questions", () => {
    const questions = (people: number) => freshnessTraffic(people, 1, drawn()).questions;
    expect(questions(10)).toBeGreaterThanOrEqual(6);
    expect(questions(1000)).toBeLessThan(questions(10) * 4);
  });
});
