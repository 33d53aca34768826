import { concatBytes } from "./bytes.js";

type Verify = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;

/** How many verdicts are kept: those of a join of a few hundred people. */
const MOST = 4096;

/**
 * The same verification, which remembers what held. A newcomer checks a room's whole history before the consent and once
 * more when joining; where a verification costs 2 ms that is seconds.
 *
 * RULE: crypto.remembered-verdict: only a yes is kept, and under a hash of key, signature and message whole: nothing but
 * the same three bytes strings is ever let through by memory (RFC 8032 §5.1.7 is a function of these three).
 * @param sha512 A collision-resistant hash.
 */
export function rememberedVerify(verify: Verify, sha512: (bytes: Uint8Array) => Uint8Array): Verify {
  const held = new Set<string>();
  return (publicKey, message, signature) => {
    // Other lengths could be divided in two ways; no such signature holds anyway.
    if (publicKey.length !== 32 || signature.length !== 64) return verify(publicKey, message, signature);
    const name = String.fromCharCode(...sha512(concatBytes(publicKey, signature, message)));
    if (held.has(name)) return true;
    if (!verify(publicKey, message, signature)) return false;
    const [oldest] = held;
    if (held.size >= MOST && oldest !== undefined) held.delete(oldest);
    held.add(name);
    return true;
  };
}
