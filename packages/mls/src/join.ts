import { decode, equalBytes, toHex, Writer } from "@conclave/codec";
import { constantTimeEqual } from "@conclave/crypto";
import { CipherSuite } from "./cipherSuite.js";
import type { Engine } from "./engine.js";
import { ExtensionType, findExtension } from "./extension.js";
import { MLS10 } from "./framing.js";
import { type GroupInfo, readGroupInfo, verifyGroupInfo } from "./groupInfo.js";
import { type GroupInternals, resolvePsks } from "./groupInternals.js";
import { type KeyPackage, keyPackageRef } from "./keyPackage.js";
import { epochSecrets, welcomeSecret } from "./keySchedule.js";
import { validateLeafNode } from "./leafValidation.js";
import { type LeafNode, writeLeafNode } from "./leafNode.js";
import { MlsError } from "./mlsError.js";
import { decodeMessage } from "./mlsMessage.js";
import { LAST_EPOCH } from "./nextEpoch.js";
import { limitPsks, type PreSharedKeyId, writePreSharedKeyId } from "./preSharedKey.js";
import { RatchetTree } from "./ratchetTree.js";
import { SecretTree } from "./secretTree.js";
import { interimTranscriptHash } from "./transcriptHash.js";
import { commonAncestor, directPath, nodeToLeaf } from "./treeMath.js";
import { validateTree } from "./treeValidation.js";
import { followPath, type PathKeys } from "./updatePath.js";
import { readGroupSecrets, type Welcome, welcomeKey } from "./welcome.js";

/** A key package with its private keys: what one keeps until the Welcome comes. */
export interface KeyPackageBundle {
  readonly keyPackage: KeyPackage;
  readonly initPrivateKey: Uint8Array;
  readonly encryptionPrivateKey: Uint8Array;
  readonly signaturePrivateKey: Uint8Array;
}

/** What one joins by: a Welcome, and the key package that it is for. `ratchetTree` where the Welcome has none. */
export interface WelcomeJoin {
  readonly welcome: Uint8Array;
  readonly keyPackage: KeyPackageBundle;
  readonly ratchetTree?: Uint8Array;
}

/** Opens a Welcome (RFC 9420 §12.4.3.1): what it says of the group is not checked yet. @throws MlsError, DecodeError */
export function openWelcome(engine: Engine, options: WelcomeJoin) {
  const item = decodeMessage(options.welcome);
  if (item.wireFormat !== "welcome") throw new MlsError("wrong_wire_format", item.wireFormat);
  const welcome = item.message;
  const { keyPackage, initPrivateKey } = options.keyPackage;
  // RULE: mls.welcome-suite: a Welcome is of the key package's suite (RFC 9420 §12.4.3.1).
  if (welcome.cipherSuite !== keyPackage.cipherSuite) throw new MlsError("unsupported_suite", "welcome");
  const suite = CipherSuite.of(welcome.cipherSuite, engine.crypto);
  const secrets = openGroupSecrets(suite, welcome, keyPackage, initPrivateKey);
  validateWelcomePsks(secrets.psks);
  const psk = resolvePsks(engine, suite, secrets.psks, null);
  return { suite, secrets, psk, info: openGroupInfo(suite, welcome, welcomeSecret(suite, secrets.joinerSecret, psk)) };
}

/** Joins by a Welcome (RFC 9420 §12.4.3.1). @throws MlsError */
export function joinByWelcome(
  engine: Engine,
  options: WelcomeJoin,
): { group: GroupInternals; signer: number; psks: readonly PreSharedKeyId[] } {
  const { suite, secrets, psk, info } = openWelcome(engine, options);
  const { keyPackage, encryptionPrivateKey, signaturePrivateKey } = options.keyPackage;
  // RULE: mls.welcome-group-suite: the group has the Welcome's suite (RFC 9420 §12.4.3.1).
  if (info.groupContext.cipherSuite !== suite.id) throw new MlsError("unsupported_suite", "group context");
  // RULE: mls.fresh-resumption: a group that continues another one begins with epoch 1 (RFC 9420 §12.4.3.1).
  const continues = secrets.psks.some((id) => id.type === "resumption" && id.usage !== "application");
  if (continues && info.groupContext.epoch !== 1n) throw new MlsError("bad_psk", "epoch of a continued group");

  const tree = verifiedTree(engine, suite, info, options.ratchetTree);
  const own = tree.holderOfEncryptionKey(keyPackage.leafNode.encryptionKey);
  const ownLeafNode = own === null ? null : tree.leaf(nodeToLeaf(own));
  // RULE: mls.welcome-own-leaf: the tree holds the very leaf of the key package (RFC 9420 §12.4.3.1).
  if (own === null || ownLeafNode === null || !isSameLeaf(ownLeafNode, keyPackage.leafNode)) {
    throw new MlsError("not_a_member", "welcome");
  }
  const ownLeaf = nodeToLeaf(own);
  const keys: PathKeys = new Map([[own, encryptionPrivateKey]]);
  if (secrets.pathSecret !== null) {
    const ancestor = commonAncestor(ownLeaf, info.signer);
    const nodes = [ancestor, ...directPath(ancestor, tree.leafWidth)].filter((node) => tree.node(node) !== null);
    if (nodes[0] !== ancestor || ownLeaf === info.signer) throw new MlsError("bad_path", "welcome");
    for (const [node, key] of followPath(suite, tree, nodes, secrets.pathSecret).keys) keys.set(node, key);
  }
  // RULE: mls.welcome-path-secret: a joiner gets the keys of all nodes above it that do not list it as unmerged, or it could
  // not read the next commit (RFC 9420 §7.4, the tree invariant).
  for (const above of directPath(own, tree.leafWidth)) {
    const parent = tree.parent(above);
    if (parent !== null && !keys.has(above) && !parent.unmergedLeaves.includes(ownLeaf))
      throw new MlsError("bad_path", "welcome without a path secret");
  }
  const { encryption, ...epoch } = epochSecrets(suite, secrets.joinerSecret, psk, info.groupContext);
  // RULE: mls.welcome-confirmation: the joiner derived the epoch that the GroupInfo confirms (RFC 9420 §12.4.3.1).
  const tag = suite.mac(epoch.confirmation, info.groupContext.confirmedTranscriptHash);
  if (!constantTimeEqual(tag, info.confirmationTag)) throw new MlsError("bad_confirmation_tag", "welcome");
  const { groupContext: context, confirmationTag, signer } = info;
  const group = {
    engine,
    suite,
    tree,
    state: {
      context,
      interimTranscriptHash: interimTranscriptHash(suite, context.confirmedTranscriptHash, confirmationTag),
      confirmationTag,
      secrets: epoch,
      ownLeaf,
      signaturePrivateKey,
      keys,
      isReinitialised: false,
    },
    secretTree: SecretTree.of(suite, tree.leafWidth, encryption),
    past: new Map(),
    proposals: new Map(),
    updateKeys: new Map(),
    leftovers: [],
  };
  return { group, signer, psks: secrets.psks };
}

