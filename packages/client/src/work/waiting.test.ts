import type { Result } from "@conclave/codec";
import { describe, expect, it } from "vitest";
import type { Problem } from "../api/problem.js";
import { ManualClock } from "../memory/manualClock.js";
import { fraction, RetryTimer } from "./retryTimer.js";
import { Waiting } from "./waiting.js";

describe("people who wait until something is so", () => {
  function waiting() {
    const clock = new ManualClock();
    const all = new Waiting({ clock });
    let looked = 0;
    const until = (isSo: () => boolean | Problem, timeout: number, whyLate?: () => Problem) => {
      const told: (Result<void, Problem> | null)[] = [null];
      void all
        .until(
          () => {
            looked++;
            return isSo();
          },
          timeout,
          whyLate,
        )
        .then((result) => (told[0] = result));
      return async () => {
        await new Promise((resolve) => setImmediate(resolve));
        const [result] = told;
        return result == null ? "waits" : result.ok ? "so" : result.error.kind;
      };
    };
    return { clock, all, until, looked: () => looked };
  }

  it("are told at once where it is so, or will not be; nobody looks for them again", async () => {
    const { clock, all, until, looked } = waiting();
    const [so, never] = [until(() => true, 1000), until(() => ({ kind: "closed" }), 1000)];
    expect([await so(), await never()]).toEqual(["so", "closed"]);
    all.look();
    clock.advance(2000);
    expect([looked(), await so(), await never()]).toEqual([2, "so", "closed"]);
  });

  it("are told when somebody looks and it is so, each for what they wait for", async () => {
    const { all, until, looked } = waiting();
    let now = 0;
    const [one, two] = [until(() => now >= 1, 1000), until(() => (now >= 2 ? { kind: "behind" } : false), 1000)];
    expect([await one(), await two()]).toEqual(["waits", "waits"]);
    now = 1;
    expect([await one(), await two()]).toEqual(["waits", "waits"]);
    all.look();
    expect([await one(), await two()]).toEqual(["so", "waits"]);
    now = 2;
    all.look();
    expect([await one(), await two(), looked()]).toEqual(["so", "behind", 5]);
  });

  it("are told why when their time is up, and not again when it comes about", async () => {
    const { clock, all, until } = waiting();
    let isSo = false;
    const [one, two] = [
      until(() => isSo, 1000),
      until(
        () => isSo,
        2000,
        () => ({ kind: "behind" }),
      ),
    ];
    clock.advance(999);
    expect([await one(), await two()]).toEqual(["waits", "waits"]);
    clock.advance(1);
    expect([await one(), await two()]).toEqual(["unreachable", "waits"]);
    clock.advance(1000);
    isSo = true;
    all.look();
    expect([await one(), await two()]).toEqual(["unreachable", "behind"]);
  });
});

describe("what is tried again later", () => {
  function timer(drawn = 0) {
    const clock = new ManualClock();
    const began = clock.now();
    const tries: number[] = [];
    const random = (length: number) => new Uint8Array(length).fill(drawn);
    const retry = new RetryTimer({ clock, random }, () => tries.push(clock.now() - began));
    return { clock, retry, tries };
  }

  it("is tried once, at the last time that was planned, unless it is stopped", () => {
    const { clock, retry, tries } = timer();
    expect(retry.isWaiting).toBe(false);
    retry.in(100);
    retry.in(300);
    expect(retry.isWaiting).toBe(true);
    clock.advance(299);
    expect(tries).toEqual([]);
    clock.advance(1);
    expect([tries, retry.isWaiting]).toEqual([[300], false]);
    retry.in(100);
    retry.stop();
    expect(retry.isWaiting).toBe(false);
    clock.advance(1000);
    expect(tries).toEqual([300]);
  });

  it("waits longer each time while it does not go well, half a minute at most, and never less than it was asked to", () => {
    const { clock, retry, tries } = timer();
    const next = (least?: number) => {
      const before = clock.now();
      retry.later(least);
      while (retry.isWaiting) clock.advance(1);
      return clock.now() - before;
    };
    // With nothing drawn it is half of the whole.
    expect([next(), next(), next()]).toEqual([250, 500, 1000]);
    retry.reset();
    expect([next(), next(5000), next()]).toEqual([250, 5500, 1000]);
    for (let n = 0; n < 10; n++) next();
    expect(next()).toBe(15_000);
    expect(tries).toHaveLength(17);
  });

  it("draws its jitter evenly, from nothing to just below one", () => {
    const drawn = (...bytes: number[]) => fraction({ random: () => Uint8Array.from(bytes) });
    expect([drawn(0, 0), drawn(128, 0), drawn(0, 128)]).toEqual([0, 0.5, 1 / 512]);
    expect(drawn(255, 255)).toBeCloseTo(1, 4);
    expect(drawn(255, 255)).toBeLessThan(1);
  });
});
