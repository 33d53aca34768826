import { fromHex, toHex, Writer } from "@conclave/codec";
import { chooseProposals, type Referenced } from "./chooseProposals.js";
import type { UpdatePath } from "./commit.js";
import type { Delta } from "./engine.js";
import type { Extension } from "./extension.js";
import { type AuthenticatedContent, type FramedContent, type FramedWireFormat, signFramedContent } from "./framing.js";
import { ExtensionType } from "./extension.js";
import { encodeGroupInfo } from "./groupInfo.js";
import { type GroupInternals, resolvePsks } from "./groupInternals.js";
import { stepDelta } from "./groupState.js";
import { keyPackageRef } from "./keyPackage.js";
import { welcomeSecret } from "./keySchedule.js";
import { type LeafNode } from "./leafNode.js";
import { isWithinLifetime } from "./leafValidation.js";
import { MlsError } from "./mlsError.js";
import { encodeMessage } from "./mlsMessage.js";
import { type nextEpoch as NextEpochOf, nextEpoch, provisionalContext } from "./nextEpoch.js";
import { sealPrivateMessage } from "./privateMessage.js";
import type { Proposal, ProposalOrRef } from "./proposal.js";
import {
  applyProposals,
  type AppliedProposals,
  needsPath,
  type SentProposal,
  validateCombination,
} from "./proposalList.js";
import { publicMessage } from "./publicMessage.js";
import type { RatchetTree } from "./ratchetTree.js";
import type { RatchetStep } from "./secretTree.js";
import { finishCommit, survivingKeys } from "./stageCommit.js";
import type { StagedCommit } from "./staged.js";
import { commonAncestor, leafToNode } from "./treeMath.js";
import { createPath, type PathOutcome } from "./updatePath.js";
import { type GroupSecrets, welcomeKey, writeGroupSecrets } from "./welcome.js";

/** What a commit carries, and how it travels. */
export interface CommitOptions {
  /** By value. */
  readonly proposals?: readonly Proposal[];
  /**
   * Also commit the proposals that came by reference, but for those that are not valid, or not together with the others.
   * Off unless asked for: they are other people's wishes.
   */
  readonly includeReferenced?: boolean;
  /** Commit exactly these of `Group.pendingProposals`, by their `ref`; refused when they are not valid together. */
  readonly references?: readonly Uint8Array[];
  /** The time, in seconds since 1970: with it, nobody is added whose key package is not in its lifetime (RFC 9420 §7.3). */
  readonly now?: bigint;
  readonly authenticatedData?: Uint8Array;
  /** New keys also where they are not required. On unless told otherwise. */
  readonly forcePath?: boolean;
  readonly wireFormat?: FramedWireFormat;
  /** Rounds the plaintext of a private message up to a multiple of so many bytes. */
  readonly padTo?: number;
  /** Put the tree into the Welcome. On unless told otherwise. */
  readonly treeInWelcome?: boolean;
}

/** An own commit: sent first, applied when it comes back. */
export interface CreatedCommit {
  readonly message: Uint8Array;
  readonly staged: StagedCommit;
  /** For those whom the commit adds. To be given away only once the commit is accepted. */
  readonly welcome: Uint8Array | null;
  /** The key that the message used up: stored before the message is sent. */
  readonly delta: Delta;
  /** For the engine alone. */
  readonly step: RatchetStep | null;
}

