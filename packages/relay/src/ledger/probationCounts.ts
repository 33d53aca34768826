/** What people on probation did at this relay, since it began (docs/operator.md). */
export interface ProbationTotals {
  /** Records that they put into logs. */
  readonly records: number;
  /** The payload and attachment bytes of these. */
  readonly bytes: number;
  /** Requests that were refused because of where their key comes from: `on_probation`. */
  readonly refusals: number;
}

const NOTHING: ProbationTotals = { records: 0, bytes: 0, refusals: 0 };

/** Counts what people on probation do. Records count when they are stored: {@link keep} or {@link undo} what came since. */
export class ProbationCounts {
  private kept = NOTHING;
  private now = NOTHING;

  /** Of what is stored. */
  get totals(): ProbationTotals {
    return this.kept;
  }

  record(size: number): void {
    this.now = { ...this.now, records: this.now.records + 1, bytes: this.now.bytes + size };
  }

  /** Nothing of it is stored. */
  refusal(): void {
    const refusals = this.kept.refusals + 1;
    [this.kept, this.now] = [
      { ...this.kept, refusals },
      { ...this.now, refusals },
    ];
  }

  keep(): void {
    this.kept = this.now;
  }

  undo(): void {
    this.now = this.kept;
  }
}
