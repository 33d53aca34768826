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
import { quickener } from "./sodium.js";
import { verifyAhead } from "./verifyAhead.js";

const CIPHER = { aes128gcm: "aes-128-gcm", aes256gcm: "aes-256-gcm", chacha20poly1305: "chacha20-poly1305" } as const;
const TAG = 16;
const authTag = { authTagLength: TAG };
/** On the threads of libuv's pool: as many at once as there are cores. */
const verifyOnPool = promisify(verify);

/** A new implementation on `node:crypto`, with its own memory of signatures and its own choice of ML-KEM. */
export function makeNodeCrypto(): Crypto {
  const held = new HeldSignatures((data) => hash("sha256", data, "binary"));
  // Node 20 has no ML-KEM, and later ones have none whose randomness can be given.
  let mlKem = noble.mlKem;
  let mlKemBy = noble.name;

  const assembled = assembleCrypto({
    name: "node",
    hash: digest,
    hmac,
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
      importKey: (_, publicKey) => publicKeyObject("Ed25519", publicKey),
      verify: (_, key, signature, message) => verifyOnPool(null, message, key as KeyObject, signature),
    }),
    quicken: quickener((loaded) => ({ mlKem, name: mlKemBy } = loaded)),
    providers: () => ({ curves: "openssl", mlKem: mlKemBy }),
  };
}

/** Random bytes of the operating system. */
export const systemRandom: Random = (length) => plain(randomBytes(length));

const BLOCK = { sha256: 64, sha384: 128, sha512: 128 } as const;
const SHORT = 1024;
const EMPTY = new Uint8Array(0);

function digest(name: HashName, ...parts: readonly Uint8Array[]): Uint8Array {
  const [first = EMPTY] = parts;
  if (parts.length <= 1) return oneShot(name, first);
  const hashing = createHash(name);
  for (const part of parts) hashing.update(part);
  return plain(hashing.digest());
}

function hmac(name: HashName, key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  if (key.length <= BLOCK[name] && length <= SHORT) return shortHmac(name, key, parts, length);
  const mac = createHmac(name, key);
  for (const part of parts) mac.update(part);
  return plain(mac.digest());
}

// A text of one character for each byte, because that stays in V8's own memory: a Buffer is memory outside it, which costs
// as much to get and to collect as hashing does.
function oneShot(name: HashName, data: Uint8Array): Uint8Array {
  const text = hash(name, data, "binary");
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

// The two inputs of an HMAC, used again for each: arrays of more than 64 bytes are memory outside V8's own, and a commit
// makes a hundred and fifty HMACs.
const inner = new Uint8Array(128 + SHORT);
const outer = new Uint8Array(128 + 64);

// HMAC (RFC 2104) by two one-shot hashes: for the short inputs of a key schedule, making an Hmac object costs more than
// hashing, and leaves a native object to collect.
function shortHmac(name: HashName, key: Uint8Array, parts: readonly Uint8Array[], length: number): Uint8Array {
  const block = BLOCK[name];
  inner.set(key);
  outer.set(key);
  // Both end in zeros, as the key is filled up to a block.
  for (let i = 0; i < block; i++) {
    inner[i]! ^= 0x36;
    outer[i]! ^= 0x5c;
  }
  let at = block;
  for (const part of parts) {
    inner.set(part, at);
    at += part.length;
  }
  const digestOfInner = oneShot(name, inner.subarray(0, block + length));
  outer.set(digestOfInner, block);
  const mac = oneShot(name, outer.subarray(0, block + digestOfInner.length));
  // They hold the key.
  inner.fill(0, 0, block + length);
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
