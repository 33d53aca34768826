const MS_PER_MINUTE = 60_000;

/** How often something can happen: `perMinute`, and so many at once. By a clock that nobody can set. */
export class RateLimiter {
  private left: number;
  private at: number;

  constructor(
    private readonly perMinute: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.left = perMinute;
    this.at = now();
  }

  /** Seconds until it can happen again; 0 if it can now, and then it counts. */
  take(): number {
    const now = this.now();
    this.left = Math.min(this.perMinute, this.left + ((now - this.at) * this.perMinute) / MS_PER_MINUTE);
    this.at = now;
    if (this.left < 1) return Math.max(1, Math.ceil(((1 - this.left) * 60) / this.perMinute));
    this.left--;
    return 0;
  }
}
