import { asciiBytes, concatBytes } from "./bytes.js";
import type { KeyPair } from "./crypto.js";
import { hkdfExpand, hkdfExtract } from "./hkdf.js";
import type { Primitives } from "./primitives.js";

// DHKEM(X25519, HKDF-SHA256), RFC 9180 §4.1 and §7.1.3.
const SUITE_ID = Uint8Array.of(0x4b, 0x45, 0x4d, 0x00, 0x20); // "KEM", kem_id 0x0020
const EMPTY = new Uint8Array(0);
const VERSION = asciiBytes("HPKE-v1");

/** DeriveKeyPair (RFC 9180 §7.1.3). */
export function dhkemDeriveKeyPair(primitives: Primitives, ikm: Uint8Array): KeyPair {
  const prk = labeledExtract(primitives, EMPTY, "dkp_prk", ikm);
  const privateKey = labeledExpand(primitives, prk, "sk", EMPTY, 32);
  return { privateKey, publicKey: primitives.x25519PublicKey(privateKey) };
}

/** Encap (RFC 9180 §4.1); the ephemeral key pair is derived from `randomness`. */
export function dhkemEncapsulate(primitives: Primitives, publicKey: Uint8Array, randomness: Uint8Array) {
  const ephemeral = dhkemDeriveKeyPair(primitives, randomness);
  const dh = primitives.x25519(ephemeral.privateKey, publicKey);
  if (dh === null) return null;
  return {
    sharedSecret: extractAndExpand(primitives, dh, concatBytes(ephemeral.publicKey, publicKey)),
    encapsulated: ephemeral.publicKey,
  };
}

/** Decap (RFC 9180 §4.1). */
export function dhkemDecapsulate(primitives: Primitives, privateKey: Uint8Array, encapsulated: Uint8Array) {
  // RULE: crypto.low-order: an all-zero Diffie-Hellman result is refused (RFC 9180 §7.1.4).
  const dh = primitives.x25519(privateKey, encapsulated);
  if (dh === null) return null;
  return extractAndExpand(primitives, dh, concatBytes(encapsulated, primitives.x25519PublicKey(privateKey)));
}

function extractAndExpand(primitives: Primitives, dh: Uint8Array, kemContext: Uint8Array): Uint8Array {
  const prk = labeledExtract(primitives, EMPTY, "eae_prk", dh);
  return labeledExpand(primitives, prk, "shared_secret", kemContext, 32);
}

function labeledExtract(primitives: Primitives, salt: Uint8Array, label: string, ikm: Uint8Array): Uint8Array {
  return hkdfExtract(primitives.hmac, "sha256", salt, concatBytes(VERSION, SUITE_ID, asciiBytes(label), ikm));
}

function labeledExpand(primitives: Primitives, prk: Uint8Array, label: string, info: Uint8Array, length: number) {
  const labeled = concatBytes(Uint8Array.of(length >> 8, length & 0xff), VERSION, SUITE_ID, asciiBytes(label), info);
  return hkdfExpand(primitives.hmac, "sha256", prk, labeled, length);
}
