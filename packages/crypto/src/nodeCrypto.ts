import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  diffieHellman,
  hash,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from "node:crypto";
import { promisify } from "node:util";
import { assembleCrypto } from "./assembleCrypto.js";
import type { AeadName, Crypto, HashName, Random } from "./crypto.js";
import { HeldSignatures } from "./heldSignatures.js";
import { privateKeyObject, publicBytes, publicKeyObject } from "./keyObjects.js";
import { noble } from "./noble.js";
import { loadSodium } from "./sodium.js";
import { verifyAhead } from "./verifyAhead.js";

const CIPHER = { aes128gcm: "aes-128-gcm", aes256gcm: "aes-256-gcm", chacha20poly1305: "chacha20-poly1305" } as const;
const TAG = 16;
const authTag = { authTagLength: TAG };
/** On the threads of libuv's pool: as many at once as there are cores. */
const verifyOnPool = promisify(verify);

/** A new implementation on `node:crypto`, with its own memory of signatures and its own choice of ML-KEM. */
export function makeNodeCrypto(): Crypto {
  const held = new HeldSignatures((data) => digest("sha256", data));
  // Node 20 has no ML-KEM, and later ones have none whose randomness can be given.
  let mlKem = noble.mlKem;
  let mlKemBy = noble.name;
  let loading: Promise<void> | null = null;

  const assembled = assembleCrypto({
    name: "node",
    hash: digest,
    hmac: (name, key, data) =>
      key.length <= BLOCK[name] && data.length <= SHORT
        ? shortHmac(name, key, data)
        : plain(createHmac(name, key).update(data).digest()),
    sha3: (data) => plain(createHash("sha3-256").update(data).digest()),
    shake256: (data, length) => plain(createHash("shake256", { outputLength: length }).update(data).digest()),
    aeadSeal(name, key, nonce, aad, plaintext) {
      const cipher = createCipheriv(CIPHER[name] as "chacha20-poly1305", key, nonce, authTag);
      cipher.setAAD(aad, { plaintextLength: plaintext.length });
      const sealed = new Uint8Array(plaintext.length + TAG);
      sealed.set(cipher.update(plaintext));
      cipher.final();
      sealed.set(cipher.getAuthTag(), plaintext.length);
      return sealed;
    },
    aeadOpen,
    ed25519PublicKey: (seed) => publicBytes("Ed25519", seed),
    ed25519Sign: (seed, message) => plain(sign(null, message, privateKeyObject("Ed25519", seed))),
    ed25519Verify(publicKey, message, signature) {
      if (held.holds({ publicKey, message, signature })) return true;
      const key = publicKeyObject("Ed25519", publicKey);
      return key !== null && verify(null, message, key, signature);
    },
    x25519PublicKey: (privateKey) => publicBytes("X25519", privateKey),
    x25519(privateKey, publicKey) {
      const key = publicKeyObject("X25519", publicKey);
      if (key === null) return null;
      const own = privateKeyObject("X25519", privateKey);
      try {
        return plain(diffieHellman({ privateKey: own, publicKey: key }));
      } catch {
        // OpenSSL fails when the result is all zero: the only way in which this call can fail with whole keys.
        return null;
      }
    },
    mlKem: () => mlKem,
  });

  return {
    ...assembled,
    verifyAhead: verifyAhead(held, {
      importKey: (_, publicKey) => {
        const key = publicKeyObject("Ed25519", publicKey);
        return key === null ? Promise.reject(new TypeError("no point")) : Promise.resolve(key);
      },
      verify: (_, key, signature, message) => verifyOnPool(null, message, key as KeyObject, signature),
    }),
    quicken: () =>
      (loading ??= loadSodium().then((loaded) => {
        if (loaded) ({ mlKem, name: mlKemBy } = loaded);
      })),
    providers: () => ({ curves: "openssl", mlKem: mlKemBy }),
  };
}

/** Random bytes of the operating system. */
export const systemRandom: Random = (length) => plain(randomBytes(length));

const BLOCK = { sha256: 64, sha384: 128, sha512: 128 } as const;
const SHORT = 1024;

// By way of a text: as a buffer, a digest has memory of its own outside the heap, and to make and collect that costs more than
// to hash a short input.
function digest(name: HashName, data: Uint8Array): Uint8Array {
  const letters = hash(name, data, "binary");
  const bytes = new Uint8Array(letters.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = letters.charCodeAt(at);
  return bytes;
}

// HMAC (RFC 2104) by two one-shot hashes: for the short inputs of a key schedule, making an Hmac object costs more than
// hashing, and leaves a native object to collect.
function shortHmac(name: HashName, key: Uint8Array, data: Uint8Array): Uint8Array {
  const block = BLOCK[name];
  const inner = new Uint8Array(block + data.length);
  inner.set(key);
  for (let i = 0; i < block; i++) inner[i]! ^= 0x36;
  inner.set(data, block);
  const digestOfInner = hash(name, inner, "buffer");
  const outer = new Uint8Array(block + digestOfInner.length);
  outer.set(key);
  for (let i = 0; i < block; i++) outer[i]! ^= 0x5c;
  outer.set(digestOfInner, block);
  // They hold the key.
  inner.fill(0);
  const mac = digest(name, outer);
  outer.fill(0);
  return mac;
}

function aeadOpen(name: AeadName, key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array) {
  const length = sealed.length - TAG;
  const decipher = createDecipheriv(CIPHER[name] as "chacha20-poly1305", key, nonce, authTag);
  decipher.setAAD(aad, { plaintextLength: length });
  decipher.setAuthTag(sealed.subarray(length));
  const plaintext = plain(decipher.update(sealed.subarray(0, length)));
  try {
    decipher.final();
  } catch {
    return null;
  }
  return plaintext;
}

// A Buffer is a Uint8Array with other equality and JSON: outside this file there are plain arrays only. Small Buffers
// share a pool, so the bytes are copied out of it: a kept key must not keep (or share) somebody else's memory.
function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer);
}
