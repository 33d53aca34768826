import { equalBytes, toHex, Writer } from "@conclave/codec";
import type { CipherSuite } from "./cipherSuite.js";
import type { Engine } from "./engine.js";
import type { Extension } from "./extension.js";
import { validateNewExtensions } from "./extensionValidation.js";
import { MLS10, type Sender } from "./framing.js";
import { validateLeafNode, validatePackage } from "./leafValidation.js";
import type { LeafNode } from "./leafNode.js";
import { MlsError } from "./mlsError.js";
import { limitPsks, type PreSharedKeyId, writePreSharedKeyId } from "./preSharedKey.js";
import type { Proposal } from "./proposal.js";
import type { RatchetTree } from "./ratchetTree.js";

/** A proposal with the one who made it: the committer for those by value. */
export interface SentProposal {
  readonly proposal: Proposal;
  readonly sender: Sender;
  readonly byReference: boolean;
}

/** What a list of proposals did to a tree. */
export interface AppliedProposals {
  readonly adds: readonly {
    leafIndex: number;
    leafNode: LeafNode;
    initKey: Uint8Array;
    keyPackage: Extract<Proposal, { type: "add" }>["keyPackage"];
  }[];
  readonly removes: readonly { leafIndex: number; leafNode: LeafNode }[];
  readonly updates: readonly { leafIndex: number; before: LeafNode; after: LeafNode }[];
  readonly extensions: readonly Extension[] | null;
  readonly psks: readonly PreSharedKeyId[];
  readonly externalInit: Uint8Array | null;
  readonly reInit: Extract<Proposal, { type: "reinit" }> | null;
}

/** RULE: mls.path-required: only Adds, PSKs and ReInits may go without new keys (RFC 9420 §12.4; attack A93). */
export function needsPath(proposals: readonly SentProposal[]): boolean {
  return (
    proposals.length === 0 ||
    proposals.some(({ proposal: { type } }) => type !== "add" && type !== "psk" && type !== "reinit")
  );
}

/** The combinations that RFC 9420 §12.2 forbids. `committer` is null for an external commit. */
export function validateCombination(
  suite: CipherSuite,
  proposals: readonly SentProposal[],
  committer: number | null,
): void {
  const of = (type: Proposal["type"]) => proposals.filter(({ proposal }) => proposal.type === type);
  for (const { proposal, sender } of proposals) validateSender(proposal, sender, committer === null);
  if (committer === null) {
    // RULE: mls.external-commit: one ExternalInit, at most one Remove, PSKs, all by value, nothing else (RFC 9420 §12.2).
    const allowed = proposals.every(
      ({ proposal: { type }, byReference }) =>
        !byReference && (type === "external_init" || type === "remove" || type === "psk"),
    );
    if (!allowed || of("external_init").length !== 1 || of("remove").length > 1) {
      throw new MlsError("proposal_combination", "external commit");
    }
  } else {
    for (const { proposal, sender } of proposals) {
      // RULE: mls.own-update: a committer updates itself by its path only; an Update by value would be its own (RFC 9420 §12.2).
      if (proposal.type === "update" && sender.type === "member" && sender.leafIndex === committer)
        throw new MlsError("own_update", "Update");
      // RULE: mls.self-remove: a committer cannot remove itself (RFC 9420 §12.2).
      if (proposal.type === "remove" && proposal.removed === committer) throw new MlsError("self_remove", "Remove");
    }
  }
  // RULE: mls.one-change-per-leaf: one Update or Remove for a leaf (RFC 9420 §12.2).
  const targets = proposals.flatMap(({ proposal, sender }) => {
    if (proposal.type === "remove") return [proposal.removed];
    return proposal.type === "update" && sender.type === "member" ? [sender.leafIndex] : [];
  });
  if (new Set(targets).size !== targets.length) throw new MlsError("duplicate_target", "Update or Remove");
  // RULE: mls.one-extensions-proposal: at most one GroupContextExtensions (RFC 9420 §12.2).
  if (of("group_context_extensions").length > 1)
    throw new MlsError("proposal_combination", "two GroupContextExtensions");
  // RULE: mls.reinit-alone: a ReInit stands alone (RFC 9420 §12.2).
  if (of("reinit").length > 0 && proposals.length > 1) throw new MlsError("proposal_combination", "ReInit with others");
  for (const { proposal } of proposals) {
    // RULE: mls.reinit-version: a ReInit never goes back to an older version (RFC 9420 §12.1.5).
    if (proposal.type === "reinit" && proposal.version < MLS10) throw new MlsError("unsupported_version", "ReInit");
  }
  validatePsks(
    suite,
    proposals.flatMap(({ proposal }) => (proposal.type === "psk" ? [proposal.psk] : [])),
  );
}

