import type { Random } from "@conclave/crypto";

const FIRST_MS = 500;
const LONGEST_MS = 30_000;
/** After a loss: all clients of a relay that restarts lose their connections in one moment. */
const LOSS_MS = 3_000;

/**
 * How long to wait before the next attempt: doubling from half a second to 30 seconds, each time a random part of
 * between a half and the whole, so that many clients do not all come at once.
 */
export class Backoff {
  private failures = 0;
  private least = 0;

  constructor(private readonly random: Random) {}

  /** The relay asked for this pause: the next wait is at least as long. */
  hold(milliseconds: number): void {
    this.least = Math.min(milliseconds, 10 * 60_000);
  }

  /** Things work again. */
  reset(): void {
    this.failures = 0;
  }

  /** Milliseconds to wait now; each call counts as one more failure. */
  next(): number {
    return this.wait(this.ceiling, 0.5);
  }

  /**
   * The same after something that worked was lost, which happens to many in one moment: anything from nothing to three seconds,
   * or to what a failure would wait where that is longer.
   */
  afterLoss(): number {
    return this.wait(Math.max(LOSS_MS, this.ceiling), 0);
  }

  private get ceiling(): number {
    return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(this.failures, 10));
  }

  /** `share`: which part of the wait is not left to chance. */
  private wait(ceiling: number, share: number): number {
    this.failures++;
    const [high = 0, low = 0] = this.random(2);
    const jitter = (high * 256 + low) / 65_535;
    const wait = this.least + Math.round(ceiling * (share + jitter * (1 - share)));
    this.least = 0;
    return wait;
  }
}
