import { expect, it } from "vitest";
import { Backoff } from "./backoff.js";

// What is drawn: a share of the wait from 0 to 1.
const drawing = (share: number): Backoff =>
  new Backoff(() => Uint8Array.of(Math.round(share * 255), Math.round(share * 255)));

it("who lost a connection comes back within three seconds, spread evenly; who fails then waits as after any failure", () => {
  expect([0, 0.2, 1].map((share) => drawing(share).afterLoss())).toEqual([0, 600, 3000]);
  const backoff = drawing(1);
  expect([backoff.afterLoss(), backoff.next(), backoff.next()]).toEqual([3000, 1000, 2000]);
  backoff.reset();
  expect([backoff.afterLoss(), backoff.next()]).toEqual([3000, 1000]);
});

it("a connection that is lost again and again is tried less and less often", () => {
  const backoff = drawing(1);
  expect(Array.from({ length: 8 }, () => backoff.afterLoss())).toEqual([
    3000, 3000, 3000, 4000, 8000, 16_000, 30_000, 30_000,
  ]);
});

it("the relay's own wait comes before the spread", () => {
  const backoff = drawing(0);
  backoff.hold(5000);
  expect([backoff.afterLoss(), backoff.afterLoss()]).toEqual([5000, 0]);
});