/** RULE: mls.proposal-sender: who may send which proposal: ExternalInit in external commits only (RFC 9420 §12.1, §12.2). */
export function validateSender(proposal: Proposal, sender: Sender, externalCommit = false): void {
  const { type } = proposal;
  const allowed =
    sender.type === "member"
      ? type !== "external_init"
      : sender.type === "external"
        ? type !== "update" && type !== "external_init"
        : sender.type === "new_member_proposal"
          ? type === "add"
          : externalCommit;
  if (!allowed) throw new MlsError("proposal_sender", `${type} from ${sender.type}`);
}

function validatePsks(suite: CipherSuite, psks: readonly PreSharedKeyId[]): void {
  limitPsks(psks);
  const names = psks.map((psk) => toHex(writePreSharedKeyId(new Writer(), psk).finish()));
  // RULE: mls.psk-once: a PSK is used once in a commit (RFC 9420 §12.2).
  if (new Set(names).size !== names.length) throw new MlsError("duplicate_psk", "PreSharedKey");
  for (const psk of psks) {
    // RULE: mls.psk-nonce: a PSK's nonce is as long as a hash (RFC 9420 §12.1.4).
    if (psk.nonce.length !== suite.hashLength) throw new MlsError("bad_psk", "nonce");
    // RULE: mls.psk-usage: reinit and branch PSKs have no place in a commit of a running group (RFC 9420 §12.1.4).
    if (psk.type === "resumption" && psk.usage !== "application") throw new MlsError("bad_psk", "usage");
  }
}

/**
 * Checks each proposal and applies it to `tree`, in the order of RFC 9420 §12.3: extensions, updates, removes, adds.
 * The combination must have been checked before.
 */
export function applyProposals(
  engine: Engine,
  suite: CipherSuite,
  tree: RatchetTree,
  proposals: readonly SentProposal[],
  group: { groupId: Uint8Array; extensions: readonly Extension[] },
): AppliedProposals {
  const list = proposals.map(({ proposal }) => proposal);
  const changed = list.find((proposal) => proposal.type === "group_context_extensions");
  const extensions = changed?.extensions ?? group.extensions;

  const updates = proposals.flatMap(({ proposal, sender }) => {
    if (proposal.type !== "update" || sender.type !== "member") return [];
    const { leafIndex } = sender;
    const before = tree.leaf(leafIndex);
    if (before === null) throw new MlsError("blank_leaf", "Update");
    return [{ leafIndex, before, after: proposal.leafNode }];
  });
  const removes = list.flatMap((proposal) => {
    if (proposal.type !== "remove") return [];
    const leafNode = tree.leaf(proposal.removed);
    // RULE: mls.remove-member: a Remove names a leaf that is not blank (RFC 9420 §12.1.3).
    if (leafNode === null) throw new MlsError("blank_leaf", "Remove");
    return [{ leafIndex: proposal.removed, leafNode }];
  });
  for (const { leafIndex, before, after } of updates) {
    // RULE: mls.update-new-key: an Update brings a new encryption key (RFC 9420 §12.1.2).
    if (equalBytes(before.encryptionKey, after.encryptionKey)) throw new MlsError("same_encryption_key", "Update");
    tree.updateLeaf(leafIndex, after);
  }
  for (const { leafIndex } of removes) tree.removeLeaf(leafIndex);

  const packages = list.flatMap((proposal) => (proposal.type === "add" ? [proposal.keyPackage] : []));
  for (const keyPackage of packages) validatePackage(suite, keyPackage);
  const places = tree.addLeaves(packages.map(({ leafNode }) => leafNode));
  const adds = packages.map((keyPackage, at) => {
    const { leafNode, initKey } = keyPackage;
    return { leafIndex: places[at]!, leafNode, initKey, keyPackage };
  });
  const place = { groupId: group.groupId, extensions };
  for (const { leafIndex, before, after } of updates)
    validateLeafNode(engine, suite, after, { ...place, leafIndex, source: "update", before }, tree.census);
  for (const { leafNode, leafIndex } of adds)
    validateLeafNode(
      engine,
      suite,
      leafNode,
      { ...place, leafIndex, source: "key_package", before: null },
      tree.census,
    );
  if (changed !== undefined) validateNewExtensions(engine, tree, group, extensions);
  return {
    adds,
    removes,
    updates,
    extensions: changed?.extensions ?? null,
    psks: list.flatMap((proposal) => (proposal.type === "psk" ? [proposal.psk] : [])),
    externalInit: list.find((proposal) => proposal.type === "external_init")?.kemOutput ?? null,
    reInit: list.find((proposal) => proposal.type === "reinit") ?? null,
  };
}
