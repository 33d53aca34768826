import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from "node:crypto";
import { nodeCrypto as crypto, systemRandom } from "@conclave/crypto/node";

const NONCE_BYTES = 12;
const NOTHING = new Uint8Array(0);
const PKCS8_X25519 = Buffer.from("302e020100300506032b656e04220420", "hex");
const SPKI_X25519 = Buffer.from("302a300506032b656e032100", "hex");

/** What everybody, and the server, can know of a person: 32 bytes for key agreement, 32 to check signatures with. */
export interface PublicKeys {
  readonly agree: Uint8Array;
  readonly sign: Uint8Array;
}

/** A person's keys: X25519 for agreeing, Ed25519 for signing. */
export class Keys {
  readonly public: PublicKeys;
  private readonly agreeKey: KeyObject;
  private readonly seed = systemRandom(32);

  constructor() {
    const der = Buffer.concat([PKCS8_X25519, systemRandom(32)]);
    this.agreeKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
    const spki = createPublicKey(this.agreeKey).export({ format: "der", type: "spki" });
    this.public = {
      agree: new Uint8Array(spki.subarray(SPKI_X25519.length)),
      sign: crypto.ed25519PublicKey(this.seed),
    };
  }

  /** The key that this person shares with that one, and nobody else. */
  shared(other: PublicKeys): Uint8Array {
    const der = Buffer.concat([SPKI_X25519, other.agree]);
    const publicKey = createPublicKey({ key: der, format: "der", type: "spki" });
    return crypto.hash("sha256", new Uint8Array(diffieHellman({ privateKey: this.agreeKey, publicKey })));
  }

  /** The bytes, and after them this person's signature. */
  signed(bytes: Uint8Array): Uint8Array {
    return join(bytes, crypto.ed25519Sign(this.seed, bytes));
  }
}

/** The bytes in front of the signature, or null if this person did not sign them. */
export function opened(signer: PublicKeys, signed: Uint8Array): Uint8Array | null {
  if (signed.length < 64) return null;
  const bytes = signed.subarray(0, signed.length - 64);
  return crypto.ed25519Verify(signer.sign, bytes, signed.subarray(signed.length - 64)) ? bytes : null;
}

/** ChaCha20-Poly1305 with a random nonce in front. */
export function seal(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  const nonce = systemRandom(NONCE_BYTES);
  return join(nonce, crypto.aeadSeal("chacha20poly1305", key, nonce, NOTHING, bytes));
}

/** What was sealed with this key, or null. */
export function unseal(key: Uint8Array, sealed: Uint8Array): Uint8Array | null {
  if (sealed.length < NONCE_BYTES + 16) return null;
  return crypto.aeadOpen(
    "chacha20poly1305",
    key,
    sealed.subarray(0, NONCE_BYTES),
    NOTHING,
    sealed.subarray(NONCE_BYTES),
  );
}

export function newKey(): Uint8Array {
  return systemRandom(32);
}

export function join(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

export function number(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return new Uint8Array(bytes);
}

export function numberAt(bytes: Uint8Array, at = 0): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).readUInt32BE(at);
}
