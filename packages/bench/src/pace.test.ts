import { expect, it } from "vitest";
import { dueBefore, paced, rateOf } from "./pace.js";

it.each([1, 99, 150, 500, 3333, 5000])(
  "sends %i messages a second, whether the bursts come out even or not",
  (rate) => {
    expect([dueBefore(0, rate), dueBefore(100, rate), dueBefore(800, rate)]).toEqual([0, rate, 8 * rate]);
  },
);

it("sends all that are due in its time", async () => {
  const bursts: number[] = [];
  await paced(0.1, 250, (burst) => bursts.push(burst));
  expect(bursts.reduce((sum, each) => sum + each, 0)).toBe(25);
});

it("takes any whole rate, and none that is none", () => {
  expect(rateOf(["push", "--rate=150"])).toBe(150);
  expect(rateOf(["push"])).toBe(5000);
  for (const word of ["--rate=0", "--rate=1.5", "--rate=-1", "--rate=", "--rate", "--rate=5k"]) {
    expect([word, rateOf([word])]).toEqual([word, null]);
  }
});
