import { describe, expect, it } from "vitest";
import { TokenBucket, TokenBuckets } from "./tokenBucket.js";

const rate = { burst: 10, perSecond: 2 };

describe("a token bucket", () => {
  it("gives all that is there at once, and then says how long to wait, to the ms", () => {
    const bucket = new TokenBucket(rate, 1000);
    expect(bucket.take(6, 1000)).toBe(0);
    expect(bucket.take(4, 1000)).toBe(0);
    expect(bucket.take(1, 1000)).toBe(500);
    expect(bucket.take(5, 2000)).toBe(1500);
    // What was refused was not taken.
    expect(bucket.take(5, 3500)).toBe(0);
    expect(bucket.take(1, 3500)).toBe(500);
  });

  it("never holds more than its burst, and gives what is dearer than that when it is full", () => {
    const bucket = new TokenBucket(rate, 0);
    expect(bucket.take(25, 60_000)).toBe(0);
    // The debt is waited off.
    expect(bucket.take(1, 60_000)).toBe(8000);
  });

  it("a charge is taken in any case, and a clock that goes back gives and takes nothing", () => {
    const bucket = new TokenBucket(rate, 5000);
    bucket.charge(12, 5000);
    expect(bucket.wait(2, 5000)).toBe(2000);
    expect(bucket.wait(2, 1000)).toBe(2000);
    expect(bucket.wait(2, 6000)).toBe(1000);
  });

  it("is full before its first use, and when it has filled up again", () => {
    const bucket = new TokenBucket(rate, 0);
    expect(bucket.isFull(0)).toBe(true);
    bucket.charge(4, 0);
    expect(bucket.isFull(1999)).toBe(false);
    expect(bucket.isFull(2000)).toBe(true);
  });
});

describe("token buckets by key", () => {
  it("A83: forget those that are full again, and nobody's debt", () => {
    const buckets = new TokenBuckets(rate);
    const { buckets: kept } = buckets as unknown as { readonly buckets: ReadonlyMap<string, TokenBucket> };
    expect(buckets.take("a", 2, 0)).toBe(0);
    expect(buckets.take("b", 10, 0)).toBe(0);
    buckets.sweep(1000);
    expect([...kept.keys()]).toEqual(["b"]);
    expect(buckets.take("b", 3, 1000)).toBe(500);
    expect(buckets.take("a", 10, 1000)).toBe(0);
  });
});
