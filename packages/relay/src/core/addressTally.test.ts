import { expect, it } from "vitest";
import { AddressTally } from "./addressTally.js";

it("however many addresses come, those with the most are there, and memory does not grow", () => {
  const tally = new AddressTally();
  for (let n = 0; n < 20_000; n++) {
    tally.add(`stranger ${n}`);
    if (n % 100 === 0) tally.add("pest");
  }
  expect(tally.all.get("pest")).toBe(200);
  expect(tally.all.size).toBeLessThanOrEqual(1000);
  expect(tally.take().get("pest")).toBe(200);
  expect(tally.all.size).toBe(0);
});
