import { concatBytes } from "@conclave/codec";
import type { Crypto, HashName } from "@conclave/crypto";

const BYTES: Readonly<Record<HashName, number>> = { sha256: 32, sha384: 48, sha512: 64 };
const TAG_BYTES = 16;

/**
 * Primitives that do what theirs do, and protect nothing: a signature is a hash of the public key and the message, a
 * ciphertext is the plaintext with a tag that only the key, the nonce and the associated data give. What fits opens, what
 * does not fit does not: that is all that decides anything in the protocol. Nobody in an exploration computes a key that
 * they do not have, so nothing hangs on it that they could. About a tenth of the work.
 */
export const modelCrypto: Crypto = {
  name: "node",
  hash: (name, ...parts) => mix(BYTES[name], 1, joined(parts)),
  hmac: (name, key, ...parts) => mix(BYTES[name], 2, key, joined(parts)),
  hkdfExtract: (name, salt, ...parts) => mix(BYTES[name], 3, salt, joined(parts)),
  hkdfExpand: (_name, pseudoRandomKey, info, length) =>
    mix(length, 4, pseudoRandomKey, info instanceof Uint8Array ? info : joined(info)),
  aeadSeal: (_name, key, nonce, aad, plaintext) => {
    const sealed = new Uint8Array(plaintext.length + TAG_BYTES);
    sealed.set(plaintext);
    sealed.set(mix(TAG_BYTES, 5, key, nonce, aad, plaintext), plaintext.length);
    return sealed;
  },
  aeadOpen: (_name, key, nonce, aad, sealed) => {
    if (sealed.length < TAG_BYTES) return null;
    const plaintext = sealed.slice(0, sealed.length - TAG_BYTES);
    const tag = mix(TAG_BYTES, 5, key, nonce, aad, plaintext);
    return tag.every((byte, at) => byte === sealed[plaintext.length + at]) ? plaintext : null;
  },
  ed25519PublicKey: (seed) => mix(32, 6, seed),
  ed25519Sign: (seed, message) => mix(64, 7, mix(32, 6, seed), message),
  ed25519Verify: (publicKey, message, signature) => {
    return signature.length === 64 && mix(64, 7, publicKey, message).every((byte, at) => byte === signature[at]);
  },
  kemDeriveKeyPair: (_kem, inputKeyMaterial) => {
    const privateKey = mix(32, 8, inputKeyMaterial);
    return { privateKey, publicKey: mix(32, 9, privateKey) };
  },
  kemPublicKey: (_kem, privateKey) => mix(32, 9, privateKey),
  // What is sent is a random value in itself, from which only the two keys of a pair give the secret.
  kemEncapsulate: (_kem, publicKey, randomness) => {
    const encapsulated = mix(32, 10, randomness);
    return { encapsulated, sharedSecret: mix(32, 11, publicKey, encapsulated) };
  },
  kemDecapsulate: (_kem, privateKey, encapsulated) => mix(32, 11, mix(32, 9, privateKey), encapsulated),
};

/** In whichever parts something comes, it is the same. */
const joined = (parts: readonly Uint8Array[]) => (parts.length === 1 ? parts[0]! : concatBytes(...parts));

/**
 * As many bytes as are asked for, which depend on all bytes of all parts: four lanes of 32 bits each. Not for keeping
 * anything from anybody; two different questions have one answer as seldom as with any good 128 bits.
 */
function mix(length: number, use: number, ...parts: readonly Uint8Array[]): Uint8Array {
  let [a, b, c, d] = [0x9e3779b9 ^ use, 0x243f6a88 ^ length, 0xb7e15162, 0xdeadbeef];
  for (const part of parts) {
    const size = part.length;
    a = Math.imul(a ^ size, 0x85ebca6b);
    let at = 0;
    for (; at + 4 <= size; at += 4) {
      const word = part[at]! | (part[at + 1]! << 8) | (part[at + 2]! << 16) | (part[at + 3]! << 24);
      a = Math.imul(a ^ word, 0xcc9e2d51);
      b = (Math.imul(b + word, 0x1b873593) ^ (a >>> 15)) | 0;
      c = Math.imul(c ^ ((b << 13) | (b >>> 19)), 0x85ebca6b);
      d = (d + Math.imul(word ^ (c >>> 16), 0xc2b2ae35)) | 0;
      a ^= (d << 7) | (d >>> 25);
    }
    for (; at < size; at++) {
      a = Math.imul(a ^ part[at]!, 0xcc9e2d51);
      b = (Math.imul(b + part[at]! + 0x7ed55d16, 0x1b873593) ^ (a >>> 15)) | 0;
      c = Math.imul(c ^ (b >>> 11), 0x85ebca6b);
      d = (d + Math.imul(c ^ part[at]!, 0xc2b2ae35)) | 0;
    }
    // Where one part ends and the next begins counts.
    b = Math.imul(b ^ (d >>> 3), 0x27d4eb2f);
  }
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 16) {
    for (let round = 0; round < 3; round++) {
      a = Math.imul(a ^ (d >>> 15) ^ at, 0x85ebca6b);
      b = Math.imul(b ^ (a >>> 13), 0xc2b2ae35);
      c = Math.imul(c ^ (b >>> 16), 0x27d4eb2f);
      d = Math.imul(d ^ (c >>> 14), 0x165667b1) + a;
    }
    const lanes = [a, b, c, d];
    for (let byte = 0; byte < 16 && at + byte < length; byte++)
      bytes[at + byte] = lanes[byte >> 2]! >>> (8 * (byte & 3));
  }
  return bytes;
}
