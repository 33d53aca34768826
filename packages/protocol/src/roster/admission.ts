import { equalBytes, toHex } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { openLeafCert, type LeafCert } from "../identity/leafCert.js";
import type { Invite } from "../invite/invite.js";
import { closedReason } from "../invite/inviteCheck.js";
import { readInviteProof } from "../invite/inviteProof.js";
import type { Action } from "./action.js";
import type { Newcomer } from "./change.js";
import type { EntryContent } from "./entry.js";
import { MAX_MEMBERS } from "./limit.js";
import { done, type Outcome, refused, type Refused } from "./rejection.js";
import { inviteOf, memberOf, type Roster } from "./roster.js";

type Added = Extract<Action, { type: "add" }>;
type Content = Omit<EntryContent, "stateHash">;

/**
 * Who comes in by an `add`, and by which invite, after everything but the policy's own rule was checked
 * (docs/protocol.md §7). `direct`: the newcomer signs in themself, with an external commit.
 */
export function admit(
  crypto: Crypto,
  before: Roster,
  content: Content,
  action: Added,
  direct: boolean,
): Outcome<Newcomer> {
  const cert = newLeaf(crypto, before, action.leafCert);
  if (!cert.ok) return cert;
  const { person } = cert.value;
  if (memberOf(before, person) !== null) return refused("already_member");
  // RULE: newcomer.room: tree and roster stay of a size that every device can hold (attack A83).
  if (before.members.size >= MAX_MEMBERS) return refused("member_limit");
  const { inviteProof } = content.evidence;
  if (inviteProof === null) return direct ? refused("author_unknown") : done({ cert: cert.value, invite: null });
  const proved = provedInvite(crypto, before, content, cert.value, direct);
  if (!proved.ok) return proved;
  const objection = objectionTo(proved.value, before, cert.value, action, direct);
  return objection ?? done({ cert: cert.value, invite: proved.value });
}

/** The certificate of a leaf that is to come into this room. */
export function newLeaf(crypto: Crypto, before: Roster, bytes: Uint8Array): Outcome<LeafCert> {
  const cert = openLeafCert(crypto, bytes);
  // RULE: newcomer.leaf-cert: a device comes in with its person's and its own word, for this room (attacks A8, A9, A13).
  if (cert === null || !equalBytes(cert.roomId, before.roomId)) return refused("bad_leaf_cert");
  // RULE: newcomer.leaf-new: one leaf key is one device, so a leaf names one person (docs/protocol.md §3).
  if (before.leaves.has(toHex(cert.leaf))) return refused("leaf_reused");
  return done(cert);
}

/** The invite that the evidence proves, for this leaf and, where one acts by oneself, for this place in the chain. */
export function provedInvite(
  crypto: Crypto,
  before: Roster,
  content: Content,
  cert: LeafCert,
  direct: boolean,
): Outcome<Invite> {
  const read = readInviteProof(content.evidence.inviteProof!);
  if (read === null) return refused("bad_invite_proof", "unreadable");
  const { proof } = read;
  const invite = inviteOf(before, proof.inviteId);
  if (invite === null) return refused("invite_unknown");
  // RULE: invite.proof: a proof is by the invite's key, for one room, person and leaf, so nobody can use another's (attack A37).
  const { person, leaf, place } = proof;
  const isTheirs = equalBytes(person, cert.person) && equalBytes(leaf, cert.leaf);
  if (!isTheirs || !equalBytes(proof.roomId, before.roomId)) return refused("bad_invite_proof", "of another");
  if (!read.isSignedBy(crypto, invite.joinPub)) return refused("bad_invite_proof", "signature");
  // RULE: invite.place: who comes in directly proves it for one place in the chain; who asks leaves the place open (attacks A4, A37).
  const hasPlace = place !== null && equalBytes(place.prev, before.head) && place.epoch === content.epoch;
  if (direct ? !hasPlace : place !== null) return refused("bad_invite_proof", "place");
  return done(invite);
}

function objectionTo(invite: Invite, before: Roster, cert: LeafCert, action: Added, direct: boolean): Refused | null {
  // RULE: invite.revoked: a link that was withdrawn lets nobody in (attack A40).
  // RULE: invite.expired: by the time of the chain before, which no newcomer's clock moves (attacks A33, A34, A39).
  // RULE: invite.used-up: uses are counted in the chain, so of two at once one comes in (attack A38).
  const closed = closedReason(invite, before.chainTime);
  if (closed !== null) return closed;
  // RULE: invite.personal: a personal invite is for its person only.
  if (invite.for.class === "personal" && !equalBytes(invite.for.person, cert.person))
    return refused("invite_not_for_you");
  // RULE: invite.role: a link gives the role that it says, no other (attack A11).
  if (action.role !== invite.role) return refused("invite_wrong_role");
  // RULE: invite.mode: where one has to ask, nobody comes in by themself; and a direct link is its bearer's alone.
  if (direct !== (invite.mode === "direct")) return refused("invite_needs_admission");
  // RULE: invite.banned: who is banned does not return by a link (attack A43).
  return before.former.get(toHex(cert.person))?.banned === true ? refused("banned") : null;
}
