import { concatBytes, constantTimeEqual } from "./bytes.js";
import type { AeadName, Crypto } from "./crypto.js";

const AEAD: AeadName = "chacha20poly1305";
const COMMITMENT = 32;
const LABEL = Uint8Array.from("conclave/committing/v1", (letter) => letter.charCodeAt(0));

/**
 * Seals so that the ciphertext opens under one key only: a 32-byte commitment to (key, nonce) stands in front of a
 * ChaCha20-Poly1305 ciphertext whose key is derived beside it. Adds 48 bytes. `key` is 32 bytes, `nonce` up to 64.
 */
export function committingSeal(
  crypto: Crypto,
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
): Uint8Array {
  const derived = derive(crypto, key, nonce);
  return concatBytes(derived.commitment, crypto.aeadSeal(AEAD, derived.key, derived.nonce, aad, plaintext));
}

/** Opens what {@link committingSeal} made, or null. */
export function committingOpen(
  crypto: Crypto,
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | null {
  if (sealed.length < COMMITMENT) return null;
  const derived = derive(crypto, key, nonce);
  // RULE: crypto.commitment: Poly1305 and GCM tags do not commit to the key, so that one ciphertext can open differently
  // for two people; a hash of the key does (attack A100).
  if (!constantTimeEqual(sealed.subarray(0, COMMITMENT), derived.commitment)) return null;
  return crypto.aeadOpen(AEAD, derived.key, derived.nonce, aad, sealed.subarray(COMMITMENT));
}

function derive(crypto: Crypto, key: Uint8Array, nonce: Uint8Array) {
  if (key.length !== 32) throw new RangeError("a committing key must have 32 bytes");
  const block = crypto.hkdfExpand("sha256", key, concatBytes(LABEL, nonce), 76);
  return { commitment: block.slice(0, 32), key: block.slice(32, 64), nonce: block.slice(64, 76) };
}
