import type { Random } from "@conclave/crypto";

/** Chance that comes from a seed: the same seed gives the same chances for ever. Not for anything secret. */
export class Dice {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  /** Distinct labels give independent dice of one seed. */
  constructor(
    private readonly seed: number,
    private readonly label = "",
  ) {
    [this.a, this.b, this.c] = [seed | 0, Math.floor(seed / 2 ** 32) | 0, 0x9e3779b9 | 0];
    for (const letter of label) this.c = Math.imul(this.c ^ letter.charCodeAt(0), 0x01000193);
    for (let n = 0; n < 16; n++) this.word();
  }

  /** Dice of their own for somebody: what others throw does not change them. */
  fork(label: string): Dice {
    return new Dice(this.seed, `${this.label}/${label}`);
  }

  /** A whole number from 0 to below `below`. */
  below(below: number): number {
    return Math.floor((this.word() / 2 ** 32) * below);
  }

  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** True in `percent` of 100 cases. */
  chance(percent: number): boolean {
    return this.below(10_000) < percent * 100;
  }

  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  /** Random bytes, for code that takes randomness as an argument. */
  readonly random: Random = (length) => {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += 4) {
      const word = this.word();
      for (let n = 0; n < 4 && at + n < length; n++) bytes[at + n] = word >>> (8 * n);
    }
    return bytes;
  };

  // sfc32, by Chris Doty-Humphrey.
  private word(): number {
    const t = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (this.c << 21) | (this.c >>> 11);
    this.c = (this.c + t) | 0;
    return t >>> 0;
  }
}
