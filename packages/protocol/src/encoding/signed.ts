import { type Codec, concatBytes, decode, encode, fixed, Writer } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";

/** Bytes that were signed, exactly as transmitted, and the signature. */
export interface SignedBytes {
  readonly body: Uint8Array;
  readonly signature: Uint8Array;
}

export const HASH_BYTES = 32;
const SIGNATURE_BYTES = 64;

/** A key, an id that is one, a hash: 32 bytes. */
export const bytes32 = fixed(32);

/**
 * What an Ed25519 key of this protocol signs: `label<V> || body<V>`.
 *
 * RULE: signed.label: every signature is over its own label, so none passes for another structure (attack A101).
 */
export function signedContent(label: string, body: Uint8Array): Uint8Array {
  return new Writer(body.length + 64).text(label).opaque(body).finish();
}

/** Signs a body and gives `body<V> || signature[64]`. */
export function signBody(crypto: Crypto, seed: Uint8Array, label: string, body: Uint8Array): Uint8Array {
  const signature = crypto.ed25519Sign(seed, signedContent(label, body));
  return concatBytes(new Writer(body.length + 4).opaque(body).finish(), signature);
}

/** The parts of a signed structure, or null when it is not one or its body is longer than `max`. Verifies nothing. */
export function splitSigned(bytes: Uint8Array, max: number): SignedBytes | null {
  const decoded = decode(bytes, (r) => ({ body: r.opaque(max), signature: r.fixed(SIGNATURE_BYTES) }));
  return decoded.ok ? decoded.value : null;
}

/** Whether the key signed the body under the label. */
export function isSignedBy(crypto: Crypto, publicKey: Uint8Array, label: string, signed: SignedBytes): boolean {
  return crypto.ed25519Verify(publicKey, signedContent(label, signed.body), signed.signature);
}

/** Signed content that was read, and whose signature is still to be checked. */
export interface Read<T> {
  readonly content: T;
  readonly isBy: (crypto: Crypto, publicKey: Uint8Array) => boolean;
}

/** How one kind of statement is signed: its label, its layout, and the longest body that is read. */
export class SignedLayout<T> {
  constructor(
    private readonly label: string,
    private readonly max: number,
    private readonly layout: Codec<T>,
  ) {}

  /** The statement, signed: `body<V> || signature[64]`. */
  sign(crypto: Crypto, seed: Uint8Array, content: T): Uint8Array {
    return signBody(crypto, seed, this.label, encode(content, this.layout.write));
  }

  /** The content of these bytes, or null when they hold none. Nothing is verified yet. */
  read(bytes: Uint8Array): Read<T> | null {
    const signed = splitSigned(bytes, this.max);
    const decoded = signed && decode(signed.body, this.layout.read);
    if (!decoded?.ok) return null;
    return {
      content: decoded.value,
      isBy: (crypto, publicKey) => isSignedBy(crypto, publicKey, this.label, signed!),
    };
  }

  /** The content, when the key that it names itself signed it; else null. */
  open(crypto: Crypto, bytes: Uint8Array, signerOf: (content: T) => Uint8Array): T | null {
    const read = this.read(bytes);
    return read?.isBy(crypto, signerOf(read.content)) === true ? read.content : null;
  }
}
