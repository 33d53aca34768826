import { equalBytes } from "@conclave/codec";
import type { CipherSuite } from "./cipherSuite.js";
import { CredentialCensus } from "./credentialCensus.js";
import type { Engine } from "./engine.js";
import { decodeRequiredCapabilities, type Extension, ExtensionType, findExtension } from "./extension.js";
import { MLS10 } from "./framing.js";
import { type KeyPackage, keyPackageTbs } from "./keyPackage.js";
import {
  type Capabilities,
  CREDENTIAL_TYPE,
  encodeCredential,
  type LeafNode,
  leafNodeTbs,
  type LeafNodeSource,
} from "./leafNode.js";
import { MlsError } from "./mlsError.js";
import { requireUsableKey } from "./publicKey.js";

// Types that RFC 9420 itself defines need not be listed in capabilities (§7.2).
const DEFAULT_EXTENSIONS = 5;
const DEFAULT_PROPOSALS = 7;

const EMPTY = new Uint8Array(0);

/** A leaf's capabilities without the types that RFC 9420 itself defines: those are not listed (§7.2). */
export function withoutDefaults(capabilities: Capabilities): Capabilities {
  return {
    ...capabilities,
    extensions: capabilities.extensions.filter((type) => !isDefaultExtension(type)),
    proposals: capabilities.proposals.filter((type) => type === 0 || type > DEFAULT_PROPOSALS),
  };
}

/** Where a leaf stands, for its checks. */
export interface LeafPlace {
  readonly groupId: Uint8Array;
  readonly leafIndex: number;
  readonly source: LeafNodeSource["type"] | null;
  /** The group's extensions. */
  readonly extensions: readonly Extension[];
  /** The leaf that this one replaces, if it speaks for the same member. */
  readonly before: LeafNode | null;
}

/** All that RFC 9420 §7.3 asks of one leaf, but for the uniqueness of its keys, which the tree itself holds to. */
export function validateLeafNode(
  engine: Engine,
  suite: CipherSuite,
  leaf: LeafNode,
  place: LeafPlace,
  census: CredentialCensus,
): void {
  validateLeaf(suite, leaf, place, census);
  // RULE: mls.leaf-lifetime: a leaf is not made to be valid longer than the application allows (RFC 9420 §7.2).
  const { longestLifetime } = engine;
  if (longestLifetime !== undefined && leaf.source.type === "key_package") {
    const { notBefore, notAfter } = leaf.source.lifetime;
    if (notAfter - notBefore > longestLifetime) throw new MlsError("bad_lifetime", "too long");
  }
  // RULE: mls.credential: the application vouches for each credential that is new (RFC 9420 §5.3.1).
  const { before, groupId } = place;
  const isKnown = before !== null && isSameIdentity(before, leaf);
  if (!isKnown && !engine.validateCredential(leaf, groupId, before)) {
    throw new MlsError("invalid_credential", "leaf node");
  }
}

function validateLeaf(
  suite: CipherSuite,
  leaf: LeafNode,
  place: Omit<LeafPlace, "before">,
  census: CredentialCensus,
): void {
  // RULE: mls.leaf-source: a leaf's source fits the message that brings it (RFC 9420 §7.3).
  if (place.source !== null && leaf.source.type !== place.source)
    throw new MlsError("wrong_leaf_source", leaf.source.type);
  // RULE: mls.leaf-signature: a leaf is signed by its own key, for this group and place (RFC 9420 §7.3).
  const tbs = leafNodeTbs(leaf, place.groupId, place.leafIndex);
  if (!suite.verifyWithLabel(leaf.signatureKey, "LeafNodeTBS", tbs, leaf.signature))
    throw new MlsError("bad_signature", "leaf node");
  validateCapabilities(suite, leaf, place.extensions, census);
  requireUsableKey(suite, leaf.encryptionKey, "leaf node");
}

// Credential types and capabilities (RFC 9420 §7.3). `census` counts the leaf itself too.
function validateCapabilities(
  suite: CipherSuite,
  leaf: LeafNode,
  extensions: readonly Extension[],
  census: CredentialCensus,
): void {
  const { capabilities } = leaf;
  // RULE: mls.leaf-version: a leaf supports the group's version and suite (RFC 9420 §7.3).
  if (!capabilities.versions.includes(MLS10)) throw new MlsError("missing_capability", "version");
  if (!capabilities.cipherSuites.includes(suite.id)) throw new MlsError("missing_capability", "cipher suite");
  // RULE: mls.leaf-credential-type: all members can read all credentials (RFC 9420 §7.3).
  const own = CREDENTIAL_TYPE[leaf.credential.type];
  if (!capabilities.credentials.includes(own)) throw new MlsError("unsupported_credential", "own credential");
  if (!census.readByAll(own)) throw new MlsError("unsupported_credential", "a member cannot read the leaf's");
  for (const type of census.usedTypes()) {
    if (!capabilities.credentials.includes(type))
      throw new MlsError("unsupported_credential", "the leaf cannot read a member's");
  }
  // RULE: mls.leaf-extensions: what a leaf carries, it lists (RFC 9420 §7.3).
  for (const { type } of leaf.extensions) {
    if (!supportsExtension(capabilities, type)) throw new MlsError("missing_capability", "own extension");
  }
  validateGroupExtensions(capabilities, extensions);
}

