import { decode, encode } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { HASH_BYTES, isSignedBy, KEY_BYTES, signBody, splitSigned } from "../encoding/signed.js";
import { INVITE_ID_BYTES } from "./invite.js";

/**
 * What a newcomer signs with an invite's join key: of worth to nobody else, in no other room, for no other leaf, and when
 * it admits directly, at no other place in the chain (docs/protocol.md §7; attack A37).
 */
export interface InviteProof {
  readonly roomId: Uint8Array;
  readonly inviteId: Uint8Array;
  readonly person: Uint8Array;
  readonly leaf: Uint8Array;
  /** Null when it asks: then somebody in the room decides when, and for which key package is in the request. */
  readonly place: { readonly prev: Uint8Array; readonly epoch: number } | null;
}

const LABEL = "conclave/join/v1";

/** Signs, with the invite's join key, that this newcomer came by this invite; gives body and signature. */
export function signInviteProof(crypto: Crypto, joinSeed: Uint8Array, proof: InviteProof): Uint8Array {
  const body = encode(proof, (w, p) => {
    w.fixed(p.roomId).fixed(p.inviteId).fixed(p.person).fixed(p.leaf);
    w.optional(p.place, (x, { prev, epoch }) => x.fixed(prev).u53(epoch));
  });
  return signBody(crypto, joinSeed, LABEL, body);
}

/** The proof in these bytes and whether this join key signed it. Null for bytes that are no proof. */
export function readInviteProof(bytes: Uint8Array): {
  proof: InviteProof;
  isSignedBy: (crypto: Crypto, joinPub: Uint8Array) => boolean;
} | null {
  const signed = splitSigned(bytes, 512);
  if (signed === null) return null;
  const decoded = decode(signed.body, (r) => ({
    roomId: r.fixed(HASH_BYTES),
    inviteId: r.fixed(INVITE_ID_BYTES),
    person: r.fixed(KEY_BYTES),
    leaf: r.fixed(KEY_BYTES),
    place: r.optional((x) => ({ prev: x.fixed(HASH_BYTES), epoch: x.u53() })),
  }));
  if (!decoded.ok) return null;
  return { proof: decoded.value, isSignedBy: (crypto, joinPub) => isSignedBy(crypto, joinPub, LABEL, signed) };
}
