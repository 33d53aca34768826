import { equalBytes, toHex, done, type Result } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import type { PersonId } from "../encoding/ids.js";
import { type LeafCert, openLeafCert } from "../identity/leafCert.js";
import type { Invite } from "../invite/invite.js";
import { type JoinPlace, readInviteProof } from "../invite/inviteProof.js";
import type { EntryHeader } from "./entryHeader.js";
import { refused, type Rejection } from "../policy/rejection.js";
import { agedProof } from "./inviteCheck.js";
import { provedSshKey } from "./listedKey.js";
import { type Device, inviteOf, type ListedKey, type Roster } from "./roster.js";

/** The certificate of a leaf that is to come into this room. */
export function newLeaf(crypto: Crypto, before: Roster, bytes: Uint8Array): Result<LeafCert, Rejection> {
  const cert = openLeafCert(crypto, bytes);
  // RULE: newcomer.leaf-cert: a device comes in with its person's and its own word, for this room (attacks A8, A9, A13).
  if (cert === null || !equalBytes(cert.roomId, before.roomId)) return refused("bad_leaf_cert");
  // RULE: newcomer.leaf-new: one leaf key is one device, so a leaf names one person (docs/protocol.md §3).
  if (before.leaves.has(toHex(cert.leaf))) return refused("leaf_reused");
  return done(cert);
}

/** The device that a certificate brings into the roster. */
export function deviceOf({ leaf, device, deviceNo, seal }: LeafCert, addedSeq: number): Device {
  return { leaf, device, deviceNo, addedSeq, seal };
}

/** Whom a leaf's certificate names; null when it is none. */
export function certifiedPerson(crypto: Crypto, leafCert: Uint8Array): PersonId | null {
  return openLeafCert(crypto, leafCert)?.person ?? null;
}

/** The place that an invite's proof names; null when it asks, or is none. */
export function placeOfInvite(proof: Uint8Array): JoinPlace | null {
  return readInviteProof(proof)?.proof.place ?? null;
}

/** The invite that the evidence proves, for this leaf and, where one acts by oneself, for this place in the chain. */
export function provedInvite(
  crypto: Crypto,
  before: Roster,
  header: EntryHeader,
  cert: LeafCert,
  isDirect: boolean,
): Result<{ invite: Invite; sshKey: ListedKey | null }, Rejection> {
  const read = readInviteProof(header.evidence.proof!);
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
  const hasPlace = place !== null && equalBytes(place.prev, before.head) && place.epoch === header.epoch;
  if (isDirect ? !hasPlace : place !== null) return refused("bad_invite_proof", "place");
  const age = agedProof(before, proof);
  if (age === null) return refused("bad_invite_proof", "base");
  if (age !== "fresh") return refused("invite_stale", age);
  const keyed = provedSshKey(crypto, before, invite, proof);
  return keyed.ok ? done({ invite, sshKey: keyed.value }) : keyed;
}
