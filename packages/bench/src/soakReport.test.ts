import { describe, expect, it } from "vitest";
import { grown, type SoakSample } from "./soakReport.js";

const MB = 1024 * 1024;

/** Forty samples, in which something grows by so much with each. */
function samples(each: Partial<Record<keyof SoakSample, number>>): SoakSample[] {
  const start = { memory: 100 * MB, handles: 30, threads: 12, files: 5, journal: 4 * MB, database: 9 * MB, appends: 0 };
  return Array.from({ length: 40 }, (_, at) => {
    const plus = (key: keyof typeof start): number => start[key] + (each[key] ?? 0) * at;
    const { memory, handles, threads, files, journal, database, appends } = start;
    const now = { memory, handles, threads, files, journal, database, appends };
    for (const key of Object.keys(now) as (keyof typeof now)[]) now[key] = plus(key);
    return { second: at * 30, ...now };
  });
}

describe("what a soak finds", () => {
  it("is nothing where only messages are stored", () => {
    expect(grown(samples({ appends: 5000, database: 2 * MB }))).toEqual([]);
  });

  it("names what grows: memory, a handle, a thread, a file, or a log that nobody empties", () => {
    for (const [what, by] of [
      ["memory", 2 * MB],
      ["handles", 1],
      ["threads", 1],
      ["files", 1],
      ["journal", MB],
    ] as const) {
      const found = grown(samples({ [what]: by }));
      expect(found).toHaveLength(1);
      expect(found[0]).toContain(what);
    }
  });

  it("forgives what warms up, and what went up once", () => {
    const warming = samples({}).map((each, at) => ({ ...each, memory: each.memory + Math.min(at, 9) * 10 * MB }));
    const once = samples({}).map((each, at) => (at === 35 ? { ...each, handles: 500 } : each));
    expect([grown(warming), grown(once)]).toEqual([[], []]);
  });

  it("says nothing of a few samples", () => {
    expect(() => grown(samples({}).slice(0, 11))).toThrow("too few");
  });
});
