import { describe, expect, it } from "vitest";
import { simulate } from "./simulation.js";

describe("a random run", () => {
  it("replays exactly: equal seeds and steps give equal traces, to the line; another seed another", async () => {
    const lines: string[][] = [[], []];
    const [first, second] = [
      await simulate({ seed: 11, steps: 400, onTrace: (line) => lines[0]!.push(line) }),
      await simulate({ seed: 11, steps: 400, onTrace: (line) => lines[1]!.push(line) }),
    ];
    expect(lines[0]!.length).toBeGreaterThan(400);
    expect(lines[1]).toEqual(lines[0]);
    expect(second.digest).toBe(first.digest);
    const other = await simulate({ seed: 12, steps: 100 });
    expect(other.digest).not.toBe(first.digest);
  }, 120_000);
  it.each([21, 22, 23])(
    "of seed %i breaks no invariant, and loses nothing",
    async (seed) => {
      const result = await simulate({ seed, steps: 700 });
      if (result.failure !== null) throw new Error(result.tail.join("\n"), { cause: result.failure });
      expect(result.counts["records traced"]).toBeGreaterThan(20);
    },
    120_000,
  );
});
