import { equalBytes, toHex } from "@conclave/codec";
import { constantTimeEqual, hpkeReceiveExport } from "@conclave/crypto";
import type { Commit, UpdatePath } from "./commit.js";
import { commitDelta, removalDelta } from "./commitDelta.js";
import { EpochView } from "./epochView.js";
import type { AuthenticatedContent } from "./framing.js";
import { type GroupInternals, resolvePsks } from "./groupInternals.js";
import { type GroupState, updateKeyName } from "./groupState.js";
import { externalKeyPair } from "./keySchedule.js";
import { type LeafPlace, validateLeafNode } from "./leafValidation.js";
import { MlsError } from "./mlsError.js";
import { nextEpoch, provisionalContext } from "./nextEpoch.js";
import {
  applyProposals,
  type AppliedProposals,
  needsPath,
  type SentProposal,
  validateCombination,
} from "./proposalList.js";
import type { RatchetTree } from "./ratchetTree.js";
import { type KeyUse, SecretTree } from "./secretTree.js";
import type { StagedCommit } from "./staged.js";
import { leafToNode } from "./treeMath.js";
import { mergePath, openPath, type PathKeys, type PathOutcome } from "./updatePath.js";

export const EXTERNAL_INIT_LABEL = new TextEncoder().encode("MLS 1.0 external init secret");

/**
 * Validates a commit whose signature holds, on a fork of the tree (RFC 9420 §12.4.2): nothing of the group changes.
 * `used` is the sender's handshake key, if it came encrypted. @throws MlsError
 */
export function stageCommit(group: GroupInternals, message: AuthenticatedContent, used: KeyUse | null): StagedCommit {
  const { engine, suite, state } = group;
  const { content, auth } = message;
  if (content.content.type !== "commit") throw new TypeError("not a commit");
  const { commit } = content.content;
  const external = content.sender.type === "new_member_commit";
  const committer = content.sender.type === "member" ? content.sender.leafIndex : null;
  const proposals = resolveProposals(group, commit, content.sender);
  validateCombination(suite, proposals, committer);
  if (commit.path === null && needsPath(proposals)) throw new MlsError("path_required", "commit");

  const tree = group.tree.fork();
  const applied = applyProposals(engine, suite, tree, proposals, state.context);
  const extensions = applied.extensions ?? state.context.extensions;
  const senderLeaf = committer === null ? commit.path!.leafNode : group.tree.leaf(committer)!;
  const leafIndex = committer ?? tree.reserveLeaf();
  const selfRemoved = applied.removes.some((removed) => removed.leafIndex === state.ownLeaf);
  const excluded = new Set(applied.adds.map((added) => leafToNode(added.leafIndex)));

  let filtered: ReturnType<typeof mergePath> = [];
  if (commit.path !== null) {
    // For an external commit that removes an old leaf of its sender, the new leaf is like an Update of it (§12.2).
    const before = committer === null ? (applied.removes[0]?.leafNode ?? null) : tree.leaf(committer);
    validatePathLeaf(group, tree, commit.path, { leafIndex, before, extensions });
    filtered = mergePath(suite, tree, leafIndex, commit.path);
  }
  const summary = {
    kind: "commit" as const,
    epoch: state.context.epoch,
    sender: { type: external ? ("new_member_commit" as const) : ("member" as const), leafIndex },
    senderLeaf,
    authenticatedData: content.authenticatedData,
    adds: applied.adds.map((added) => ({ leafIndex: added.leafIndex, leafNode: added.leafNode })),
    removes: applied.removes,
    updates: pathUpdate(applied, commit.path, committer, senderLeaf),
    extensions: applied.extensions,
    usesPsk: applied.psks.length > 0,
    reInit: applied.reInit,
    referencedProposals: proposals.filter(({ byReference }) => byReference).length,
    hasPath: commit.path !== null,
    selfRemoved,
  };
  if (selfRemoved)
    return { ...summary, next: null, delta: removalDelta(group), internal: { from: group.tree, used, next: null } };

  const keys = survivingKeys(group, tree, applied);
  let outcome: PathOutcome = {
    commitSecret: new Uint8Array(suite.hashLength),
    keys: new Map(),
    pathSecrets: new Map(),
  };
  if (commit.path !== null) {
    const context = provisionalContext(state.context, tree.treeHash(suite), extensions);
    outcome = openPath(suite, tree, commit.path, filtered, { ownLeaf: state.ownLeaf, keys, excluded, context });
  }
  const init = applied.externalInit === null ? state.secrets.init : externalInit(group, applied.externalInit);
  const psk = resolvePsks(engine, suite, applied.psks, group);
  const next = nextEpoch(suite, state, message, tree, { init, commitSecret: outcome.commitSecret, psk, extensions });
  // RULE: mls.confirmation-tag: the committer derived the same epoch (RFC 9420 §12.4.2; attack A68).
  if (auth.confirmationTag === null || !constantTimeEqual(auth.confirmationTag, next.confirmationTag)) {
    throw new MlsError("bad_confirmation_tag", "commit");
  }
  return finishCommit(group, summary, tree, next, new Map([...keys, ...outcome.keys]), used);
}

