import type { Crypto, KemName } from "./crypto.js";
import { dhkemDecapsulate, dhkemDeriveKeyPair, dhkemEncapsulate } from "./dhkem.js";
import { hkdfExpand, hkdfExtract } from "./hkdf.js";
import type { Primitives } from "./primitives.js";
import { isSmallOrder } from "./smallOrder.js";
import { xwingDecapsulate, xwingDeriveKeyPair, xwingEncapsulate, xwingPublicKey } from "./xwing.js";

const KEY_LENGTH = { aes128gcm: 16, aes256gcm: 32, chacha20poly1305: 32 } as const;
const TAG = 16;

// The order of the Ed25519 base point, little endian.
const ORDER = Uint8Array.from(
  [0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14].concat(
    new Array<number>(15).fill(0),
    [0x10],
  ),
);

/** Makes a whole {@link Crypto} of bare primitives: HKDF, the KEMs, and every check of a length, once for all. */
export function assembleCrypto(primitives: Primitives): Crypto {
  const { name, hash, hmac } = primitives;
  return {
    name,
    hash,
    hmac,
    hkdfExtract: (hashName, salt, ...ikm) => hkdfExtract(hmac, hashName, salt, ...ikm),
    hkdfExpand: (hashName, prk, info, length) => hkdfExpand(hmac, hashName, prk, info, length),
    aeadSeal(aead, key, nonce, aad, plaintext) {
      expectLength(key, KEY_LENGTH[aead], "AEAD key");
      expectLength(nonce, 12, "AEAD nonce");
      return primitives.aeadSeal(aead, key, nonce, aad, plaintext);
    },
    aeadOpen(aead, key, nonce, aad, sealed) {
      expectLength(key, KEY_LENGTH[aead], "AEAD key");
      expectLength(nonce, 12, "AEAD nonce");
      // RULE: crypto.short-tag: what is shorter than a tag is refused before it reaches a library (truncated tags).
      if (sealed.length < TAG) return null;
      return primitives.aeadOpen(aead, key, nonce, aad, sealed);
    },
    ed25519PublicKey(seed) {
      expectLength(seed, 32, "Ed25519 seed");
      return primitives.ed25519PublicKey(seed);
    },
    ed25519Sign(seed, message) {
      expectLength(seed, 32, "Ed25519 seed");
      return primitives.ed25519Sign(seed, message);
    },
    ed25519Verify(publicKey, message, signature) {
      if (publicKey.length !== 32 || signature.length !== 64) return false;
      // RULE: crypto.canonical-s: S must be below the group's order, or signatures are malleable (RFC 8032 §5.1.7).
      if (!isCanonicalScalar(signature.subarray(32))) return false;
      // RULE: crypto.small-order: a key or R of small order is refused: some platforms take such signatures and some (Node
      // from 24.22 on) do not, so that one would split a room; and such a key signs for everything (Brendel et al. 2021).
      if (isSmallOrder(publicKey) || isSmallOrder(signature.subarray(0, 32))) return false;
      return primitives.ed25519Verify(publicKey, message, signature);
    },
    kemDeriveKeyPair(kem, ikm) {
      return kem === "x25519" ? dhkemDeriveKeyPair(primitives, ikm) : xwingDeriveKeyPair(primitives, ikm);
    },
    kemPublicKey(kem, privateKey) {
      expectLength(privateKey, 32, "KEM private key");
      return kem === "x25519" ? primitives.x25519PublicKey(privateKey) : xwingPublicKey(primitives, privateKey);
    },
    kemEncapsulate(kem, publicKey, randomness) {
      expectLength(randomness, kemRandomness[kem], "KEM randomness");
      if (kem === "xwing") return xwingEncapsulate(primitives, publicKey, randomness);
      return publicKey.length === 32 ? dhkemEncapsulate(primitives, publicKey, randomness) : null;
    },
    kemDecapsulate(kem, privateKey, encapsulated) {
      expectLength(privateKey, 32, "KEM private key");
      if (kem === "xwing") return xwingDecapsulate(primitives, privateKey, encapsulated);
      return encapsulated.length === 32 ? dhkemDecapsulate(primitives, privateKey, encapsulated) : null;
    },
  };
}

/** Bytes of randomness that one encapsulation takes. */
export const kemRandomness: Record<KemName, number> = { x25519: 32, xwing: 64 };

function isCanonicalScalar(scalar: Uint8Array): boolean {
  for (let i = 31; i >= 0; i--) if (scalar[i] !== ORDER[i]) return scalar[i]! < ORDER[i]!;
  return false;
}

function expectLength(bytes: Uint8Array, length: number, what: string): void {
  if (bytes.length !== length) throw new RangeError(`${what} must have ${length} bytes`);
}