/** Builds a commit on a fork of the tree (RFC 9420 §12.4.1). @throws MlsError for proposals that are not valid */
export function createCommit(group: GroupInternals, options: CommitOptions): CreatedCommit {
  const { engine, suite, state } = group;
  const wireFormat = options.wireFormat ?? "private";
  const sender = { type: "member", leafIndex: state.ownLeaf } as const;
  const byValue = (options.proposals ?? []).map((proposal) => ({ proposal, sender, byReference: false }));
  if (options.now !== undefined) requireInTime(byValue, options.now);
  const referenced = referencedProposals(group, byValue, options);
  const list: SentProposal[] = [...referenced.map(([, sent]) => sent), ...byValue];
  validateCombination(suite, list, state.ownLeaf);
  const tree = group.tree.fork();
  const applied = applyProposals(engine, suite, tree, list, state.context);
  const extensions = applied.extensions ?? state.context.extensions;
  const before = group.tree.leaf(state.ownLeaf)!;

  let made: (PathOutcome & { path: UpdatePath }) | null = null;
  if ((options.forcePath ?? true) || needsPath(list)) {
    made = createPath(suite, tree, state.ownLeaf, before, {
      groupId: state.context.groupId,
      signaturePrivateKey: state.signaturePrivateKey,
      excluded: new Set(applied.adds.map(({ leafIndex }) => leafToNode(leafIndex))),
      contextOf: (treeHash) => provisionalContext(state.context, treeHash, extensions),
      random: engine.random,
    });
  }
  const items: ProposalOrRef[] = [
    ...referenced.map(([ref]): ProposalOrRef => ({ type: "reference", reference: fromHex(ref) })),
    ...(options.proposals ?? []).map((proposal): ProposalOrRef => ({ type: "proposal", proposal })),
  ];
  const content = commitContent(group, options.authenticatedData ?? new Uint8Array(0), items, made?.path ?? null);
  const signature = signFramedContent(suite, wireFormat, content, state.context, state.signaturePrivateKey);
  const unconfirmed: AuthenticatedContent = { wireFormat, content, auth: { signature, confirmationTag: null } };
  const next = nextEpoch(suite, state, unconfirmed, tree, {
    init: state.secrets.init,
    commitSecret: made?.commitSecret ?? new Uint8Array(suite.hashLength),
    psk: resolvePsks(engine, suite, applied.psks, group),
    extensions,
  });
  const auth = { signature, confirmationTag: next.confirmationTag };
  const { message, step } = frameHandshake(group, wireFormat, content, auth, options.padTo ?? 0);
  const keys = new Map([...survivingKeys(group, tree, applied), ...(made?.keys ?? [])]);
  const staged = finishCommit(
    group,
    summarise(group, applied, content, before, made?.path.leafNode ?? null, referenced.length),
    tree,
    next,
    keys,
    // The key of the message is used up by `delta`, now: applying the commit later must not bring back what was deleted since.
    null,
  );
  const welcome =
    applied.adds.length === 0
      ? null
      : makeWelcome(group, applied, staged, next, made, tree, options.treeInWelcome ?? true);
  const delta = step === null ? { put: [], delete: [] } : stepDelta(state.context.epoch, step);
  return { message, staged, welcome, delta, step };
}

function referencedProposals(
  group: GroupInternals,
  byValue: readonly SentProposal[],
  { includeReferenced, references, now }: CommitOptions,
): Referenced[] {
  if (references !== undefined) {
    return references.map((ref): Referenced => {
      const sent = group.proposals.get(toHex(ref));
      if (sent === undefined) throw new MlsError("unknown_proposal", "own commit");
      return [toHex(ref), sent];
    });
  }
  if (includeReferenced !== true) return [];
  const inTime = [...group.proposals].filter(([, sent]) => now === undefined || isInTime(sent, now));
  return chooseProposals(group.engine, group, byValue, inTime);
}

function isInTime({ proposal }: SentProposal, now: bigint): boolean {
  return proposal.type !== "add" || isWithinLifetime(proposal.keyPackage.leafNode, now);
}

function requireInTime(proposals: readonly SentProposal[], now: bigint): void {
  // RULE: mls.add-lifetime: a committer adds no key package whose lifetime is over, or has not begun (RFC 9420 §7.3).
  if (!proposals.every((sent) => isInTime(sent, now))) throw new MlsError("bad_lifetime", "key package");
}

