import { gcm } from "@noble/ciphers/aes.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256, sha384, sha512 } from "@noble/hashes/sha2.js";
import { sha3_256, shake256 } from "@noble/hashes/sha3.js";
import { assembleCrypto } from "./assembleCrypto.js";
import type { Crypto, Random } from "./crypto.js";
import { HeldSignatures } from "./heldSignatures.js";
import { noble } from "./noble.js";
import type { CryptoProvider } from "./provider.js";
import { rememberedVerify } from "./rememberedVerify.js";
import { quickener } from "./sodium.js";
import { verifyAhead } from "./verifyAhead.js";

const HASH = { sha256, sha384, sha512 };

/** A new implementation for any browser, with its own memory of signatures and its own provider. */
export function makeWebCrypto(): Crypto {
  const held = new HeldSignatures((data) => String.fromCharCode(...sha256(data)));
  // TypeScript until WebAssembly is there.
  let provider: CryptoProvider = noble;

  const assembled = assembleCrypto({
    name: "web",
    hash: (name, ...parts) => digestOf(HASH[name].create(), parts),
    hmac: (name, key, ...parts) => digestOf(hmac.create(HASH[name], key), parts),
    sha3: (data) => sha3_256(data),
    shake256: (data, length) => shake256(data, { dkLen: length }),
    aeadSeal: (name, key, nonce, aad, plaintext) =>
      name === "chacha20poly1305"
        ? provider.chachaSeal(key, nonce, aad, plaintext)
        : gcm(key, nonce, aad).encrypt(plaintext),
    aeadOpen(name, key, nonce, aad, sealed) {
      if (name === "chacha20poly1305") return provider.chachaOpen(key, nonce, aad, sealed);
      try {
        return gcm(key, nonce, aad).decrypt(sealed);
      } catch {
        return null;
      }
    },
    ed25519PublicKey: (seed) => provider.ed25519PublicKey(seed),
    ed25519Sign: (seed, message) => provider.ed25519Sign(seed, message),
    ed25519Verify: rememberedVerify((...check) => provider.ed25519Verify(...check), held),
    x25519PublicKey: (privateKey) => provider.x25519PublicKey(privateKey),
    x25519: (privateKey, publicKey) => provider.x25519(privateKey, publicKey),
    mlKem: () => provider.mlKem,
  });

  return {
    ...assembled,
    verifyAhead: verifyAhead(held, globalThis.crypto.subtle),
    quicken: quickener((loaded) => (provider = loaded)),
    providers: () => ({ curves: provider.name, mlKem: provider.name }),
  };
}

function digestOf(hashing: { update(data: Uint8Array): unknown; digest(): Uint8Array }, parts: readonly Uint8Array[]) {
  for (const part of parts) hashing.update(part);
  return hashing.digest();
}

/** Random bytes of the platform (`crypto.getRandomValues`), in pieces of the size it allows. */
export const systemRandom: Random = (length) => {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 65536) globalThis.crypto.getRandomValues(bytes.subarray(at, at + 65536));
  return bytes;
};
