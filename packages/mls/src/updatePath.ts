import { equalBytes } from "@conclave/codec";
import type { HpkeCiphertext, KeyPair, Random } from "@conclave/crypto";
import type { CipherSuite } from "./cipherSuite.js";
import type { UpdatePath, UpdatePathNode } from "./commit.js";
import { encodeGroupContext, type GroupContext } from "./groupContext.js";
import { type LeafNodeContent, signLeafNode } from "./leafNode.js";
import { MlsError } from "./mlsError.js";
import { requireUsableKey } from "./publicKey.js";
import { filteredDirectPath, type RatchetTree } from "./ratchetTree.js";
import { parentHash } from "./treeHash.js";
import { isBelow, leafToNode } from "./treeMath.js";

const AEAD_TAG_BYTES = 16;

/** Private keys of the nodes above (and at) the own leaf, by node. */
export type PathKeys = Map<number, Uint8Array>;

/** Keys that a path gave, and the secret that goes into the key schedule. */
export interface PathOutcome {
  readonly commitSecret: Uint8Array;
  /** New private keys, by node. */
  readonly keys: PathKeys;
  /** The path secret of each node of the path that we know, for the newcomers' Welcome. */
  readonly pathSecrets: ReadonlyMap<number, Uint8Array>;
}

/** The key pair of a node, from its path secret (RFC 9420 §7.4). */
export function nodeKeyPair(suite: CipherSuite, pathSecret: Uint8Array): KeyPair {
  return suite.crypto.kemDeriveKeyPair(suite.algorithms.kem, suite.deriveSecret(pathSecret, "node"));
}

/**
 * Makes new keys for a leaf and everything above it, and puts them into `tree` (RFC 9420 §7.5, §12.4.1).
 * `leaf` is the new leaf without its parent hash; `contextOf` gives the provisional group context once the tree is whole;
 * `excluded` are the leaves that this very commit adds: they get their secret with the Welcome.
 */
export function createPath(
  suite: CipherSuite,
  tree: RatchetTree,
  leafIndex: number,
  leaf: Omit<LeafNodeContent, "source" | "encryptionKey">,
  options: {
    groupId: Uint8Array;
    signaturePrivateKey: Uint8Array;
    excluded: ReadonlySet<number>;
    contextOf: (treeHash: Uint8Array) => GroupContext;
    random: Random;
  },
): PathOutcome & { path: UpdatePath } {
  const filtered = filteredDirectPath(tree, leafIndex);
  const leafPair = nodeKeyPair(suite, options.random(suite.hashLength));
  const keys: PathKeys = new Map([[leafToNode(leafIndex), leafPair.privateKey]]);
  const pathSecrets = new Map<number, Uint8Array>();
  let secret = options.random(suite.hashLength);
  const publicKeys: Uint8Array[] = [];
  for (const { node } of filtered) {
    const pair = nodeKeyPair(suite, secret);
    publicKeys.push(pair.publicKey);
    keys.set(node, pair.privateKey);
    pathSecrets.set(node, secret);
    secret = suite.deriveSecret(secret, "path");
  }
  const hashAtLeaf = mergePublicKeys(suite, tree, leafIndex, filtered, publicKeys);
  const content: LeafNodeContent = {
    ...leaf,
    encryptionKey: leafPair.publicKey,
    source: { type: "commit", parentHash: hashAtLeaf },
  };
  const leafNode = signLeafNode(suite, content, options.signaturePrivateKey, options.groupId, leafIndex);
  tree.set(leafToNode(leafIndex), { type: "leaf", leaf: leafNode });

  const context = encodeGroupContext(options.contextOf(tree.treeHash(suite)));
  const encrypt = suite.encrypterWithLabel("UpdatePathNode", context);
  const nodes = filtered.map(({ node, copath }, i): UpdatePathNode => {
    const encryptedPathSecret = receivers(tree, copath, options.excluded).map((receiver) => {
      const sealed = encrypt(tree.encryptionKey(receiver)!, pathSecrets.get(node)!, options.random);
      if (sealed === null) throw new MlsError("bad_path", "a member's encryption key is unusable");
      return sealed;
    });
    return { encryptionKey: publicKeys[i]!, encryptedPathSecret };
  });
  return { path: { leafNode, nodes }, commitSecret: secret, keys, pathSecrets };
}

/**
 * Puts the public part of somebody's path into `tree` and checks that it fits (RFC 9420 §7.5, §12.4.2).
 * Call {@link openPath} next, with the tree as this leaves it.
 */
