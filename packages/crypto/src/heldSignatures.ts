import { concatBytes } from "./bytes.js";
import type { SignatureCheck } from "./crypto.js";

/** How many are kept: those of joining some ten thousand people. */
export const MOST_HELD = 1 << 16;
/** Of longer messages nothing is kept: hashing them is most of what their verification costs. */
const LONGEST = 1 << 14;

/**
 * The signatures that held, so that they need not be verified again. A newcomer checks a room's whole history before the
 * consent and once more when joining; where a verification costs a millisecond that is seconds.
 *
 * RULE: crypto.remembered-verdict: only a yes is kept, and under a hash of key, signature and message whole: nothing but
 * the same three byte strings is ever let through by memory (RFC 8032 §5.1.7 is a function of these three).
 */
export class HeldSignatures {
  private readonly names = new Set<string>();

  /** @param hash A collision-resistant one; its bytes as text, one character for each. */
  constructor(private readonly hash: (bytes: Uint8Array) => string) {}

  /** What a check is kept under; null for what is not kept. */
  name({ publicKey, message, signature }: SignatureCheck): string | null {
    // Other lengths could be divided in two ways; no such signature holds anyway.
    if (publicKey.length !== 32 || signature.length !== 64 || message.length > LONGEST) return null;
    return this.hash(concatBytes(publicKey, signature, message));
  }

  /** Whether it is remembered. Costs nothing while nothing is. */
  holds(check: SignatureCheck): boolean {
    if (this.names.size === 0) return false;
    const name = this.name(check);
    return name !== null && this.names.has(name);
  }

  has(name: string): boolean {
    return this.names.has(name);
  }

  add(name: string): void {
    const [oldest] = this.names;
    if (this.names.size >= MOST_HELD && oldest !== undefined) this.names.delete(oldest);
    this.names.add(name);
  }
}
