import { describe, expect, it } from "vitest";
import { KeyWalkWorld } from "./keyWalkWorld.js";

const isLong = process.env["CONCLAVE_LONG"] === "1";
const seeds = Array.from({ length: isLong ? 40 : 6 }, (_, i) => i + 1);
/** How often each thing was done, in all walks together. */
const done = new Map<string, number>();
const steps = isLong ? 1_000 : 400;

describe("keys that were used are gone (RFC 9420 §9.2)", () => {
  it.each(seeds)(
    `RULE mls.apply-keeps-deleted: in ${steps} steps of staging, applying, sending, committing and reloading in any order no store leads to a key that was used, and no replay is taken (A24), seed %i`,
    (seed) => {
      const world = new KeyWalkWorld(seed, 2 + (seed % 5));
      for (let step = 0; step < steps; step++) {
        try {
          world.step();
        } catch (error) {
          throw new Error(`step ${step} of seed ${seed}`, { cause: error });
        }
      }
      for (const [what, times] of world.done) done.set(what, (done.get(what) ?? 0) + times);
    },
    300_000,
  );

  // Over all seeds: one walk may well miss something that depends on who was first.
  it("the walks did all that they are about", () => {
    for (const what of [
      "apply",
      "apply, stale",
      "apply a commit",
      "apply the own commit",
      "apply the own commit after a reload",
      "reload",
      "replay",
    ])
      expect(done.get(what) ?? 0, what).toBeGreaterThan(seeds.length);
  });
});
