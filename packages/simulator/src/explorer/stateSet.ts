import type { Crypto } from "@conclave/crypto";

/**
 * A set of names, kept as 64 bits of their hashes: of ten million, two would be taken for one in a
 * run of 370,000.
 */
export class StateSet {
  private high = new Uint32Array(1 << 16);
  private low = new Uint32Array(1 << 16);
  size = 0;

  constructor(private readonly crypto: Crypto) {}

  has(name: string): boolean {
    const [high, low] = this.hash(name);
    const at = this.find(high, low);
    return this.high[at] !== 0;
  }

  /** False when it was in. */
  add(name: string): boolean {
    const [high, low] = this.hash(name);
    const at = this.find(high, low);
    if (this.high[at] !== 0) return false;
    [this.high[at], this.low[at]] = [high, low];
    if (++this.size * 2 > this.high.length) this.grow();
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
    const [high, low] = [this.high, this.low];
    this.high = new Uint32Array(high.length * 2);
    this.low = new Uint32Array(low.length * 2);
    high.forEach((value, from) => {
      if (value === 0) return;
      const at = this.find(value, low[from]!);
      [this.high[at], this.low[at]] = [value, low[from]!];
    });
  }
}
