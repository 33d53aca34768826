import { expect, it } from "vitest";
import { returnWait } from "./returnWait.js";

it("those who are sent away come back over a second when they are few, and 500 a second when they are many", () => {
  expect([0, 1, 2, 3].map((at) => returnWait(at, 4))).toEqual([1000, 1250, 1500, 1750]);
  const many = Array.from({ length: 5000 }, (_, at) => returnWait(at, 5000));
  expect([many[0], many.at(-1)]).toEqual([1000, 10_998]);
  for (let second = 1; second < 11; second++) {
    expect(many.filter((wait) => Math.floor(wait / 1000) === second)).toHaveLength(500);
  }
});
