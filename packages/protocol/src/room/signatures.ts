import { toHex } from "@conclave/codec";
import { type Crypto, noteSignatures, type SignatureCheck } from "@conclave/crypto";
import { askAboutLeaves } from "@conclave/mls";
import { openLeafCert } from "../identity/leafCert.js";
import { readInviteProof } from "../invite/inviteProof.js";
import { isSignedBySsh } from "../invite/sshSignature.js";
import { readReseatProof } from "../invite/reseatProof.js";
import type { Provider } from "../encoding/provider.js";
import { openApproval } from "../roster/approval.js";
import { type Entry, isSignedByAuthor } from "../roster/entry.js";
import type { SlotView } from "../invite/slot.js";
import { type Asking, bundleOf, type OpenedAdmission } from "./asking.js";
import type { OpenedRoom } from "./preview.js";
import { roomEngine } from "./roomTag.js";

/**
 * The signatures that `judgeRoom` and `joinRoom` will ask about, a handful for each member, for `Crypto.verifyAhead`.
 * What is forgotten here costs time and nothing else: those two verify whatever nobody has verified.
 */
export function signaturesOf(
  primitives: Provider,
  { entries, slot = null }: Pick<OpenedRoom, "entries"> & { readonly slot?: SlotView | null },
): SignatureCheck[] {
  return noteSignatures(primitives.crypto, (crypto) => {
    askAboutEntries(crypto, entries);
    if (slot?.entrance) askAboutLeaves(roomEngine({ ...primitives, crypto }), slot.entrance.groupInfo);
  });
}

/** As {@link signaturesOf}, for `acceptAdmission`: those of the room's history, and of the tree behind the Welcome. */
export function admissionSignatures(
  primitives: Provider,
  asking: Asking,
  { admission, entries }: OpenedAdmission,
): SignatureCheck[] {
  return noteSignatures(primitives.crypto, (crypto) => {
    askAboutEntries(crypto, entries);
    const engine = roomEngine({ ...primitives, crypto });
    askAboutLeaves(engine, { welcome: admission.welcome, keyPackage: bundleOf(asking) });
  });
}

function askAboutEntries(crypto: Crypto, entries: readonly Entry[]): void {
  const joinPubs = new Map<string, Uint8Array>();
  for (const entry of entries) askAboutEntry(crypto, entry, joinPubs);
}

function askAboutEntry(crypto: Crypto, entry: Entry, joinPubs: Map<string, Uint8Array>): void {
  const { action, evidence } = entry;
  isSignedByAuthor(crypto, entry);
  if ("leafCert" in action) openLeafCert(crypto, action.leafCert);
  if (action.type === "createInvite") joinPubs.set(toHex(action.invite.inviteId), action.invite.joinPub);
  for (const approval of evidence.approvals) openApproval(crypto, approval);
  if (action.type === "reseat" && evidence.proof !== null) readReseatProof(evidence.proof)?.isBy(crypto, action.leaf);
  const read = evidence.proof === null ? null : readInviteProof(evidence.proof);
  const joinPub = read && joinPubs.get(toHex(read.proof.inviteId));
  if (read && joinPub) read.isSignedBy(crypto, joinPub);
  if (read?.proof.ssh) isSignedBySsh(crypto, read.proof, read.proof.ssh);
}
