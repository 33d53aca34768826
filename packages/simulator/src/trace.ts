import { toHex } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";

const KEPT = 400;

/** What happened, line by line: the last lines, and a hash over all of them. Equal hashes mean equal runs. */
export class Trace {
  lines = 0;
  private readonly recent: string[] = [];
  private hash: Uint8Array = new Uint8Array(32);
  private unhashed: string[] = [];

  /** Called with each line; for watching a run. */
  constructor(private readonly listener: ((line: string) => void) | null = null) {}

  add(line: string): void {
    this.lines++;
    this.unhashed.push(line);
    this.recent.push(line);
    if (this.recent.length >= 2 * KEPT) this.recent.splice(0, KEPT);
    if (this.unhashed.length >= 64) this.absorb();
    this.listener?.(line);
  }

  /** Of everything so far, in hexadecimal. */
  digest(): string {
    this.absorb();
    return toHex(this.hash);
  }

  /** The newest lines. */
  tail(count = 60): readonly string[] {
    return this.recent.slice(-count);
  }

  private absorb(): void {
    if (this.unhashed.length === 0) return;
    const text = new TextEncoder().encode(toHex(this.hash) + this.unhashed.join("\n"));
    this.hash = nodeCrypto.hash("sha256", text);
    this.unhashed = [];
  }
}

/** A few digits that stand for bytes in a trace. */
export function digits(bytes: Uint8Array): string {
  return toHex(nodeCrypto.hash("sha256", bytes).subarray(0, 4));
}
