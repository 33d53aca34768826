import { struct, u53 } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { RoomTag } from "@conclave/wire";
import { labelledHash } from "../encoding/digest.js";
import { LeafKey } from "../encoding/ids.js";
import { bytes32, SignedLayout } from "../encoding/signed.js";
import { leafKeyOf } from "../identity/leafCert.js";

/** Where somebody's view of a room stands, signed, to be compared over another channel (docs/protocol.md §6). */
export interface Beacon {
  readonly roomTag: RoomTag;
  /** The signer's leaf key in the room; the receiver looks up whose it is. */
  readonly leaf: LeafKey;
  readonly seq: number;
  readonly head: Uint8Array;
  readonly epoch: number;
  /** From {@link epochMark}: equal marks mean equal keys and equal rosters. */
  readonly epochMark: Uint8Array;
  /** The signer's clock in ms. */
  readonly time: number;
}

const layout = new SignedLayout<Beacon>(
  "conclave/beacon/v1",
  192,
  struct<Beacon>({
    roomTag: RoomTag,
    leaf: LeafKey,
    seq: u53,
    head: bytes32,
    epoch: u53,
    epochMark: bytes32,
    time: u53,
  }),
);

/** A hash of the epoch authenticator that may leave the room: it shows equality and nothing else. */
export function epochMark(crypto: Crypto, epochAuthenticator: Uint8Array): Uint8Array {
  return labelledHash(crypto, "conclave/epoch-mark/v1", epochAuthenticator);
}

/** Signs a beacon with the leaf's seed; `leaf` is that seed's public key. */
export function signBeacon(crypto: Crypto, leafSeed: Uint8Array, beacon: Omit<Beacon, "leaf">): Uint8Array {
  return layout.sign(crypto, leafSeed, { ...beacon, leaf: leafKeyOf(crypto, leafSeed) });
}

/** The beacon, when the leaf it names signed it; else null. The caller asks its roster whose leaf that is. */
export function openBeacon(crypto: Crypto, bytes: Uint8Array): Beacon | null {
  // RULE: beacon.signature: a view counts only as somebody's word (attack A21).
  return layout.open(crypto, bytes, ({ leaf }) => leaf);
}
