import { struct } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { LeafKey, PersonId, RoomId } from "../encoding/ids.js";
import { type Read, SignedLayout } from "../encoding/signed.js";
import { type JoinPlace, joinPlaceLayout } from "./inviteProof.js";

/**
 * What a device signs with its old leaf key when it takes its place again with a new one: for one room, one new leaf and one
 * place, so nobody can use it for another (docs/protocol.md §7; attack A108).
 */
export interface ReseatProof {
  readonly roomId: RoomId;
  readonly person: PersonId;
  /** The old leaf, which signs. */
  readonly leaf: LeafKey;
  readonly newLeaf: LeafKey;
  readonly place: JoinPlace;
}

const layout = new SignedLayout<ReseatProof>(
  "conclave/reseat/v1",
  256,
  struct<ReseatProof>({
    roomId: RoomId,
    person: PersonId,
    leaf: LeafKey,
    newLeaf: LeafKey,
    place: joinPlaceLayout,
  }),
);

/** Signs, with the seed of the old leaf, that the new one takes its place; gives body and signature. */
export function signReseatProof(crypto: Crypto, oldLeafSeed: Uint8Array, proof: ReseatProof): Uint8Array {
  return layout.sign(crypto, oldLeafSeed, proof);
}

/** The proof in these bytes, whose signature is still to be checked. Null for bytes that are no proof. */
export function readReseatProof(bytes: Uint8Array): Read<ReseatProof> | null {
  return layout.read(bytes);
}