/** Frames a signed content of ours as a message. */
export function frameHandshake(
  group: GroupInternals,
  wireFormat: FramedWireFormat,
  content: FramedContent,
  auth: AuthenticatedContent["auth"],
  padTo: number,
) {
  const { suite, state, engine } = group;
  if (wireFormat === "public") {
    const message = publicMessage(suite, content, auth, state.context, state.secrets.membership);
    return { message: encodeMessage({ wireFormat, message }), step: null };
  }
  const secrets = { senderData: state.secrets.senderData, tree: group.secretTree };
  const { message, step } = sealPrivateMessage(suite, secrets, content, auth, engine.random, padTo);
  return { message: encodeMessage({ wireFormat, message }), step };
}

function commitContent(
  group: GroupInternals,
  authenticatedData: Uint8Array,
  proposals: readonly ProposalOrRef[],
  path: UpdatePath | null,
): FramedContent & { content: { type: "commit" } } {
  const { groupId, epoch } = group.state.context;
  const sender = { type: "member", leafIndex: group.state.ownLeaf } as const;
  return { groupId, epoch, sender, authenticatedData, content: { type: "commit", commit: { proposals, path } } };
}

function summarise(
  group: GroupInternals,
  applied: AppliedProposals,
  content: FramedContent,
  before: LeafNode,
  after: LeafNode | null,
  referencedProposals: number,
) {
  const { ownLeaf } = group.state;
  return {
    kind: "commit" as const,
    epoch: content.epoch,
    sender: { type: "member" as const, leafIndex: ownLeaf },
    senderLeaf: before,
    authenticatedData: content.authenticatedData,
    adds: applied.adds.map(({ leafIndex, leafNode }) => ({ leafIndex, leafNode })),
    removes: applied.removes,
    updates: after === null ? applied.updates : [...applied.updates, { leafIndex: ownLeaf, before, after }],
    extensions: applied.extensions,
    usesPsk: applied.psks.length > 0,
    reInit: applied.reInit,
    referencedProposals,
    hasPath: after !== null,
    selfRemoved: false,
  };
}

// Seals the joiner secret to each newcomer, with the secret of the lowest node that newcomer and committer share.
function makeWelcome(
  group: GroupInternals,
  applied: AppliedProposals,
  staged: StagedCommit,
  next: ReturnType<typeof NextEpochOf>,
  path: PathOutcome | null,
  tree: RatchetTree,
  withTree: boolean,
): Uint8Array {
  const { suite, engine, state } = group;
  const psk = resolvePsks(engine, suite, applied.psks, group);
  const view = staged.next!;
  const extensions: Extension[] = withTree ? [{ type: ExtensionType.ratchetTree, data: tree.encode() }] : [];
  const { key, nonce } = welcomeKey(suite, welcomeSecret(suite, next.joiner, psk));
  const info = encodeGroupInfo(view.signedGroupInfo(extensions));
  const encryptedGroupInfo = suite.crypto.aeadSeal(suite.algorithms.aead, key, nonce, new Uint8Array(0), info);
  const encrypt = suite.encrypterWithLabel("Welcome", encryptedGroupInfo);
  const secrets = applied.adds.map(({ leafIndex, keyPackage }) => {
    const shared = path?.pathSecrets.get(commonAncestor(leafIndex, state.ownLeaf)) ?? null;
    const content: GroupSecrets = { joinerSecret: next.joiner, pathSecret: shared, psks: applied.psks };
    const plaintext = writeGroupSecrets(new Writer(), content).finish();
    const encryptedGroupSecrets = encrypt(keyPackage.initKey, plaintext, engine.random);
    if (encryptedGroupSecrets === null) throw new MlsError("malformed", "a newcomer's init key is unusable");
    return { newMember: keyPackageRef(suite, keyPackage), encryptedGroupSecrets };
  });
  return encodeMessage({ wireFormat: "welcome", message: { cipherSuite: suite.id, secrets, encryptedGroupInfo } });
}
