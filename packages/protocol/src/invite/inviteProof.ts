import { optional, struct, u53 } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { InviteId, LeafKey, PersonId, RoomId } from "../encoding/ids.js";
import { bytes32, SignedLayout } from "../encoding/signed.js";
import { type SshSignature, sshSignatureLayout } from "./sshSignature.js";

/**
 * What a newcomer signs with an invite's join key: of worth to nobody else, in no other room, for no other leaf, and when
 * it admits directly, at no other place in the chain (docs/protocol.md §7; attack A37).
 */
export interface InviteProof {
  readonly roomId: RoomId;
  readonly inviteId: InviteId;
  readonly person: PersonId;
  readonly leaf: LeafKey;
  /** Null when it asks: then others bring it in, when they decide to, with the key package in the request. */
  readonly place: JoinPlace | null;
  /** Of one without a place, and of no other: the roster's seq as the newcomer read it. */
  readonly baseSeq: number | null;
  /** Of an invite for listed keys: the key by which they come, and that it is theirs. Null with every other invite. */
  readonly ssh: SshSignature | null;
}

/** The one place at which who comes in by themselves may come in: in the chain, and in the relay's log. */
export interface JoinPlace {
  /** The roster's head before it. */
  readonly prev: Uint8Array;
  readonly epoch: number;
  /** Log position of the newest commit before it, valid or not. */
  readonly lastCommit: number;
}

export const joinPlaceLayout = struct<JoinPlace>({ prev: bytes32, epoch: u53, lastCommit: u53 });

const layout = new SignedLayout<InviteProof>(
  "conclave/join/v1",
  512,
  struct<InviteProof>({
    roomId: RoomId,
    inviteId: InviteId,
    person: PersonId,
    leaf: LeafKey,
    place: optional(joinPlaceLayout),
    baseSeq: optional(u53),
    ssh: optional(sshSignatureLayout),
  }),
);

/** Signs, with the invite's join key, that this newcomer came by this invite; gives body and signature. */
export function signInviteProof(crypto: Crypto, joinSeed: Uint8Array, proof: InviteProof): Uint8Array {
  return layout.sign(crypto, joinSeed, proof);
}

/** The proof in these bytes and whether this join key signed it. Null for bytes that are no proof. */
export function readInviteProof(bytes: Uint8Array): {
  proof: InviteProof;
  isSignedBy: (crypto: Crypto, joinPub: Uint8Array) => boolean;
} | null {
  const read = layout.read(bytes);
  return read && { proof: read.content, isSignedBy: read.isBy };
}
