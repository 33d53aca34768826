import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";

/** ML-KEM-768 (FIPS 203) with its randomness passed in. Keys and ciphertexts are the standard's own bytes. */
export interface MlKem {
  /** The key pair of a seed of 64 bytes (d, z). The private key is the expanded one, of 2,400 bytes. */
  keyPair(seed: Uint8Array): { readonly publicKey: Uint8Array; readonly privateKey: Uint8Array };
  /** `randomness` is 32 bytes. Null for a public key that fails the modulus check (FIPS 203 §7.2). */
  encapsulate(
    publicKey: Uint8Array,
    randomness: Uint8Array,
  ): { readonly sharedSecret: Uint8Array; readonly ciphertext: Uint8Array } | null;
  /** Never refuses a ciphertext of 1,088 bytes: a false one gives a secret that nobody else has (implicit rejection). */
  decapsulate(ciphertext: Uint8Array, privateKey: Uint8Array): Uint8Array;
}

/** In TypeScript: runs anywhere. */
export const nobleMlKem: MlKem = {
  keyPair(seed) {
    const { publicKey, secretKey } = ml_kem768.keygen(seed);
    return { publicKey, privateKey: secretKey };
  },
  encapsulate(publicKey, randomness) {
    try {
      const { sharedSecret, cipherText } = ml_kem768.encapsulate(publicKey, randomness);
      return { sharedSecret, ciphertext: cipherText };
    } catch {
      return null;
    }
  },
  decapsulate: (ciphertext, privateKey) => ml_kem768.decapsulate(ciphertext, privateKey),
};
