import type { ProviderName } from "./provider.js";

/** Hash functions, by the names of RFC 6234. */
export type HashName = "sha256" | "sha384" | "sha512";

/** AEADs of RFC 5116 and RFC 8439. All have 12-byte nonces and 16-byte tags, appended to the ciphertext. */
export type AeadName = "aes128gcm" | "aes256gcm" | "chacha20poly1305";

/** The two KEMs of the supported suites: DHKEM(X25519, HKDF-SHA256) of RFC 9180, and X-Wing (X25519 + ML-KEM-768). */
export type KemName = "x25519" | "xwing";

/** Who computes which part. */
export interface Providers {
  /** X25519 and Ed25519. */
  readonly curves: ProviderName;
  readonly mlKem: ProviderName;
}

/** The info of HKDF-Expand: bytes, or parts that stand one after the other. */
export type Info = Uint8Array | readonly Uint8Array[];

/** Gives `length` fresh random bytes. Passed in everywhere, so that the pure packages are deterministic. */
export type Random = (length: number) => Uint8Array;

/** A KEM key pair as bytes: what is stored. For X-Wing `privateKey` is the 32-byte seed. */
export interface KeyPair {
  readonly publicKey: Uint8Array;
  readonly privateKey: Uint8Array;
}

/** A signature and what it is to be checked with. */
export interface SignatureCheck {
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * The primitives that MLS and the protocol need, all synchronous. Two implementations, one conformance suite:
 * `node` on `node:crypto` with cached key objects, and `web` on the noble packages.
 *
 * Outcomes: bytes from outside that do not verify give `null` or `false`; `throw` is for misuse (a key of the wrong
 * length from our own side). Nothing here draws randomness: it is passed in. What is passed in is read before the call
 * returns (a promise: before the first wait), and may be used again after; only an array with a private key may be kept, by
 * a weak reference to that very array, with what was made of it.
 */
export interface Crypto {
  readonly name: "node" | "web";

  /** Of the parts one after the other, without putting them together first: some are megabytes. */
  hash(name: HashName, ...parts: readonly Uint8Array[]): Uint8Array;
  hmac(name: HashName, key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array;
  /** HKDF-Extract (RFC 5869 §2.2), of the parts one after the other. */
  hkdfExtract(name: HashName, salt: Uint8Array, ...inputKeyMaterial: readonly Uint8Array[]): Uint8Array;
  /** HKDF-Expand (RFC 5869 §2.3), of the parts of `info`. @throws RangeError when `length` exceeds 255 hash lengths. */
  hkdfExpand(name: HashName, pseudoRandomKey: Uint8Array, info: Info, length: number): Uint8Array;

  aeadSeal(name: AeadName, key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array;
  /** The plaintext, or null when the ciphertext does not authenticate (or is shorter than a tag). */
  aeadOpen(name: AeadName, key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | null;

  /** The public key of a 32-byte Ed25519 seed (RFC 8032 §5.1.5). */
  ed25519PublicKey(seed: Uint8Array): Uint8Array;
  ed25519Sign(seed: Uint8Array, message: Uint8Array): Uint8Array;
  /** Never throws: a malformed key or signature is `false`. */
  ed25519Verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
  /**
   * Only where many signatures are checked quicker by asynchronous calls: looks at these ahead, so that
   * {@link Crypto.ed25519Verify} has its answer ready for those that hold. Says nothing by itself, and never rejects.
   */
  readonly verifyAhead?: (checks: readonly SignatureCheck[]) => Promise<void>;

  /**
   * Only where quicker code for some of the primitives can be loaded later: loads it, and uses it from then on. It is
   * byte-equal with what served before. Where it cannot be had, or fails its self-test, nothing changes. It loads at most
   * once: called again, it tries again only what could not be fetched. Never rejects.
   */
  readonly quicken?: () => Promise<void>;
  /** Who computes at the moment, where that is a question. */
  readonly providers?: () => Providers;

  /** The deterministic key pair of `DeriveKeyPair(ikm)`: RFC 9180 §7.1.3 for x25519; X-Wing's own for xwing. */
  kemDeriveKeyPair(kem: KemName, inputKeyMaterial: Uint8Array): KeyPair;
  /** The public key of a stored private key. */
  kemPublicKey(kem: KemName, privateKey: Uint8Array): Uint8Array;
  /** Encapsulates to a peer's public key, with `randomness` for the ephemeral part. Null for an unusable public key. */
  kemEncapsulate(
    kem: KemName,
    publicKey: Uint8Array,
    randomness: Uint8Array,
  ): { sharedSecret: Uint8Array; encapsulated: Uint8Array } | null;
  /** Null for an unusable encapsulation (wrong length, all-zero X25519 result). */
  kemDecapsulate(kem: KemName, privateKey: Uint8Array, encapsulated: Uint8Array): Uint8Array | null;
}
