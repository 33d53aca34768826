import { asciiBytes, concatBytes } from "./bytes.js";
import type { KeyPair } from "./crypto.js";
import { hkdfExpand, hkdfExtract } from "./hkdf.js";
import type { Primitives } from "./primitives.js";

// DHKEM(X25519, HKDF-SHA256), RFC 9180 §4.1 and §7.1.3.
const SUITE_ID = Uint8Array.of(0x4b, 0x45, 0x4d, 0x00, 0x20); // "KEM", kem_id 0x0020
const EMPTY = new Uint8Array(0);

// What stands before the input of each labelled call (RFC 9180 §4): the same bytes each time.
const labelled = (label: string) => concatBytes(asciiBytes("HPKE-v1"), SUITE_ID, asciiBytes(label));
const labelledOf32 = (label: string) => concatBytes(Uint8Array.of(0, 32), labelled(label));
const DKP_PRK = labelled("dkp_prk");
const EAE_PRK = labelled("eae_prk");
const SK = labelledOf32("sk");
const SHARED_SECRET = labelledOf32("shared_secret");

/** DeriveKeyPair (RFC 9180 §7.1.3). */
export function dhkemDeriveKeyPair(primitives: Primitives, ikm: Uint8Array): KeyPair {
  const prk = labeledExtract(primitives, DKP_PRK, ikm);
  const privateKey = hkdfExpand(primitives.hmac, "sha256", prk, SK, 32);
  return { privateKey, publicKey: primitives.x25519PublicKey(privateKey) };
}

/** Encap (RFC 9180 §4.1); the ephemeral key pair is derived from `randomness`. */
export function dhkemEncapsulate(primitives: Primitives, publicKey: Uint8Array, randomness: Uint8Array) {
  const ephemeral = dhkemDeriveKeyPair(primitives, randomness);
  const dh = primitives.x25519(ephemeral.privateKey, publicKey);
  if (dh === null) return null;
  return {
    sharedSecret: extractAndExpand(primitives, dh, ephemeral.publicKey, publicKey),
    encapsulated: ephemeral.publicKey,
  };
}

/** Decap (RFC 9180 §4.1). */
export function dhkemDecapsulate(primitives: Primitives, privateKey: Uint8Array, encapsulated: Uint8Array) {
  // RULE: crypto.low-order: an all-zero Diffie-Hellman result is refused (RFC 9180 §7.1.4).
  const dh = primitives.x25519(privateKey, encapsulated);
  if (dh === null) return null;
  return extractAndExpand(primitives, dh, encapsulated, primitives.x25519PublicKey(privateKey));
}

// `enc` and `pkRm` are the two halves of kem_context.
function extractAndExpand(primitives: Primitives, dh: Uint8Array, enc: Uint8Array, pkRm: Uint8Array): Uint8Array {
  const prk = labeledExtract(primitives, EAE_PRK, dh);
  return hkdfExpand(primitives.hmac, "sha256", prk, [SHARED_SECRET, enc, pkRm], 32);
}

function labeledExtract(primitives: Primitives, label: Uint8Array, ikm: Uint8Array): Uint8Array {
  return hkdfExtract(primitives.hmac, "sha256", EMPTY, label, ikm);
}
