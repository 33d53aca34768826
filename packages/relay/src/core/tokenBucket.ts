import type { RateLimit } from "../settings.js";

/** Counts what somebody does against a rate. The time is passed in, in ms. */
export class TokenBucket {
  private level: number;
  private at: number;

  constructor(
    private readonly rate: RateLimit,
    now: number,
  ) {
    this.level = rate.burst;
    this.at = now;
  }

  /** 0 when there was enough, which is then taken; else the ms to wait until there is, and nothing is taken. */
  take(cost: number, now: number): number {
    const wait = this.wait(cost, now);
    if (wait === 0) this.level -= cost;
    return wait;
  }

  /** Ms to wait until there is enough; nothing is taken. */
  wait(cost: number, now: number): number {
    this.refill(now);
    if (this.level >= Math.min(cost, this.rate.burst)) return 0;
    return Math.ceil(((Math.min(cost, this.rate.burst) - this.level) / this.rate.perSecond) * 1000);
  }

  /** Takes in any case; later requests wait until the debt is paid. For costs that are known only afterwards. */
  charge(cost: number, now: number): void {
    this.refill(now);
    this.level -= cost;
  }

  /** Whether it is as if it had never been used. */
  isFull(now: number): boolean {
    this.refill(now);
    return this.level >= this.rate.burst;
  }

  private refill(now: number): void {
    const passed = Math.max(0, now - this.at);
    this.at = Math.max(this.at, now);
    this.level = Math.min(this.rate.burst, this.level + (passed / 1000) * this.rate.perSecond);
  }
}

/** Token buckets by key. {@link sweep} forgets those that are full again. */
export class TokenBuckets {
  private readonly buckets = new Map<string, TokenBucket>();

  constructor(private readonly rate: RateLimit) {}

  take(key: string, cost: number, now: number): number {
    return this.bucket(key, now).take(cost, now);
  }

  /** Ms to wait until there is enough; nothing is taken. */
  wait(key: string, cost: number, now: number): number {
    return this.bucket(key, now).wait(cost, now);
  }

  /** Takes in any case: for costs that are known only afterwards. */
  charge(key: string, cost: number, now: number): void {
    this.bucket(key, now).charge(cost, now);
  }

  private bucket(key: string, now: number): TokenBucket {
    let bucket = this.buckets.get(key);
    if (bucket === undefined) {
      bucket = new TokenBucket(this.rate, now);
      this.buckets.set(key, bucket);
    }
    return bucket;
  }

  sweep(now: number): void {
    for (const [key, bucket] of this.buckets) if (bucket.isFull(now)) this.buckets.delete(key);
  }
}
