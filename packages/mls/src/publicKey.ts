import { fromHex } from "@conclave/codec";
import type { CipherSuite } from "./cipherSuite.js";
import { MlsError } from "./mlsError.js";

const X25519_LENGTH = 32;
const ML_KEM_768_LENGTH = 1184;
const ML_KEM_768_SEED = 32;
const ML_KEM_MODULUS = 3329;

// The u-coordinates of small order on Curve25519 and its twist (RFC 7748 §7): a secret shared with one of them is zero.
const SMALL_ORDER = [
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
].map(fromHex);

/**
 * RULE: mls.usable-key: an encryption key is one that can be sealed to. One leaf with a key of small order, or of a wrong
 * length, would keep every other member from committing (RFC 9420 §10, RFC 9180 §7.1.4).
 */
export function requireUsableKey(suite: CipherSuite, key: Uint8Array, what: string): void {
  if (!isUsableKey(suite, key)) throw new MlsError("unusable_key", what);
}

function isUsableKey(suite: CipherSuite, key: Uint8Array): boolean {
  if (suite.algorithms.kem === "x25519") return key.length === X25519_LENGTH && !isSmallOrder(key);
  if (key.length !== ML_KEM_768_LENGTH + X25519_LENGTH) return false;
  return (
    isReduced(key.subarray(0, ML_KEM_768_LENGTH - ML_KEM_768_SEED)) && !isSmallOrder(key.subarray(ML_KEM_768_LENGTH))
  );
}

function isSmallOrder(key: Uint8Array): boolean {
  // X25519 ignores the highest bit (RFC 7748 §5).
  return SMALL_ORDER.some((small) => small.every((byte, at) => byte === (at === 31 ? key[at]! & 0x7f : key[at])));
}

// FIPS 203 §7.2: the 12-bit coefficients of an encapsulation key are below the modulus.
function isReduced(coefficients: Uint8Array): boolean {
  for (let i = 0; i < coefficients.length; i += 3) {
    const [a, b, c] = [coefficients[i]!, coefficients[i + 1]!, coefficients[i + 2]!];
    if ((a | ((b & 15) << 8)) >= ML_KEM_MODULUS || ((b >> 4) | (c << 4)) >= ML_KEM_MODULUS) return false;
  }
  return true;
}
