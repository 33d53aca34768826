/** RFC 9420, Messaging Layer Security: an engine for applications that decide who is in a group. */
export { Group, type Outgoing } from "./group.js";
export type { CommitOptions, CreatedCommit } from "./createCommit.js";
export { type Delta, type Engine, type LeafIdentity, PAST_EPOCHS } from "./engine.js";
export { EpochView, type LeafMember } from "./epochView.js";
export type { ExternalJoin, LeafParameters } from "./externalJoin.js";
export { generateKeyPackage } from "./generateKeyPackage.js";
export type { KeyPackageBundle, WelcomeJoin } from "./join.js";
export { MlsError, type MlsErrorCode } from "./mlsError.js";
export type { Staged, StagedApplication, StagedCommit, StagedProposal } from "./staged.js";
export { CipherSuite, type CipherSuiteId, isCipherSuite } from "./cipherSuite.js";
export {
  type Extension,
  ExtensionType,
  findExtension,
  requiredCapabilities,
  type RequiredCapabilities,
} from "./extension.js";
export { type Capabilities, type Credential, type LeafNode, type Lifetime } from "./leafNode.js";
export { decodeKeyPackage, type KeyPackage, keyPackageRef } from "./keyPackage.js";
export { isWithinLifetime, validateKeyPackage } from "./leafValidation.js";
export { decodeMessage, encodeMessage, messageHeader, type MessageHeader, type MlsMessage } from "./mlsMessage.js";
export type { Proposal } from "./proposal.js";
export type { GroupInfo } from "./groupInfo.js";
export { askAboutLeaves, type GroupInfoView, openGroupInfo } from "./groupInfoView.js";
export type { GroupContext } from "./groupContext.js";
export type { PreSharedKeyId } from "./preSharedKey.js";
export { MAX_SKIP } from "./secretTree.js";
