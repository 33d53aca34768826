import { gcm } from "@noble/ciphers/aes.js";
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { ed25519, x25519 } from "@noble/curves/ed25519.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256, sha384, sha512 } from "@noble/hashes/sha2.js";
import { sha3_256, shake256 } from "@noble/hashes/sha3.js";
import { assembleCrypto } from "./assembleCrypto.js";
import { concatBytes } from "./bytes.js";
import type { AeadName, Crypto, Random } from "./crypto.js";
import { HeldSignatures } from "./heldSignatures.js";
import { rememberedVerify } from "./rememberedVerify.js";
import { verifyAhead } from "./verifyAhead.js";

const HASH = { sha256, sha384, sha512 };
const held = new HeldSignatures(sha256);

const assembled = assembleCrypto({
  name: "web",
  hash: (name, data) => HASH[name](data),
  hmac: (name, key, data) => hmac(HASH[name], key, data),
  sha3: (data) => sha3_256(data),
  shake256: (data, length) => shake256(data, { dkLen: length }),
  aeadSeal: (name, key, nonce, aad, plaintext) => cipher(name, key, nonce, aad).encrypt(plaintext),
  aeadOpen(name, key, nonce, aad, sealed) {
    try {
      return cipher(name, key, nonce, aad).decrypt(sealed);
    } catch {
      return null;
    }
  },
  ed25519PublicKey: (seed) => ed25519.getPublicKey(seed),
  ed25519Sign: (seed, message) => ed25519.sign(message, seed),
  ed25519Verify: rememberedVerify(ed25519Verify, held),
  x25519PublicKey: (privateKey) => x25519.getPublicKey(privateKey),
  x25519(privateKey, publicKey) {
    try {
      return x25519.getSharedSecret(privateKey, publicKey);
    } catch {
      return null;
    }
  },
});

/** The implementation on the noble packages: runs in any browser (and in Node, some 10 times slower than `node`). */
export const webCrypto: Crypto = { ...assembled, verifyAhead: verifyAhead(held, globalThis.crypto.subtle) };

/** Random bytes of the platform (`crypto.getRandomValues`), in pieces of the size it allows. */
export const systemRandom: Random = (length) => {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 65536) globalThis.crypto.getRandomValues(bytes.subarray(at, at + 65536));
  return bytes;
};

function cipher(name: AeadName, key: Uint8Array, nonce: Uint8Array, aad: Uint8Array) {
  return name === "chacha20poly1305" ? chacha20poly1305(key, nonce, aad) : gcm(key, nonce, aad);
}

// RULE: crypto.one-verdict: every implementation must accept the same signatures, or members of a room would part ways
// over one entry (docs/protocol.md). OpenSSL checks without the cofactor and compares encodings of R, noble's own
// verify multiplies by it; so the equation is computed here as OpenSSL does: R == encode(S*B - k*A).
function ed25519Verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  let point;
  try {
    point = ed25519.Point.fromBytes(publicKey, true);
  } catch {
    return false;
  }
  const r = signature.subarray(0, 32);
  const s = littleEndian(signature.subarray(32));
  const k = littleEndian(sha512(concatBytes(r, publicKey, message))) % ed25519.Point.Fn.ORDER;
  const expected = ed25519.Point.BASE.multiplyUnsafe(s).subtract(point.multiplyUnsafe(k)).toBytes();
  return expected.every((byte, i) => byte === r[i]);
}

function littleEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
  return value;
}
