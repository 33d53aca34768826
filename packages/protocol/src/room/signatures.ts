import { toHex } from "@conclave/codec";
import { type Crypto, noteSignatures, type SignatureCheck } from "@conclave/crypto";
import { askAboutLeaves } from "@conclave/mls";
import { openLeafCert } from "../identity/leafCert.js";
import { readInviteProof } from "../invite/inviteProof.js";
import type { Primitives } from "../primitives.js";
import { openApproval } from "../roster/approval.js";
import { type Entry, isSignedByAuthor } from "../roster/entry.js";
import type { OpenedRoom } from "./preview.js";
import { roomEngine } from "./roomTag.js";

/**
 * The signatures that `judgeRoom` and `joinRoom` will ask about, a handful for each member, for `Crypto.verifyAhead`.
 * What is forgotten here costs time and nothing else: those two verify whatever nobody has verified.
 */
export function signaturesOf(primitives: Primitives, { entries, slot }: OpenedRoom): SignatureCheck[] {
  return noteSignatures(primitives.crypto, (crypto) => {
    const joinPubs = new Map<string, Uint8Array>();
    for (const entry of entries) askAboutEntry(crypto, entry, joinPubs);
    if (slot.entrance !== null) askAboutLeaves(roomEngine({ ...primitives, crypto }), slot.entrance.groupInfo);
  });
}

function askAboutEntry(crypto: Crypto, entry: Entry, joinPubs: Map<string, Uint8Array>): void {
  const { action, evidence } = entry;
  isSignedByAuthor(crypto, entry);
  if ("leafCert" in action) openLeafCert(crypto, action.leafCert);
  if (action.type === "createInvite") joinPubs.set(toHex(action.invite.inviteId), action.invite.joinPub);
  for (const approval of evidence.approvals) openApproval(crypto, approval);
  const read = evidence.inviteProof === null ? null : readInviteProof(evidence.inviteProof);
  const joinPub = read && joinPubs.get(toHex(read.proof.inviteId));
  if (read && joinPub) read.isSignedBy(crypto, joinPub);
}
