import { equalBytes } from "@conclave/codec";
import type { CipherSuite } from "./cipherSuite.js";
import { MlsError } from "./mlsError.js";
import { requireUsableKey } from "./publicKey.js";
import type { RatchetTree } from "./ratchetTree.js";
import { parentHash } from "./treeHash.js";
import { isBelow, leafToNode, left, nodeWidth, right } from "./treeMath.js";

/**
 * Checks a tree that somebody hands over, but for its leaves' own validity (RFC 9420 §12.4.3.1): unmerged leaves, and the
 * parent hash of every parent that is not blank. @throws MlsError
 */
export function validateTree(suite: CipherSuite, tree: RatchetTree): void {
  const unmerged = new Map<number, ReadonlySet<number>>();
  for (let index = 1; index < nodeWidth(tree.leafWidth); index += 2) {
    const parent = tree.parent(index);
    if (parent === null) continue;
    requireUsableKey(suite, parent.encryptionKey, "ratchet tree");
    unmerged.set(index, new Set(parent.unmergedLeaves));
  }
  for (const [index, leaves] of unmerged) validateUnmerged(tree, index, leaves, unmerged);
  for (const index of unmerged.keys()) {
    // RULE: mls.parent-hash: each parent's key was put there by a leaf below it, in one path (RFC 9420 §7.9.2).
    const chains = [hasValidChild(suite, tree, index, left, right), hasValidChild(suite, tree, index, right, left)];
    if (chains.filter(Boolean).length !== 1) throw new MlsError("bad_parent_hash", "ratchet tree");
  }
}

/**
 * RULE: mls.unmerged-leaves: an unmerged leaf is a leaf below the node that is not blank, and the parents between the two
 * that are not blank list it too (RFC 9420 §12.4.3.1). Other lists may differ from node to node (attack A94).
 */
function validateUnmerged(
  tree: RatchetTree,
  index: number,
  leaves: ReadonlySet<number>,
  unmerged: ReadonlyMap<number, ReadonlySet<number>>,
): void {
  for (const leafIndex of leaves) {
    const target = leafToNode(leafIndex);
    if (!isBelow(target, index) || tree.leaf(leafIndex) === null) throw new MlsError("bad_tree", "unmerged leaf");
    for (let at = index; at !== target; at = target < at ? left(at) : right(at)) {
      if (unmerged.get(at)?.has(leafIndex) === false) throw new MlsError("bad_tree", "unmerged leaf");
    }
  }
}

/**
 * Whether the parent at `index` was set together with a node D in the resolution of that child: D carries its parent hash,
 * and all others in the resolution are unmerged at the parent (RFC 9420 §7.9.2).
 */
function hasValidChild(
  suite: CipherSuite,
  tree: RatchetTree,
  index: number,
  childOf: (node: number) => number,
  siblingOf: (node: number) => number,
): boolean {
  const parent = tree.parent(index)!;
  const child = childOf(index);
  const unmerged = parent.unmergedLeaves.map(leafToNode).filter((leaf) => isBelow(leaf, child));
  const resolution = tree.resolution(child);
  // Most have none, in a tree of thousands of parents.
  if (unmerged.length === 0 && resolution.length !== 1) return false;
  const unmergedBelow = new Set(unmerged);
  const merged = resolution.filter((node) => !unmergedBelow.has(node));
  if (merged.length !== 1 || resolution.length !== unmergedBelow.size + 1) return false;
  const carried = carriedParentHash(tree, merged[0]!);
  if (carried === null) return false;
  const siblingHash = tree.treeHashWithout(suite, siblingOf(index), parent.unmergedLeaves);
  return equalBytes(carried, parentHash(suite, parent, siblingHash));
}

function carriedParentHash(tree: RatchetTree, index: number): Uint8Array | null {
  const node = tree.node(index);
  if (node?.type === "parent") return node.parent.parentHash;
  return node?.leaf.source.type === "commit" ? node.leaf.source.parentHash : null;
}