/** RULE: mls.required-capabilities: a leaf supports the group's extensions and all that the group requires (RFC 9420 §7.3, §11.1). */
export function validateGroupExtensions(capabilities: Capabilities, extensions: readonly Extension[]): void {
  for (const { type } of extensions) {
    if (!supportsExtension(capabilities, type)) throw new MlsError("missing_capability", `extension ${type}`);
  }
  const data = findExtension(extensions, ExtensionType.requiredCapabilities);
  if (data === null) return;
  const required = decodeRequiredCapabilities(data);
  const missing =
    required.extensionTypes.some((type) => !supportsExtension(capabilities, type)) ||
    required.proposalTypes.some((type) => type > DEFAULT_PROPOSALS && !capabilities.proposals.includes(type)) ||
    required.credentialTypes.some((type) => !capabilities.credentials.includes(type));
  if (missing) throw new MlsError("missing_capability", "required by the group");
}

function isSameIdentity(a: LeafNode, b: LeafNode): boolean {
  return (
    equalBytes(a.signatureKey, b.signatureKey) &&
    equalBytes(encodeCredential(a.credential), encodeCredential(b.credential))
  );
}

/**
 * What RFC 9420 §10.1 asks of a KeyPackage and of its leaf (§7.3), as far as no group is needed for it: the credential is the
 * application's to judge, and the lifetime is asked for by {@link isWithinLifetime}. @throws MlsError
 */
export function validateKeyPackage(suite: CipherSuite, keyPackage: KeyPackage): void {
  validatePackage(suite, keyPackage);
  const { leafNode } = keyPackage;
  const census = CredentialCensus.empty();
  census.count(leafNode, 1);
  const place = { groupId: EMPTY, leafIndex: 0, source: "key_package", extensions: [] } as const;
  validateLeaf(suite, leafNode, place, census);
}

/** What RFC 9420 §10.1 asks of a KeyPackage, but for its leaf: that one is validated in its place in a tree. */
export function validatePackage(suite: CipherSuite, keyPackage: KeyPackage): void {
  // RULE: mls.key-package-suite: a key package is for this version and suite (RFC 9420 §10.1).
  if (keyPackage.version !== MLS10) throw new MlsError("unsupported_version", "key package");
  if (keyPackage.cipherSuite !== suite.id) throw new MlsError("unsupported_suite", "key package");
  // RULE: mls.key-package-signature: a key package is signed by its leaf's key (RFC 9420 §10.1; attack A8).
  const { leafNode, signature } = keyPackage;
  if (!suite.verifyWithLabel(leafNode.signatureKey, "KeyPackageTBS", keyPackageTbs(keyPackage), signature)) {
    throw new MlsError("bad_signature", "key package");
  }
  requireUsableKey(suite, keyPackage.initKey, "init key");
  // RULE: mls.init-key: the init key is not the leaf's encryption key (RFC 9420 §10.1).
  if (equalBytes(keyPackage.initKey, leafNode.encryptionKey)) throw new MlsError("init_key_reused", "key package");
  // RULE: mls.key-package-extensions: what a key package carries, its leaf lists (RFC 9420 §10).
  for (const { type } of keyPackage.extensions) {
    if (!supportsExtension(leafNode.capabilities, type))
      throw new MlsError("missing_capability", "key package extension");
  }
}

/** Whether a key package's leaf may be used at that time (seconds since 1970). The engine has no clock: who admits asks. */
export function isWithinLifetime(leaf: LeafNode, now: bigint): boolean {
  if (leaf.source.type !== "key_package") return true;
  return leaf.source.lifetime.notBefore <= now && now <= leaf.source.lifetime.notAfter;
}

function supportsExtension(capabilities: Capabilities, type: number): boolean {
  return isDefaultExtension(type) || capabilities.extensions.includes(type);
}

function isDefaultExtension(type: number): boolean {
  return type >= 1 && type <= DEFAULT_EXTENSIONS;
}
