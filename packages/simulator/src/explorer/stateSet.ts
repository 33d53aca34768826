import type { Crypto } from "@conclave/crypto";

/**
 * Names, each with the fewest events that led to it, kept as 64 bits of their hashes: of ten million, two would be taken
 * for one in a run of 370,000.
 */
export class StateSet {
  private high = new Uint32Array(1 << 12);
  private low = new Uint32Array(1 << 12);
  private events = new Uint8Array(1 << 12);
  /** What was added here and did not come from elsewhere: three numbers each. */
  private readonly fresh: number[] = [];
  size = 0;

  constructor(private readonly crypto: Crypto) {}

  /** Whether it is in, with no more events than these. */
  has(name: string, events = 0): boolean {
    const [high, low] = this.hash(name);
    const at = this.find(high, low);
    return this.high[at] !== 0 && this.events[at]! <= events;
  }

  /** False when it was in with no more events than these. */
  add(name: string, events = 0): boolean {
    const [high, low] = this.hash(name);
    if (!this.put(high, low, events)) return false;
    this.fresh.push(high, low, events);
    return true;
  }

  /** What was added, as bytes for {@link take}. */
  give(): Uint8Array {
    return new Uint8Array(Uint32Array.from(this.fresh).buffer);
  }

  /** Adds what another set gave. */
  take(bytes: Uint8Array): void {
    const numbers = new Uint32Array(new Uint8Array(bytes).buffer);
    for (let at = 0; at < numbers.length; at += 3) this.put(numbers[at]!, numbers[at + 1]!, numbers[at + 2]!);
  }

  private put(high: number, low: number, events: number): boolean {
    const at = this.find(high, low);
    const isIn = this.high[at] !== 0;
    if (isIn && this.events[at]! <= events) return false;
    [this.high[at], this.low[at], this.events[at]] = [high, low, events];
    if (!isIn && ++this.size * 2 > this.high.length) this.grow();
    return true;
  }

  private hash(name: string): [number, number] {
    const digest = this.crypto.hash("sha256", Buffer.from(name, "latin1"));
    const view = new DataView(digest.buffer, digest.byteOffset);
    // Zero means an empty place.
    return [view.getUint32(0) || 1, view.getUint32(4)];
  }

  private find(high: number, low: number): number {
    const mask = this.high.length - 1;
    let at = (high ^ low) & mask;
    while (this.high[at] !== 0 && (this.high[at] !== high || this.low[at] !== low)) at = (at + 1) & mask;
    return at;
  }

  private grow(): void {
    const [high, low, events] = [this.high, this.low, this.events];
    this.high = new Uint32Array(high.length * 2);
    this.low = new Uint32Array(low.length * 2);
    this.events = new Uint8Array(high.length * 2);
    high.forEach((value, from) => {
      if (value === 0) return;
      const at = this.find(value, low[from]!);
      [this.high[at], this.low[at], this.events[at]] = [value, low[from]!, events[from]!];
    });
  }
}
