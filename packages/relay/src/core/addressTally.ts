/** Addresses that are remembered at once. */
const MOST_ADDRESSES = 1000;

/**
 * How often something happened to each address, for as long as nobody takes it. Bounded: when too many addresses come, those with
 * the least are forgotten, so whoever does something often is there.
 */
export class AddressTally {
  private counts = new Map<string, number>();

  add(address: string, times = 1): void {
    this.counts.set(address, (this.counts.get(address) ?? 0) + times);
    if (this.counts.size <= MOST_ADDRESSES) return;
    const most = [...this.counts].sort(([, a], [, b]) => b - a);
    this.counts = new Map(most.slice(0, MOST_ADDRESSES / 2));
  }

  get all(): ReadonlyMap<string, number> {
    return this.counts;
  }

  /** What there is; from now on it counts from zero. */
  take(): ReadonlyMap<string, number> {
    const { counts } = this;
    this.counts = new Map();
    return counts;
  }
}
