import { equalBytes, toHex } from "@conclave/codec";
import { ExtensionType, findExtension } from "./extension.js";
import { decodeExternalSenders } from "./externalSenders.js";
import { type AuthenticatedContent, encodeAuthenticatedContent, type Sender, verifyFramedContent } from "./framing.js";
import type { GroupInternals } from "./groupInternals.js";
import { proposalRecordKey, stepDelta } from "./groupState.js";
import type { LeafNode } from "./leafNode.js";
import { MlsError } from "./mlsError.js";
import { decodeMessage } from "./mlsMessage.js";
import { openPrivateMessage, type PrivateMessage } from "./privateMessage.js";
import { proposalRef } from "./proposal.js";
import { type SentProposal, validateSender } from "./proposalList.js";
import { limitProposals } from "./proposalLimit.js";
import { type PublicMessage, verifyMembershipTag } from "./publicMessage.js";
import type { KeyUse, RatchetStep } from "./secretTree.js";
import { stageCommit } from "./stageCommit.js";
import type { Staged } from "./staged.js";

/** Validates any message for this group and says what it would change (RFC 9420 §6, §12). @throws MlsError, DecodeError */
export function stageMessage(group: GroupInternals, version: number, bytes: Uint8Array): Staged {
  const item = decodeMessage(bytes);
  if (item.wireFormat === "public") return stagePublic(group, version, item.message);
  if (item.wireFormat === "private") return stagePrivate(group, version, item.message);
  throw new MlsError("wrong_wire_format", item.wireFormat);
}

function stagePublic(group: GroupInternals, version: number, message: PublicMessage): Staged {
  const { content, auth } = message;
  checkGroup(group, content.groupId);
  if (content.epoch !== group.state.context.epoch) throw new MlsError("wrong_epoch", "public message");
  // RULE: mls.application-encrypted: application data never travels in the clear (RFC 9420 §6.2).
  if (content.content.type === "application") throw new MlsError("not_encrypted", "application message");
  if (content.sender.type === "member") {
    verifyMembershipTag(group.suite, message, group.state.context, group.state.secrets.membership);
  }
  const authenticated: AuthenticatedContent = { wireFormat: "public", content, auth };
  verifyFramedContent(group.suite, authenticated, group.state.context, signatureKeyOf(group, authenticated));
  // Only now, as for private messages below (mls.own-message): the membership tag is one that every member can make.
  if (content.sender.type === "member" && content.sender.leafIndex === group.state.ownLeaf)
    throw new MlsError("own_message", "public message");
  return stageContent(group, version, authenticated, null);
}

function stagePrivate(group: GroupInternals, version: number, message: PrivateMessage): Staged {
  checkGroup(group, message.groupId);
  const { suite, state } = group;
  const past = message.epoch === state.context.epoch ? null : group.past.get(message.epoch);
  if (past === undefined) throw new MlsError("wrong_epoch", "private message");
  // RULE: mls.current-handshake: proposals and commits count in their own epoch only (RFC 9420 §12.4.2; attack A26).
  if (past !== null && message.contentType !== "application") throw new MlsError("wrong_epoch", message.contentType);
  const epoch = past ?? {
    context: state.context,
    senderData: state.secrets.senderData,
    ownLeaf: state.ownLeaf,
    secretTree: group.secretTree,
  };
  const leafOf = (leafIndex: number) => leafInEpoch(group, message.epoch, leafIndex);
  const secrets = { senderData: epoch.senderData, tree: epoch.secretTree };
  const opened = openPrivateMessage(suite, secrets, message, (leafIndex) => leafOf(leafIndex) !== null);
  const authenticated: AuthenticatedContent = { wireFormat: "private", content: opened.content, auth: opened.auth };
  const leafNode = leafOf(opened.leafIndex)!;
  verifyFramedContent(suite, authenticated, epoch.context, leafNode.signatureKey);
  // RULE: mls.own-message: said only of a message that this leaf's key signed, so nobody else can make a member believe
  // that a copy of it is at work (RFC 9420 §6.3.1; attack A64). Own keys are deleted when used: it must be such a copy.
  if (opened.leafIndex === epoch.ownLeaf) throw new MlsError("own_message", "private message");
  const { content } = opened.content;
  if (content.type !== "application") return stageContent(group, version, authenticated, opened.step);
  return {
    kind: "application",
    epoch: message.epoch,
    leafIndex: opened.leafIndex,
    leafNode,
    generation: opened.generation,
    authenticatedData: opened.content.authenticatedData,
    data: content.data,
    delta: stepDelta(message.epoch, opened.step),
    internal: { step: opened.step, version },
  };
}

