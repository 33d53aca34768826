import { asciiBytes, concatBytes } from "./bytes.js";
import { kemRandomness } from "./assembleCrypto.js";
import type { AeadName, Crypto, HashName, Info, KemName, Random } from "./crypto.js";
import { hashLength, partsOf } from "./hkdf.js";

/** The three algorithms of an HPKE suite (RFC 9180 §7). */
export interface HpkeSuite {
  readonly kem: KemName;
  readonly kdf: HashName;
  readonly aead: AeadName;
}

/** What HPKE sends: the encapsulated key (`enc`) and the ciphertext. */
export interface HpkeCiphertext {
  readonly kemOutput: Uint8Array;
  readonly ciphertext: Uint8Array;
}

const KEM_ID = { x25519: 0x0020, xwing: 0x647a } as const;
const KDF_ID = { sha256: 0x0001, sha384: 0x0002, sha512: 0x0003 } as const;
const AEAD_ID = { aes128gcm: 0x0001, aes256gcm: 0x0002, chacha20poly1305: 0x0003 } as const;
const KEY_LENGTH = { aes128gcm: 16, aes256gcm: 32, chacha20poly1305: 32 } as const;
const EMPTY = new Uint8Array(0);

/**
 * Encrypts to one public key after another under the same `info`, each time as {@link hpkeSeal} does. Null when the public
 * key is unusable (a peer's fault). `random` gives the randomness of the encapsulation.
 */
export type HpkeSealer = (
  publicKey: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
  random: Random,
) => HpkeCiphertext | null;

/**
 * What goes into the key schedule of `info` is derived once, here: a Welcome's is as large as the group, and there is a
 * secret to seal under it for each newcomer.
 */
export function hpkeSealer(crypto: Crypto, suite: HpkeSuite, info: Info): HpkeSealer {
  const context = keyScheduleContext(crypto, suite, info);
  return (publicKey, aad, plaintext, random) => {
    const encapsulation = crypto.kemEncapsulate(suite.kem, publicKey, random(kemRandomness[suite.kem]));
    if (encapsulation === null) return null;
    const { key, nonce } = keySchedule(crypto, suite, encapsulation.sharedSecret, context);
    return {
      kemOutput: encapsulation.encapsulated,
      ciphertext: crypto.aeadSeal(suite.aead, key, nonce, aad, plaintext),
    };
  };
}

/**
 * `SealBase` (RFC 9180 §6.1): encrypts to a public key in one shot. Null when the public key is unusable (a peer's
 * fault). `random` gives the randomness of the encapsulation.
 */
export function hpkeSeal(
  crypto: Crypto,
  suite: HpkeSuite,
  publicKey: Uint8Array,
  info: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
  random: Random,
): HpkeCiphertext | null {
  return hpkeSealer(crypto, suite, info)(publicKey, aad, plaintext, random);
}

/** `OpenBase` (RFC 9180 §6.1). Null when the ciphertext does not open. */
export function hpkeOpen(
  crypto: Crypto,
  suite: HpkeSuite,
  privateKey: Uint8Array,
  info: Info,
  aad: Uint8Array,
  sealed: HpkeCiphertext,
): Uint8Array | null {
  const sharedSecret = crypto.kemDecapsulate(suite.kem, privateKey, sealed.kemOutput);
  if (sharedSecret === null) return null;
  const { key, nonce } = keySchedule(crypto, suite, sharedSecret, keyScheduleContext(crypto, suite, info));
  return crypto.aeadOpen(suite.aead, key, nonce, aad, sealed.ciphertext);
}