/** The staged commit that leads to `next`: for received commits and for own ones. */
export function finishCommit(
  group: GroupInternals,
  summary: Omit<StagedCommit, "next" | "delta" | "internal">,
  tree: RatchetTree,
  next: ReturnType<typeof nextEpoch>,
  keys: PathKeys,
  used: KeyUse | null,
): StagedCommit {
  const { suite } = group;
  const { encryption, ...secrets } = next.secrets;
  const { ownLeaf, signaturePrivateKey } = group.state;
  const { context, confirmationTag, interimTranscriptHash } = next;
  const state: GroupState = {
    context,
    confirmationTag,
    interimTranscriptHash,
    secrets,
    ownLeaf,
    signaturePrivateKey,
    keys,
    isReinitialised: summary.reInit !== null,
  };
  const after = { tree, state, secretTree: SecretTree.of(suite, tree.leafWidth, encryption) };
  return {
    ...summary,
    next: new EpochView(suite, tree, state),
    // Only an own pending commit is stored before it is applied, so most never need this.
    get delta() {
      return commitDelta(group, after, used === null ? null : group.secretTree.consume(used));
    },
    internal: { from: group.tree, used, next: after },
  };
}

/** Own path keys that a commit leaves usable: those of nodes it did not blank, and the one of an own Update. */
export function survivingKeys(group: GroupInternals, tree: RatchetTree, applied: AppliedProposals): PathKeys {
  const own = leafToNode(group.state.ownLeaf);
  const keys: PathKeys = new Map();
  for (const [node, key] of group.state.keys) {
    const before = group.tree.encryptionKey(node);
    const now = tree.encryptionKey(node);
    if (before !== null && now !== null && (before === now || equalBytes(before, now))) keys.set(node, key);
  }
  const update = applied.updates.find(({ leafIndex }) => leafIndex === group.state.ownLeaf);
  if (update !== undefined) {
    const key = group.updateKeys.get(updateKeyName(update.after.encryptionKey));
    if (key === undefined) throw new MlsError("bad_path", "an Update of ours that we did not make");
    keys.set(own, key);
  }
  return keys;
}

function pathUpdate(
  applied: AppliedProposals,
  path: UpdatePath | null,
  committer: number | null,
  before: StagedCommit["senderLeaf"],
) {
  if (path === null || committer === null) return applied.updates;
  return [...applied.updates, { leafIndex: committer, before, after: path.leafNode }];
}

function resolveProposals(
  group: GroupInternals,
  commit: Commit,
  sender: AuthenticatedContent["content"]["sender"],
): SentProposal[] {
  return commit.proposals.map((item) => {
    if (item.type === "proposal") {
      return { proposal: item.proposal, sender, byReference: false };
    }
    const known = group.proposals.get(toHex(item.reference));
    // RULE: mls.known-reference: a commit names only proposals that were received in this epoch (RFC 9420 §12.4.2).
    if (known === undefined) throw new MlsError("unknown_proposal", "commit");
    return known;
  });
}

function validatePathLeaf(
  group: GroupInternals,
  tree: RatchetTree,
  { leafNode, nodes }: UpdatePath,
  place: Pick<LeafPlace, "leafIndex" | "before" | "extensions">,
): void {
  const { engine, suite, state } = group;
  const { groupId } = state.context;
  validateLeafNode(engine, suite, leafNode, { ...place, groupId, source: "commit" }, tree.census);
  // RULE: mls.path-new-key: a path brings a new key for the leaf (RFC 9420 §12.4.2).
  if (place.before !== null && equalBytes(place.before.encryptionKey, leafNode.encryptionKey)) {
    throw new MlsError("same_encryption_key", "update path");
  }
  // RULE: mls.path-fresh-keys: no key of a path is in the tree already, nor twice in it (RFC 9420 §12.4.2).
  for (const { encryptionKey } of [leafNode, ...nodes]) {
    if (tree.holderOfEncryptionKey(encryptionKey) !== null) throw new MlsError("duplicate_key", "update path");
  }
}

function externalInit(group: GroupInternals, kemOutput: Uint8Array): Uint8Array {
  const { suite, state } = group;
  const { privateKey } = externalKeyPair(suite, state.secrets.external);
  const empty = new Uint8Array(0);
  const secret = hpkeReceiveExport(
    suite.crypto,
    suite.hpke,
    privateKey,
    empty,
    EXTERNAL_INIT_LABEL,
    suite.hashLength,
    kemOutput,
  );
  if (secret === null) throw new MlsError("undecryptable", "external init");
  return secret;
}
