import type { AeadName, Crypto, HashName, KemName, Random } from "@conclave/crypto";
import { hpkeOpen, hpkeSealer, type HpkeCiphertext, type HpkeSuite } from "@conclave/crypto";
import { concatBytes, utf8Bytes, Writer } from "@conclave/codec";
import { MlsError } from "./mlsError.js";

/** The supported suites: 1 and 3 of RFC 9420 §17.1, and the hybrid X-Wing suite 0x004D. */
export type CipherSuiteId = 0x0001 | 0x0003 | 0x004d;

interface Algorithms {
  hash: HashName;
  aead: AeadName;
  kem: KemName;
  keyLength: number;
  /** Bytes of what the KEM sends along. */
  kemOutputLength: number;
}

const ALGORITHMS: Record<CipherSuiteId, Algorithms> = {
  0x0001: { hash: "sha256", aead: "aes128gcm", kem: "x25519", keyLength: 16, kemOutputLength: 32 },
  0x0003: { hash: "sha256", aead: "chacha20poly1305", kem: "x25519", keyLength: 32, kemOutputLength: 32 },
  0x004d: { hash: "sha256", aead: "chacha20poly1305", kem: "xwing", keyLength: 32, kemOutputLength: 1120 },
};

/** Whether the number names a suite that this engine has. */
export function isCipherSuite(id: number): id is CipherSuiteId {
  return id in ALGORITHMS;
}

/** No public key of any suite is longer: what is, is refused when it is read. */
export const MAX_KEY_BYTES = 2048;

const EMPTY = new Uint8Array(0);

/** The labelled operations of one cipher suite (RFC 9420 §5.1, §5.2, §8). */
export class CipherSuite {
  readonly hashLength = 32;
  readonly nonceLength = 12;
  readonly keyLength: number;
  readonly algorithms: Algorithms;
  readonly hpke: HpkeSuite;

  constructor(
    readonly id: CipherSuiteId,
    readonly crypto: Crypto,
  ) {
    this.algorithms = ALGORITHMS[id];
    this.keyLength = this.algorithms.keyLength;
    const { kem, hash, aead } = this.algorithms;
    this.hpke = { kem, kdf: hash, aead };
  }

  /** @throws MlsError `unsupported_suite` */
  static of(id: number, crypto: Crypto): CipherSuite {
    if (!isCipherSuite(id)) throw new MlsError("unsupported_suite", String(id));
    return new CipherSuite(id, crypto);
  }

  hash(...parts: readonly Uint8Array[]): Uint8Array {
    return this.crypto.hash(this.algorithms.hash, ...parts);
  }

  mac(key: Uint8Array, data: Uint8Array): Uint8Array {
    return this.crypto.hmac(this.algorithms.hash, key, data);
  }

  extract(salt: Uint8Array, ikm: Uint8Array): Uint8Array {
    return this.crypto.hkdfExtract(this.algorithms.hash, salt, ikm);
  }

  expandWithLabel(secret: Uint8Array, label: string, context: Uint8Array, length: number): Uint8Array {
    const info = scratch.clear().u16(length).opaque(labelBytes(label)).opaque(context).peek();
    return this.crypto.hkdfExpand(this.algorithms.hash, secret, info, length);
  }

  deriveSecret(secret: Uint8Array, label: string): Uint8Array {
    return this.expandWithLabel(secret, label, EMPTY, this.hashLength);
  }

  deriveTreeSecret(secret: Uint8Array, label: string, generation: number, length: number): Uint8Array {
    return this.expandWithLabel(secret, label, uint32(generation), length);
  }

  signWithLabel(privateKey: Uint8Array, label: string, content: Uint8Array): Uint8Array {
    return this.crypto.ed25519Sign(privateKey, labelled(label, content));
  }

  verifyWithLabel(publicKey: Uint8Array, label: string, content: Uint8Array, signature: Uint8Array): boolean {
    return this.crypto.ed25519Verify(publicKey, labelled(label, content), signature);
  }

  /** EncryptWithLabel for one public key after another (RFC 9420 §5.1.3). Gives null when a public key is unusable. */
  encrypterWithLabel(label: string, context: Uint8Array) {
    const seal = hpkeSealer(this.crypto, this.hpke, [labelledHead(label, context.length), context]);
    return (publicKey: Uint8Array, plaintext: Uint8Array, random: Random): HpkeCiphertext | null =>
      seal(publicKey, EMPTY, plaintext, random);
  }

  /** Null when the ciphertext does not open. */
  decryptWithLabel(
    privateKey: Uint8Array,
    label: string,
    context: Uint8Array,
    sealed: HpkeCiphertext,
  ): Uint8Array | null {
    const info = [labelledHead(label, context.length), context];
    return hpkeOpen(this.crypto, this.hpke, privateKey, info, EMPTY, sealed);
  }

  /** RefHash (RFC 9420 §5.2). The label is used as it is, prefix included. */
  refHash(label: string, value: Uint8Array): Uint8Array {
    return this.hash(scratch.clear().opaque(utf8Bytes(label)).varint(value.length).peek(), value);
  }
}

// One writer for all short inputs: making a buffer for each costs more than the hash. Nothing in here calls back, so it is
// never in use twice.
const SCRATCH = 8192;
const scratch = new Writer(SCRATCH);

const PREFIX = utf8Bytes("MLS 1.0 ");
const labels = new Map<string, Uint8Array>();

function labelBytes(label: string): Uint8Array {
  let bytes = labels.get(label);
  if (bytes === undefined) {
    bytes = concatBytes(PREFIX, utf8Bytes(label));
    // Exporter labels come from the application: keep only as many as any sane one uses.
    if (labels.size < 256) labels.set(label, bytes);
  }
  return bytes;
}

function uint32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
}

// SignContent and EncryptContext are alike: label<V>, content<V>. To be read before the scratch is used again.
function labelled(label: string, content: Uint8Array): Uint8Array {
  const writer = content.length > SCRATCH / 2 ? new Writer(content.length + 48) : scratch.clear();
  return writer.opaque(labelBytes(label)).opaque(content).peek();
}

/** What stands before a content that is signed or sealed to under a label. */
export function labelledHead(label: string, contentLength: number): Uint8Array {
  return scratch.clear().opaque(labelBytes(label)).varint(contentLength).finish();
}
