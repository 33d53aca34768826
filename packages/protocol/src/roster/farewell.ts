import { decode, encode } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { HASH_BYTES, isSignedBy, KEY_BYTES, signBody, splitSigned } from "../encoding/signed.js";

/** A member's signed wish to leave, for anybody's next commit to carry out (attack A61). Void once the leaf is gone. */
export interface Farewell {
  readonly roomId: Uint8Array;
  readonly person: Uint8Array;
  readonly leaf: Uint8Array;
}

const LABEL = "conclave/farewell/v1";

export function signFarewell(crypto: Crypto, leafSeed: Uint8Array, farewell: Farewell): Uint8Array {
  const body = encode(farewell, (w, f) => w.fixed(f.roomId).fixed(f.person).fixed(f.leaf));
  return signBody(crypto, leafSeed, LABEL, body);
}

/** The farewell, when the leaf that it names signed it; else null. */
export function openFarewell(crypto: Crypto, bytes: Uint8Array): Farewell | null {
  const signed = splitSigned(bytes, 256);
  if (signed === null) return null;
  const decoded = decode(signed.body, (r) => ({
    roomId: r.fixed(HASH_BYTES),
    person: r.fixed(KEY_BYTES),
    leaf: r.fixed(KEY_BYTES),
  }));
  return decoded.ok && isSignedBy(crypto, decoded.value.leaf, LABEL, signed) ? decoded.value : null;
}
