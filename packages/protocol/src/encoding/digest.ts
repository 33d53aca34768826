import { Writer } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";

/** `SHA-256(label<V> || part<V> …)`: no two labels or splits of the parts hash alike. */
export function labelledHash(crypto: Crypto, label: string, ...parts: readonly Uint8Array[]): Uint8Array {
  // Space for all from the start: a long chain hashes some thousands of states.
  let length = 4 + 3 * label.length;
  for (const part of parts) length += 4 + part.length;
  const writer = new Writer(length).text(label);
  for (const part of parts) writer.opaque(part);
  return crypto.hash("sha256", writer.finish());
}

/** A key of 32 bytes from a secret: HKDF-Expand (RFC 5869) with `label<V> || context<V>` as info. */
export function derivedKey(
  crypto: Crypto,
  secret: Uint8Array,
  label: string,
  context: Uint8Array = new Uint8Array(0),
): Uint8Array {
  return crypto.hkdfExpand("sha256", secret, new Writer(64).text(label).opaque(context).finish(), 32);
}
