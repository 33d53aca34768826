import { concatBytes } from "./bytes.js";
import type { KeyPair } from "./crypto.js";
import type { Primitives } from "./primitives.js";

// X-Wing (draft-connolly-cfrg-xwing-kem): X25519 and ML-KEM-768 under one SHA3-256 combiner.
const LABEL = Uint8Array.of(0x5c, 0x2e, 0x2f, 0x2f, 0x5e, 0x5c);
const ML_PUBLIC = 1184;
const ML_CIPHERTEXT = 1088;

/** Bytes of an X-Wing public key. */
export const XWING_PUBLIC = ML_PUBLIC + 32;
/** Bytes of an X-Wing ciphertext. */
export const XWING_CIPHERTEXT = ML_CIPHERTEXT + 32;

interface Expanded {
  mlPrivate: Uint8Array;
  xPrivate: Uint8Array;
  xPublic: Uint8Array;
  publicKey: Uint8Array;
}

// Expanding a seed costs an ML-KEM key generation, so it is remembered for as long as the caller keeps the very seed.
const expandedSeeds = new WeakMap<Uint8Array, Expanded>();

function expand(primitives: Primitives, seed: Uint8Array): Expanded {
  const known = expandedSeeds.get(seed);
  if (known !== undefined) return known;
  const secret = primitives.shake256(seed, 96);
  const ml = primitives.mlKem().keyPair(secret.slice(0, 64));
  const xPrivate = secret.slice(64, 96);
  const xPublic = primitives.x25519PublicKey(xPrivate);
  const expanded = { mlPrivate: ml.privateKey, xPrivate, xPublic, publicKey: concatBytes(ml.publicKey, xPublic) };
  expandedSeeds.set(seed, expanded);
  return expanded;
}

/** DeriveKeyPair: the seed is SHAKE256 of the input key material. */
export function xwingDeriveKeyPair(primitives: Primitives, ikm: Uint8Array): KeyPair {
  const privateKey = primitives.shake256(ikm, 32);
  return { privateKey, publicKey: expand(primitives, privateKey).publicKey };
}

/** The public key of a 32-byte seed. */
export function xwingPublicKey(primitives: Primitives, seed: Uint8Array): Uint8Array {
  return expand(primitives, seed).publicKey;
}

/** Encapsulates; `randomness` is 64 bytes: 32 for ML-KEM, 32 for the ephemeral X25519 key. Null for an unusable key. */
export function xwingEncapsulate(primitives: Primitives, publicKey: Uint8Array, randomness: Uint8Array) {
  if (publicKey.length !== XWING_PUBLIC) return null;
  const ml = primitives.mlKem().encapsulate(publicKey.subarray(0, ML_PUBLIC), randomness.subarray(0, 32));
  if (ml === null) return null;
  const xPublic = publicKey.slice(ML_PUBLIC);
  const ephemeral = randomness.slice(32, 64);
  const xCiphertext = primitives.x25519PublicKey(ephemeral);
  const xShared = primitives.x25519(ephemeral, xPublic);
  if (xShared === null) return null;
  return {
    sharedSecret: primitives.sha3(concatBytes(ml.sharedSecret, xShared, xCiphertext, xPublic, LABEL)),
    encapsulated: concatBytes(ml.ciphertext, xCiphertext),
  };
}

/** Decapsulates with a seed. Null for a ciphertext of the wrong length or an all-zero X25519 result. */
export function xwingDecapsulate(primitives: Primitives, seed: Uint8Array, encapsulated: Uint8Array) {
  if (encapsulated.length !== XWING_CIPHERTEXT) return null;
  const key = expand(primitives, seed);
  const xCiphertext = encapsulated.slice(ML_CIPHERTEXT);
  const xShared = primitives.x25519(key.xPrivate, xCiphertext);
  if (xShared === null) return null;
  const mlShared = primitives.mlKem().decapsulate(encapsulated.subarray(0, ML_CIPHERTEXT), key.mlPrivate);
  return primitives.sha3(concatBytes(mlShared, xShared, xCiphertext, key.xPublic, LABEL));
}
