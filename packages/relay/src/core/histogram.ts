/** Upper bounds in seconds: from what nobody notices to what everybody does. */
const BOUNDS = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5];

/** How often something took how long, as Prometheus counts it. */
export class Histogram {
  private readonly counts = BOUNDS.map(() => 0);
  private count = 0;
  private sum = 0;

  /** It took so many ms. */
  add(ms: number): void {
    const seconds = ms / 1000;
    this.count++;
    this.sum += seconds;
    const at = BOUNDS.findIndex((bound) => seconds <= bound);
    if (at >= 0) this.counts[at]!++;
  }

  /** `NAME_bucket{le="…"}`, each with all that took no longer, `NAME_sum` (seconds) and `NAME_count`. */
  metrics(name: string): Record<string, number> {
    let within = 0;
    const buckets = BOUNDS.map((bound, at) => [`${name}_bucket{le="${bound}"}`, (within += this.counts[at]!)] as const);
    return {
      ...Object.fromEntries(buckets),
      [`${name}_bucket{le="+Inf"}`]: this.count,
      [`${name}_sum`]: this.sum,
      [`${name}_count`]: this.count,
    };
  }
}
