import { concatBytes, decode, Writer } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";

/** Bytes that were signed, exactly as transmitted, and the signature. */
export interface SignedBytes {
  readonly body: Uint8Array;
  readonly signature: Uint8Array;
}

export const KEY_BYTES = 32;
export const HASH_BYTES = 32;
const SIGNATURE_BYTES = 64;

/**
 * What an Ed25519 key of this protocol signs: `label<V> || body<V>`.
 *
 * RULE: signed.label: every signature is over its own label, so none passes for another structure (attack A101).
 */
export function signedContent(label: string, body: Uint8Array): Uint8Array {
  return new Writer(body.length + 64).text(label).opaque(body).finish();
}

/** Signs a body and gives `body<V> || signature[64]`. */
export function signBody(crypto: Crypto, seed: Uint8Array, label: string, body: Uint8Array): Uint8Array {
  const signature = crypto.ed25519Sign(seed, signedContent(label, body));
  return concatBytes(new Writer(body.length + 4).opaque(body).finish(), signature);
}

/** The parts of a signed structure, or null when it is not one or its body is longer than `max`. Verifies nothing. */
export function splitSigned(bytes: Uint8Array, max: number): SignedBytes | null {
  const decoded = decode(bytes, (r) => ({ body: r.opaque(max), signature: r.fixed(SIGNATURE_BYTES) }));
  return decoded.ok ? decoded.value : null;
}

/** Whether the key signed the body under the label. */
export function isSignedBy(crypto: Crypto, publicKey: Uint8Array, label: string, signed: SignedBytes): boolean {
  return crypto.ed25519Verify(publicKey, signedContent(label, signed.body), signed.signature);
}
