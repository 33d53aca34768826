import { equalBytes, toHex, type Failure } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import type { LeafKey, PersonId } from "../encoding/ids.js";
import { refused, type Rejection } from "../policy/rejection.js";
import { MAX_APPROVAL_SPAN } from "./approval.js";
import { inviteOf, type Roster } from "./roster.js";
import { closing, type Invite } from "../invite/invite.js";
import { type InviteProof, readInviteProof } from "../invite/inviteProof.js";
import { provedSshKey } from "./listedKey.js";

/**
 * Why a request's invite does not hold in this room now, or null. A courtesy for those who decide: that nobody comes in
 * by a dead invite is `evaluate`'s rule.
 */
export function checkInvite(
  crypto: Crypto,
  roster: Roster,
  request: { readonly inviteProof: Uint8Array | null; readonly person: PersonId; readonly leaf: LeafKey },
): Failure<Rejection> | null {
  if (request.inviteProof === null) {
    return roster.members.has(toHex(request.person)) ? null : refused("invite_unknown");
  }
  const read = readInviteProof(request.inviteProof);
  const invite = read === null ? null : inviteOf(roster, read.proof.inviteId);
  if (read === null || invite === null) return refused("invite_unknown");
  const { proof } = read;
  const isTheirs = equalBytes(proof.person, request.person) && equalBytes(proof.leaf, request.leaf);
  if (!isTheirs || !equalBytes(proof.roomId, roster.roomId)) return refused("bad_invite_proof");
  if (!read.isSignedBy(crypto, invite.joinPub)) return refused("bad_invite_proof");
  // One for a place in the chain is for who comes in there: a request with it would never be over.
  if (proof.place !== null || agedProof(roster, proof) === null) return refused("bad_invite_proof", "base");
  const keyed = provedSshKey(crypto, roster, invite, proof);
  return keyed.ok ? closedReason(invite) : keyed;
}

/** How old a proof is: `ahead` names an entry that the roster does not have yet, and `over` never counts again. */
export type ProofAge = "ahead" | "fresh" | "over";

/**
 * How old a proof is. One for a place in the chain is always fresh: it serves there or nowhere. Null for one that says neither where nor
 * when, or both.
 *
 * RULE: invite.asked-fresh: a proof that leaves the place open serves for 1,000 entries, and never for somebody who left after it was
 * made: a request that was kept brings nobody back (attacks A123, A160).
 */
export function agedProof({ seq, former }: Roster, { person, place, baseSeq }: InviteProof): ProofAge | null {
  if ((baseSeq === null) === (place === null)) return null;
  if (baseSeq === null) return "fresh";
  if (baseSeq > seq) return "ahead";
  const left = former.get(toHex(person))?.leftSeq ?? 0;
  return seq <= baseSeq + MAX_APPROVAL_SPAN && left <= baseSeq ? "fresh" : "over";
}

/** Why an invite lets nobody in any more, or null. */
export function closedReason(invite: Invite): Failure<Rejection> | null {
  const code = closing(invite);
  return code && refused(code);
}
