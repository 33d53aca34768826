import { hpkeSendExport } from "@conclave/crypto";
import type { Engine } from "./engine.js";
import { decodeOpaque, ExtensionType, findExtension } from "./extension.js";
import { type FramedContent, signFramedContent } from "./framing.js";
import { checkGroupInfo, type GroupInfoView, takeChecked } from "./groupInfoView.js";
import type { GroupInternals } from "./groupInternals.js";
import { validateLeafNode, withoutDefaults } from "./leafValidation.js";
import type { LeafNodeContent } from "./leafNode.js";
import { MlsError } from "./mlsError.js";
import { encodeMessage } from "./mlsMessage.js";
import { nextEpoch, provisionalContext } from "./nextEpoch.js";
import type { ProposalOrRef } from "./proposal.js";
import { SecretTree } from "./secretTree.js";
import { EXTERNAL_INIT_LABEL } from "./stageCommit.js";
import { interimTranscriptHash } from "./transcriptHash.js";
import { createPath } from "./updatePath.js";

/** What a newcomer brings for its leaf. */
export interface LeafParameters extends Pick<LeafNodeContent, "credential" | "capabilities" | "extensions"> {
  /** 32-byte Ed25519 seed of the leaf's signature key. */
  readonly signaturePrivateKey: Uint8Array;
}

/** How to join by an external commit. */
export interface ExternalJoin {
  /**
   * A GroupInfo with external_pub: an MLSMessage, or the view of one that `openGroupInfo` has checked with an engine of
   * the same credential check.
   */
  readonly groupInfo: Uint8Array | GroupInfoView;
  /** Where an MLSMessage does not hold it. */
  readonly ratchetTree?: Uint8Array;
  readonly leaf: LeafParameters;
  readonly authenticatedData?: Uint8Array;
  /** An own old leaf to remove in the same commit (RFC 9420 §12.4.3.2). */
  readonly resync?: number;
}

/** Joins without anybody's help (RFC 9420 §12.4.3.2): the commit to send, and the group as it is after it. @throws MlsError */
export function joinByExternalCommit(
  engine: Engine,
  options: ExternalJoin,
): { message: Uint8Array; group: GroupInternals } {
  const { groupInfo } = options;
  const checked =
    groupInfo instanceof Uint8Array
      ? checkGroupInfo(engine, groupInfo, options.ratchetTree)
      : takeChecked(engine, groupInfo);
  const { info, suite } = checked;
  const before = info.groupContext;
  const tree = checked.tree.fork();
  const external = findExtension(info.extensions, ExtensionType.externalPub);
  if (external === null) throw new MlsError("missing_external_pub", "group info");
  const sent = hpkeSendExport(
    suite.crypto,
    suite.hpke,
    decodeOpaque(external),
    new Uint8Array(0),
    EXTERNAL_INIT_LABEL,
    suite.hashLength,
    engine.random,
  );
  if (sent === null) throw new MlsError("missing_external_pub", "unusable key");

  const proposals: ProposalOrRef[] = [
    { type: "proposal", proposal: { type: "external_init", kemOutput: sent.kemOutput } },
  ];
  if (options.resync !== undefined) {
    if (tree.leaf(options.resync) === null) throw new MlsError("blank_leaf", "resync");
    proposals.push({ type: "proposal", proposal: { type: "remove", removed: options.resync } });
    tree.removeLeaf(options.resync);
  }
  const { signaturePrivateKey, ...leaf } = options.leaf;
  const ownLeaf = tree.reserveLeaf();
  const made = createPath(
    suite,
    tree,
    ownLeaf,
    {
      ...leaf,
      capabilities: withoutDefaults(leaf.capabilities),
      signatureKey: suite.crypto.ed25519PublicKey(signaturePrivateKey),
    },
    {
      groupId: before.groupId,
      signaturePrivateKey,
      excluded: new Set(),
      contextOf: (treeHash) => provisionalContext(before, treeHash, before.extensions),
      random: engine.random,
    },
  );
  // What the members will check is checked before anything is sent.
  const place = { groupId: before.groupId, leafIndex: ownLeaf, source: "commit", before: null } as const;
  validateLeafNode(engine, suite, made.path.leafNode, { ...place, extensions: before.extensions }, tree.census);
  const content: FramedContent = {
    groupId: before.groupId,
    epoch: before.epoch,
    sender: { type: "new_member_commit" },
    authenticatedData: options.authenticatedData ?? new Uint8Array(0),
    content: { type: "commit", commit: { proposals, path: made.path } },
  };
  const signature = signFramedContent(suite, "public", content, before, signaturePrivateKey);
  const epoch = {
    context: before,
    interimTranscriptHash: interimTranscriptHash(suite, before.confirmedTranscriptHash, info.confirmationTag),
  };
  const next = nextEpoch(
    suite,
    epoch,
    { wireFormat: "public", content, auth: { signature, confirmationTag: null } },
    tree,
    {
      init: sent.secret,
      commitSecret: made.commitSecret,
      psk: new Uint8Array(suite.hashLength),
      extensions: before.extensions,
    },
  );
  const auth = { signature, confirmationTag: next.confirmationTag };
  const message = encodeMessage({ wireFormat: "public", message: { content, auth, membershipTag: null } });
  tree.settle();
  const { encryption, ...secrets } = next.secrets;
  const { context, confirmationTag } = next;
  return {
    message,
    group: {
      engine,
      suite,
      tree,
      state: {
        context,
        interimTranscriptHash: next.interimTranscriptHash,
        confirmationTag,
        secrets,
        ownLeaf,
        signaturePrivateKey,
        keys: made.keys,
        isReinitialised: false,
      },
      secretTree: SecretTree.of(suite, tree.leafWidth, encryption),
      past: new Map(),
      proposals: new Map(),
      updateKeys: new Map(),
      leftovers: [],
    },
  };
}
