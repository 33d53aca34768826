import type { MlKem } from "./mlKem.js";

/** Who computes: OpenSSL inside Node, the noble packages in TypeScript, or libsodium in WebAssembly. */
export type ProviderName = "openssl" | "noble" | "libsodium";

/**
 * The primitives that a browser has to bring by itself. Two of them, byte-equal: in TypeScript, there from the start, and in
 * WebAssembly, several times quicker, which is loaded later or never.
 */
export interface CryptoProvider {
  readonly name: ProviderName;
  readonly mlKem: MlKem;
  x25519PublicKey(privateKey: Uint8Array): Uint8Array;
  /** The shared secret, or null when it is all zero (a low-order public key). */
  x25519(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array | null;
  ed25519PublicKey(seed: Uint8Array): Uint8Array;
  ed25519Sign(seed: Uint8Array, message: Uint8Array): Uint8Array;
  /** Called with a 32-byte key and a 64-byte signature whose S is canonical. */
  ed25519Verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
  chachaSeal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array;
  /** Null for what does not authenticate. */
  chachaOpen(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | null;
}
