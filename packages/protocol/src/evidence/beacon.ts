import { decode, encode } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { labelledHash } from "../encoding/digest.js";
import { isSignedBy, signBody, splitSigned } from "../encoding/signed.js";

/** Where somebody's view of a room stands, signed, to be compared over another channel (docs/protocol.md §6). */
export interface Beacon {
  readonly roomTag: Uint8Array;
  /** The signer's leaf key in the room; the receiver looks up whose it is. */
  readonly leaf: Uint8Array;
  readonly seq: number;
  readonly head: Uint8Array;
  readonly epoch: number;
  /** From {@link epochMark}: equal marks mean equal keys and equal rosters. */
  readonly epochMark: Uint8Array;
  /** The signer's clock in ms. */
  readonly time: number;
}

const LABEL = "conclave/beacon/v1";
const MAX_BODY = 192;

/** A hash of the epoch authenticator that may leave the room: it shows equality and nothing else. */
export function epochMark(crypto: Crypto, epochAuthenticator: Uint8Array): Uint8Array {
  return labelledHash(crypto, "conclave/epoch-mark/v1", epochAuthenticator);
}

/** Signs a beacon with the leaf's seed; `leaf` is that seed's public key. */
export function signBeacon(crypto: Crypto, leafSeed: Uint8Array, beacon: Omit<Beacon, "leaf">): Uint8Array {
  const body = encode(beacon, (w, b) => {
    w.fixed(b.roomTag).fixed(crypto.ed25519PublicKey(leafSeed)).u53(b.seq).fixed(b.head);
    w.u53(b.epoch).fixed(b.epochMark).u53(b.time);
  });
  return signBody(crypto, leafSeed, LABEL, body);
}

/** The beacon, when the leaf it names signed it; else null. The caller asks its roster whose leaf that is. */
export function openBeacon(crypto: Crypto, bytes: Uint8Array): Beacon | null {
  const signed = splitSigned(bytes, MAX_BODY);
  const decoded =
    signed === null
      ? null
      : decode(signed.body, (r) => ({
          roomTag: r.fixed(32),
          leaf: r.fixed(32),
          seq: r.u53(),
          head: r.fixed(32),
          epoch: r.u53(),
          epochMark: r.fixed(32),
          time: r.u53(),
        }));
  if (signed === null || decoded === null || !decoded.ok) return null;
  // RULE: beacon.signature: a view counts only as somebody's word (attack A21).
  return isSignedBy(crypto, decoded.value.leaf, LABEL, signed) ? decoded.value : null;
}