/** The tree that goes with a GroupInfo, checked whole (RFC 9420 §12.4.3.1). @throws MlsError */
export function verifiedTree(engine: Engine, suite: CipherSuite, info: GroupInfo, separate?: Uint8Array): RatchetTree {
  const tree = decodeTree(info, separate);
  const signer = tree.leaf(info.signer);
  if (signer === null) throw new MlsError("unknown_sender", "group info");
  verifyGroupInfo(suite, info, signer.signatureKey);
  // RULE: mls.tree-hash: the tree is the one that the group context names (RFC 9420 §12.4.3.1).
  if (!equalBytes(tree.treeHash(suite), info.groupContext.treeHash)) throw new MlsError("bad_tree_hash", "group info");
  validateTree(suite, tree);
  validateLeaves(engine, suite, info, tree);
  tree.settle();
  return tree;
}

/** The tree that goes with a GroupInfo, as it is written there. @throws MlsError, DecodeError */
export function decodeTree(info: GroupInfo, separate?: Uint8Array): RatchetTree {
  // RULE: mls.group-version: a group of another version cannot be joined (RFC 9420 §12.4.3.1).
  if (info.groupContext.version !== MLS10) throw new MlsError("unsupported_version", "group context");
  // RULE: mls.last-epoch: a signer of a group's last epoch gets nobody to join what cannot go on.
  if (info.groupContext.epoch >= LAST_EPOCH) throw new MlsError("wrong_epoch", "group info");
  const bytes = findExtension(info.extensions, ExtensionType.ratchetTree) ?? separate;
  if (bytes === undefined) throw new MlsError("missing_tree", "group info");
  return RatchetTree.decode(bytes);
}

/** Checks every leaf of a tree by itself. @throws MlsError */
export function validateLeaves(engine: Engine, suite: CipherSuite, info: GroupInfo, tree: RatchetTree): void {
  const { groupId, extensions } = info.groupContext;
  for (const { leafIndex, leafNode } of tree.leaves()) {
    const place = { groupId, leafIndex, source: null, extensions, before: null };
    validateLeafNode(engine, suite, leafNode, place, tree.census);
  }
}

// RULE: mls.welcome-psks: at most one PSK continues another group, and none is used twice (RFC 9420 §12.4.3.1).
function validateWelcomePsks(psks: readonly PreSharedKeyId[]): void {
  limitPsks(psks);
  const continuing = psks.filter((id) => id.type === "resumption" && id.usage !== "application");
  if (continuing.length > 1) throw new MlsError("bad_psk", "two groups to continue");
  const names = psks.map((id) => toHex(writePreSharedKeyId(new Writer(), id).finish()));
  if (new Set(names).size !== names.length) throw new MlsError("duplicate_psk", "welcome");
}

function isSameLeaf(a: LeafNode, b: LeafNode): boolean {
  return equalBytes(writeLeafNode(new Writer(512), a).finish(), writeLeafNode(new Writer(512), b).finish());
}

function openGroupSecrets(suite: CipherSuite, welcome: Welcome, keyPackage: KeyPackage, initPrivateKey: Uint8Array) {
  const ref = keyPackageRef(suite, keyPackage);
  const sealed = welcome.secrets.find(({ newMember }) => equalBytes(newMember, ref));
  if (sealed === undefined) throw new MlsError("no_key_package", "welcome");
  const opened = suite.decryptWithLabel(
    initPrivateKey,
    "Welcome",
    welcome.encryptedGroupInfo,
    sealed.encryptedGroupSecrets,
  );
  if (opened === null) throw new MlsError("undecryptable", "group secrets");
  const decoded = decode(opened, readGroupSecrets);
  if (!decoded.ok) throw decoded.error;
  return decoded.value;
}

function openGroupInfo(suite: CipherSuite, welcome: Welcome, secret: Uint8Array): GroupInfo {
  const { key, nonce } = welcomeKey(suite, secret);
  const opened = suite.crypto.aeadOpen(
    suite.algorithms.aead,
    key,
    nonce,
    new Uint8Array(0),
    welcome.encryptedGroupInfo,
  );
  if (opened === null) throw new MlsError("undecryptable", "group info");
  const decoded = decode(opened, readGroupInfo);
  if (!decoded.ok) throw decoded.error;
  return decoded.value;
}
