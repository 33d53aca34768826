import { decode, encode } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { isSignedBy, signBody, splitSigned } from "../encoding/signed.js";

/** What a newcomer signs with an invite's join key: usable by nobody else, nowhere else (docs/protocol.md §7). */
export interface InviteProof {
  readonly roomId: Uint8Array;
  readonly inviteId: Uint8Array;
  readonly person: Uint8Array;
  readonly leaf: Uint8Array;
}

export const JOIN_LABEL = "conclave/join/v1";

export function signInviteProof(crypto: Crypto, joinSeed: Uint8Array, proof: InviteProof): Uint8Array {
  const body = encode(proof, (writer, p) =>
    writer.fixed(p.roomId).fixed(p.inviteId).fixed(p.person).fixed(p.leaf),
  );
  return signBody(crypto, joinSeed, JOIN_LABEL, body);
}

/** The invite a proof names, to look its join key up; null for bytes that are no proof. */
export function inviteIdOfProof(bytes: Uint8Array): Uint8Array | null {
  const signed = splitSigned(bytes, 256);
  const decoded = signed === null ? null : decode(signed.body, readProof);
  return decoded?.ok === true ? decoded.value.inviteId : null;
}

/** The proof, when the invite's join key signed it; otherwise null. */
export function openInviteProof(crypto: Crypto, bytes: Uint8Array, joinPub: Uint8Array): InviteProof | null {
  const signed = splitSigned(bytes, 256);
  if (signed === null) return null;
  const decoded = decode(signed.body, readProof);
  if (!decoded.ok) return null;
  // RULE: invite.proof-signature: whoever never saw the secret has no proof (attacks A4, A37).
  return isSignedBy(crypto, joinPub, JOIN_LABEL, signed) ? decoded.value : null;
}

function readProof(reader: Parameters<Parameters<typeof decode>[1]>[0]): InviteProof {
  return { roomId: reader.fixed(32), inviteId: reader.fixed(16), person: reader.fixed(32), leaf: reader.fixed(32) };
}
