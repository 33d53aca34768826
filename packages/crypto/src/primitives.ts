import type { AeadName, HashName } from "./crypto.js";
import type { MlKem } from "./mlKem.js";

/**
 * What an implementation brings: the bare primitives. The KEMs, HKDF and the length checks are built on them once, in
 * `assembleCrypto`, for all implementations alike.
 */
export interface Primitives {
  readonly name: "node" | "web";
  readonly hash: (name: HashName, ...parts: readonly Uint8Array[]) => Uint8Array;
  readonly hmac: (name: HashName, key: Uint8Array, ...parts: readonly Uint8Array[]) => Uint8Array;
  sha3(data: Uint8Array): Uint8Array;
  shake256(data: Uint8Array, length: number): Uint8Array;
  aeadSeal(name: AeadName, key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array;
  aeadOpen(name: AeadName, key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | null;
  ed25519PublicKey(seed: Uint8Array): Uint8Array;
  ed25519Sign(seed: Uint8Array, message: Uint8Array): Uint8Array;
  /** Called with a 32-byte key and a 64-byte signature whose S is canonical. */
  ed25519Verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
  x25519PublicKey(privateKey: Uint8Array): Uint8Array;
  /** The shared secret, or null when it is all zero (a low-order public key). */
  x25519(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array | null;
  /** Asked for each use: a quicker one may take its place, with the same bytes. */
  readonly mlKem: () => MlKem;
}