export function mergePath(
  suite: CipherSuite,
  tree: RatchetTree,
  leafIndex: number,
  path: UpdatePath,
): { node: number; copath: number }[] {
  const filtered = filteredDirectPath(tree, leafIndex);
  // RULE: mls.path-length: a path has exactly one node for each node of the filtered direct path (RFC 9420 §12.4.2).
  if (filtered.length !== path.nodes.length) throw new MlsError("bad_path", "length");
  for (const { encryptionKey } of path.nodes) requireUsableKey(suite, encryptionKey, "update path");
  const hash = mergePublicKeys(
    suite,
    tree,
    leafIndex,
    filtered,
    path.nodes.map(({ encryptionKey }) => encryptionKey),
  );
  // RULE: mls.path-parent-hash: the new leaf carries the parent hash of the path it comes with (RFC 9420 §7.9.2).
  const { source } = path.leafNode;
  if (source.type !== "commit" || !equalBytes(source.parentHash, hash))
    throw new MlsError("bad_parent_hash", "update path");
  tree.set(leafToNode(leafIndex), { type: "leaf", leaf: path.leafNode });
  return filtered;
}

/** Opens the one secret of a path that is sealed to us, and derives what follows from it. */
export function openPath(
  suite: CipherSuite,
  tree: RatchetTree,
  path: UpdatePath,
  filtered: readonly { node: number; copath: number }[],
  options: { ownLeaf: number; keys: PathKeys; excluded: ReadonlySet<number>; context: GroupContext },
): PathOutcome {
  const own = leafToNode(options.ownLeaf);
  const sealed = filtered.map(({ copath }) => receivers(tree, copath, options.excluded));
  // RULE: mls.path-ciphertexts: one ciphertext for each node of each resolution, in order (RFC 9420 §12.4.2).
  if (sealed.some((to, i) => to.length !== path.nodes[i]!.encryptedPathSecret.length))
    throw new MlsError("bad_path", "ciphertexts");
  // RULE: mls.path-sizes: each has the one size that a sealed path secret has: all see it, so a commit is as large as its tree
  // makes it, and not as its author likes.
  if (!path.nodes.every(({ encryptedPathSecret }) => encryptedPathSecret.every((each) => hasSize(suite, each))))
    throw new MlsError("bad_path", "size of a ciphertext");
  const at = filtered.findIndex(({ copath }) => isBelow(own, copath));
  if (at === -1) throw new MlsError("bad_path", "nothing is sealed to this leaf");
  const sealedTo = sealed[at]!;
  const index = sealedTo.findIndex((node) => options.keys.has(node) && isBelow(own, node));
  const privateKey = index === -1 ? undefined : options.keys.get(sealedTo[index]!);
  if (privateKey === undefined) throw new MlsError("bad_path", "no key for the sealed secret");
  const secret = suite.decryptWithLabel(
    privateKey,
    "UpdatePathNode",
    encodeGroupContext(options.context),
    path.nodes[at]!.encryptedPathSecret[index]!,
  );
  if (secret === null) throw new MlsError("undecryptable", "path secret");
  return followPath(
    suite,
    tree,
    filtered.slice(at).map(({ node }) => node),
    secret,
  );
}

/** Derives the keys of these nodes (in order, upwards) from the first one's secret, and checks them against the tree. */
export function followPath(
  suite: CipherSuite,
  tree: RatchetTree,
  nodes: readonly number[],
  first: Uint8Array,
): PathOutcome {
  const keys: PathKeys = new Map();
  const pathSecrets = new Map<number, Uint8Array>();
  let secret = first;
  for (const node of nodes) {
    const pair = nodeKeyPair(suite, secret);
    // RULE: mls.path-keys: the derived public keys are those of the path (RFC 9420 §12.4.2; attack A68).
    if (!equalBytes(pair.publicKey, tree.encryptionKey(node) ?? new Uint8Array(0)))
      throw new MlsError("bad_path", "public key");
    keys.set(node, pair.privateKey);
    pathSecrets.set(node, secret);
    secret = suite.deriveSecret(secret, "path");
  }
  return { commitSecret: secret, keys, pathSecrets };
}

// A path secret has the length of a hash (RFC 9420 §7.4).
function hasSize({ algorithms, hashLength }: CipherSuite, { kemOutput, ciphertext }: HpkeCiphertext): boolean {
  return kemOutput.length === algorithms.kemOutputLength && ciphertext.length === hashLength + AEAD_TAG_BYTES;
}

function receivers(tree: RatchetTree, copath: number, excluded: ReadonlySet<number>): number[] {
  return tree.resolution(copath).filter((node) => !excluded.has(node));
}

// Blanks the direct path, sets the new parents with their parent hashes from the root down, and returns the leaf's hash.
function mergePublicKeys(
  suite: CipherSuite,
  tree: RatchetTree,
  leafIndex: number,
  filtered: readonly { node: number; copath: number }[],
  publicKeys: readonly Uint8Array[],
): Uint8Array {
  tree.blankPath(leafIndex);
  let hash: Uint8Array = new Uint8Array(0);
  for (let i = filtered.length - 1; i >= 0; i--) {
    const { node, copath } = filtered[i]!;
    const parent = { encryptionKey: publicKeys[i]!, parentHash: hash };
    tree.set(node, { type: "parent", parent: { ...parent, unmergedLeaves: [] } });
    hash = parentHash(suite, parent, tree.treeHash(suite, copath));
  }
  return hash;
}