/** `SendExportBase` (RFC 9180 §6.2): a secret that only the owner of the private key can derive too. Null as above. */
export function hpkeSendExport(
  crypto: Crypto,
  suite: HpkeSuite,
  publicKey: Uint8Array,
  info: Uint8Array,
  exporterContext: Uint8Array,
  length: number,
  random: Random,
): { kemOutput: Uint8Array; secret: Uint8Array } | null {
  const encapsulation = crypto.kemEncapsulate(suite.kem, publicKey, random(kemRandomness[suite.kem]));
  if (encapsulation === null) return null;
  const { exporterSecret } = keySchedule(
    crypto,
    suite,
    encapsulation.sharedSecret,
    keyScheduleContext(crypto, suite, info),
  );
  return {
    kemOutput: encapsulation.encapsulated,
    secret: labeledExpand(crypto, suite, exporterSecret, "sec", exporterContext, length),
  };
}

/** `ReceiveExportBase` (RFC 9180 §6.2). Null when the encapsulated key is unusable. */
export function hpkeReceiveExport(
  crypto: Crypto,
  suite: HpkeSuite,
  privateKey: Uint8Array,
  info: Uint8Array,
  exporterContext: Uint8Array,
  length: number,
  kemOutput: Uint8Array,
): Uint8Array | null {
  const sharedSecret = crypto.kemDecapsulate(suite.kem, privateKey, kemOutput);
  if (sharedSecret === null) return null;
  const { exporterSecret } = keySchedule(crypto, suite, sharedSecret, keyScheduleContext(crypto, suite, info));
  return labeledExpand(crypto, suite, exporterSecret, "sec", exporterContext, length);
}

// KeySchedule in base mode (RFC 9180 §5.1): mode 0, no PSK. Only sequence number 0 is ever used, so the nonce is the
// base nonce. Values come lazily: sealing never needs the exporter secret.
function keySchedule(crypto: Crypto, suite: HpkeSuite, sharedSecret: Uint8Array, context: Uint8Array) {
  const secret = labeledExtract(crypto, suite, sharedSecret, "secret", EMPTY);
  return {
    get key() {
      return labeledExpand(crypto, suite, secret, "key", context, KEY_LENGTH[suite.aead]);
    },
    get nonce() {
      return labeledExpand(crypto, suite, secret, "base_nonce", context, 12);
    },
    get exporterSecret() {
      return labeledExpand(crypto, suite, secret, "exp", context, hashLength[suite.kdf]);
    },
  };
}

// key_schedule_context (RFC 9180 §5.1): public, no key goes into it.
function keyScheduleContext(crypto: Crypto, suite: HpkeSuite, info: Info): Uint8Array {
  const pskIdHash = labeledExtract(crypto, suite, EMPTY, "psk_id_hash", EMPTY);
  const infoHash = labeledExtract(crypto, suite, EMPTY, "info_hash", ...partsOf(info));
  return concatBytes(Uint8Array.of(0), pskIdHash, infoHash);
}

function labeledExtract(crypto: Crypto, suite: HpkeSuite, salt: Uint8Array, label: string, ...ikm: Uint8Array[]) {
  return crypto.hkdfExtract(suite.kdf, salt, VERSION, suiteId(suite), asciiBytes(label), ...ikm);
}

function labeledExpand(
  crypto: Crypto,
  suite: HpkeSuite,
  prk: Uint8Array,
  label: string,
  info: Uint8Array,
  length: number,
): Uint8Array {
  const head = Uint8Array.of(length >> 8, length & 0xff);
  return crypto.hkdfExpand(suite.kdf, prk, [head, VERSION, suiteId(suite), asciiBytes(label), info], length);
}

// Suites are few, and each is one object for as long as a group is.
const suiteIds = new WeakMap<HpkeSuite, Uint8Array>();

function suiteId(suite: HpkeSuite): Uint8Array {
  const known = suiteIds.get(suite);
  if (known !== undefined) return known;
  const ids = [KEM_ID[suite.kem], KDF_ID[suite.kdf], AEAD_ID[suite.aead]].flatMap((id) => [id >> 8, id & 0xff]);
  const made = concatBytes(HPKE, Uint8Array.from(ids));
  suiteIds.set(suite, made);
  return made;
}

const VERSION = asciiBytes("HPKE-v1");
const HPKE = asciiBytes("HPKE");
