import type { Random } from "@conclave/crypto";
import { demand, type ConformanceCase } from "./conformance.js";

/** What every random source must do. It cannot show that a source is unpredictable, only that it is not broken. */
export const randomConformance: readonly ConformanceCase<Random>[] = [
  {
    title: "gives the length asked for, each time new bytes that the caller owns",
    run(random) {
      for (const length of [0, 1, 32, 100_000]) demand(random(length).length === length, `length ${String(length)}`);
      const first = random(32);
      const second = random(32);
      demand(!first.every((byte, i) => byte === second[i]), "two draws differ");
      const kept = second.slice();
      first.fill(0);
      random(32);
      demand(
        second.every((byte, i) => byte === kept[i]),
        "a draw is not overwritten by the next",
      );
      return Promise.resolve();
    },
  },
  {
    title: "uses all byte values",
    run(random) {
      demand(new Set(random(20_000)).size === 256, "all 256 values in 20,000 bytes");
      return Promise.resolve();
    },
  },
];
