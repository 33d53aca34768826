import { decode, encode, type Reader, type Writer } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";

/**
 * Every label under which a key of Conclave signs. RULE: signed.registry: one purpose, one label, or a signature made
 * for one thing could serve as another (attack A101; docs/protocol.md §1).
 */
export const SIGNING_LABELS = {
  deviceCert: "conclave/device-cert/v1",
  leafCert: "conclave/leaf-cert/v1",
  entry: "conclave/entry/v1",
  approval: "conclave/approval/v1",
  join: "conclave/join/v1",
  leave: "conclave/leave/v1",
  veto: "conclave/veto/v1",
  beacon: "conclave/beacon/v1",
  slot: "conclave/slot/v1",
} as const;

export type SigningPurpose = keyof typeof SIGNING_LABELS;

export const SIGNATURE_BYTES = 64;

/** A structure that parsed, and the parts of the transmitted bytes that its signature covers. Not verified yet. */
export interface SignedParts<T> {
  readonly value: T;
  readonly covered: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * Signs a structure: `{ label, fields… }` and behind it the 64-byte Ed25519 signature over exactly those bytes.
 * `write` writes the fields only; the label is this function's, so nobody can make a key sign bytes without one.
 */
export function signStructure(
  crypto: Crypto,
  purpose: SigningPurpose,
  seed: Uint8Array,
  write: (writer: Writer) => unknown,
): Uint8Array {
  const covered = encode(null, (writer) => write(writer.text(SIGNING_LABELS[purpose])));
  const signature = crypto.ed25519Sign(seed, covered);
  const signed = new Uint8Array(covered.length + SIGNATURE_BYTES);
  signed.set(covered);
  signed.set(signature, covered.length);
  return signed;
}

/** Parses a signed structure; null when the bytes are longer than `maxBytes`, malformed, or of another label. */
export function parseSigned<T>(
  purpose: SigningPurpose,
  bytes: Uint8Array,
  maxBytes: number,
  read: (reader: Reader) => T,
): SignedParts<T> | null {
  if (bytes.length > maxBytes || bytes.length < SIGNATURE_BYTES) return null;
  const covered = bytes.slice(0, bytes.length - SIGNATURE_BYTES);
  const decoded = decode(covered, (reader) => {
    // RULE: signed.label: the first field is the label of this very purpose (attack A101).
    if (reader.text(64, "label") !== SIGNING_LABELS[purpose]) return null;
    return { value: read(reader) };
  });
  if (!decoded.ok || decoded.value === null) return null;
  return { value: decoded.value.value, covered, signature: bytes.slice(covered.length) };
}

/** Whether `publicKey` signed these parts. */
export function verifySigned(crypto: Crypto, parts: SignedParts<unknown>, publicKey: Uint8Array): boolean {
  return crypto.ed25519Verify(publicKey, parts.covered, parts.signature);
}
