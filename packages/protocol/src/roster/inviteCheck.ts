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
  const keyed = provedSshKey(crypto, roster, invite, proof);
  return keyed.ok ? (staleness(roster, invite, proof) ?? closedReason(invite)) : keyed;
}

/**
 * Why a proof is too old, or null. Only one that nobody else's word goes with has an age.
 *
 * RULE: invite.auto-fresh: a proof that is the permission, and that anybody in the room may carry out, serves for 1,000 entries and
 * never for somebody who left after it was made: one that was kept brings nobody back (attack A123).
 */
export function staleness(
  { seq, former }: Roster,
  { mode }: Invite,
  { person, baseSeq }: InviteProof,
): Failure<Rejection> | null {
  if ((baseSeq !== null) !== (mode === "auto")) return refused("bad_invite_proof", "base");
  if (baseSeq === null) return null;
  const left = former.get(toHex(person))?.leftSeq ?? 0;
  const isFresh = baseSeq <= seq && seq <= baseSeq + MAX_APPROVAL_SPAN && left <= baseSeq;
  return isFresh ? null : refused("invite_stale");
}

/** Why an invite lets nobody in any more, or null. */
export function closedReason(invite: Invite): Failure<Rejection> | null {
  const code = closing(invite);
  return code && refused(code);
}
