import { expect, it } from "vitest";
import { Histogram } from "./histogram.js";

it("counts in each bucket all that took no longer, and in the last one everything", () => {
  const histogram = new Histogram();
  for (const ms of [0.5, 1, 4, 80, 9000]) histogram.add(ms);
  const { took_sum: sum, ...rest } = histogram.metrics("took");
  expect(sum).toBeCloseTo(9.0855);
  expect(rest).toEqual({
    'took_bucket{le="0.001"}': 2,
    'took_bucket{le="0.005"}': 3,
    'took_bucket{le="0.025"}': 3,
    'took_bucket{le="0.1"}': 4,
    'took_bucket{le="0.5"}': 4,
    'took_bucket{le="2.5"}': 4,
    'took_bucket{le="+Inf"}': 5,
    took_count: 5,
  });
});