function stageContent(
  group: GroupInternals,
  version: number,
  message: AuthenticatedContent,
  step: RatchetStep | null,
): Staged {
  const { content } = message;
  if (content.content.type === "commit") {
    if (content.sender.type !== "member" && content.sender.type !== "new_member_commit")
      throw new MlsError("proposal_sender", "commit");
    return stageSigned(group, message, step);
  }
  if (content.content.type !== "proposal") throw new TypeError("application messages are staged elsewhere");
  const { proposal } = content.content;
  validateSender(proposal, content.sender);
  limitProposals(group.proposals.values(), content.sender, proposal);
  const encoded = encodeAuthenticatedContent(message);
  const ref = proposalRef(group.suite, encoded);
  const used = step === null ? { put: [], delete: [] } : stepDelta(content.epoch, step);
  return {
    kind: "proposal",
    epoch: content.epoch,
    sender: content.sender,
    proposal,
    ref,
    authenticatedData: content.authenticatedData,
    delta: { put: [...used.put, [proposalRecordKey(content.epoch, toHex(ref)), encoded]], delete: used.delete },
    internal: { step, version },
  };
}

/** A commit whose signature holds; where it is refused all the same, the error says who signed it. */
function stageSigned(group: GroupInternals, message: AuthenticatedContent, step: RatchetStep | null): Staged {
  const { sender } = message.content;
  try {
    return stageCommit(group, message, keyUse(sender, step));
  } catch (error) {
    if (!(error instanceof MlsError)) throw error;
    throw new MlsError(error.code, error.detail, { leafIndex: sender.type === "member" ? sender.leafIndex : null });
  }
}

function keyUse(sender: Sender, step: RatchetStep | null): KeyUse | null {
  if (step === null || sender.type !== "member") return null;
  return { leaf: sender.leafIndex, type: "handshake", generation: step.messageKey.generation };
}

/** The leaf as it was in an epoch that is kept: the first later epoch that replaced it remembers. */
export function leafInEpoch(group: GroupInternals, epoch: bigint, leafIndex: number): LeafNode | null {
  for (const [, past] of [...group.past].filter(([kept]) => kept >= epoch)) {
    if (past.context.epoch === epoch && leafIndex >= past.leafWidth) return null;
    const replaced = past.replaced.get(leafIndex);
    if (replaced !== undefined) return replaced;
  }
  return group.tree.leaf(leafIndex);
}

/** A stored proposal as the commits that name it need it. */
export function sentProposal({ content }: AuthenticatedContent): SentProposal {
  if (content.content.type !== "proposal") throw new TypeError("not a proposal");
  return { proposal: content.content.proposal, sender: content.sender, byReference: true };
}

function checkGroup(group: GroupInternals, groupId: Uint8Array): void {
  // RULE: mls.right-group: a message is for the group that it names (RFC 9420 §6.1).
  if (!equalBytes(groupId, group.state.context.groupId)) throw new MlsError("wrong_group", "message");
}

function signatureKeyOf(group: GroupInternals, { content }: AuthenticatedContent): Uint8Array {
  switch (content.sender.type) {
    case "member": {
      const leaf = group.tree.leaf(content.sender.leafIndex);
      // RULE: mls.public-sender: the sender is a leaf that is not blank (RFC 9420 §6.2).
      if (leaf === null) throw new MlsError("unknown_sender", "public message");
      return leaf.signatureKey;
    }
    case "external":
      return externalSenderKey(group, content.sender.senderIndex);
    case "new_member_commit":
      // RULE: mls.external-path: an external commit brings the leaf that signs it (RFC 9420 §12.4.2).
      if (content.content.type !== "commit" || content.content.commit.path === null)
        throw new MlsError("path_required", "external commit");
      return content.content.commit.path.leafNode.signatureKey;
    case "new_member_proposal":
      if (content.content.type !== "proposal" || content.content.proposal.type !== "add")
        throw new MlsError("proposal_sender", "new member");
      return content.content.proposal.keyPackage.leafNode.signatureKey;
  }
}

function externalSenderKey(group: GroupInternals, index: number): Uint8Array {
  const data = findExtension(group.state.context.extensions, ExtensionType.externalSenders);
  const sender = data === null ? undefined : decodeExternalSenders(data)[index];
  // RULE: mls.external-sender: an external sender is one that the group context lists (RFC 9420 §12.1.8.1).
  if (sender === undefined) throw new MlsError("unknown_sender", "external");
  return sender.signatureKey;
}
