import { equalBytes } from "@conclave/codec";
import type { CipherSuite } from "./cipherSuite.js";
import { MlsError } from "./mlsError.js";
import { parentHash, type RatchetTree } from "./ratchetTree.js";
import { isBelow, isLeaf, leafToNode, left, nodeWidth, right } from "./treeMath.js";

/**
 * Checks a tree that somebody hands over, but for its leaves' own validity (RFC 9420 §12.4.3.1): unmerged leaves, and the
 * parent hash of every parent that is not blank. @throws MlsError
 */
export function validateTree(suite: CipherSuite, tree: RatchetTree): void {
  for (let index = 1; index < nodeWidth(tree.leafWidth); index += 2) {
    if (tree.parent(index) === null) continue;
    validateUnmerged(tree, index);
    if (!isParentHashValid(suite, tree, index)) throw new MlsError("bad_parent_hash", "ratchet tree");
  }
}

/**
 * RULE: mls.unmerged-leaves: an unmerged leaf is a leaf below the node that is not blank, and the parents between the two
 * that are not blank list it too (RFC 9420 §12.4.3.1). Other lists may differ from node to node (attack A94).
 */
function validateUnmerged(tree: RatchetTree, index: number): void {
  for (const leafIndex of tree.parent(index)!.unmergedLeaves) {
    const target = leafToNode(leafIndex);
    if (tree.leaf(leafIndex) === null || !isBelow(target, index)) throw new MlsError("bad_tree", "unmerged leaf");
    for (let at = index; at !== target; at = target < at ? left(at) : right(at)) {
      const between = tree.parent(at);
      if (between !== null && !between.unmergedLeaves.includes(leafIndex))
        throw new MlsError("bad_tree", "unmerged leaf");
    }
  }
}

/** RULE: mls.parent-hash: each parent's key was put there by a leaf below it, in one path (RFC 9420 §7.9.2). */
function isParentHashValid(suite: CipherSuite, tree: RatchetTree, index: number): boolean {
  const parent = tree.parent(index)!;
  return [[left(index), right(index)] as const, [right(index), left(index)] as const].some(([child, sibling]) => {
    const expected = parentHash(suite, parent, tree.treeHashWithout(suite, sibling, parent.unmergedLeaves));
    const resolution = tree.resolution(child);
    const unmergedBelow = parent.unmergedLeaves.map(leafToNode).filter((leaf) => isBelow(leaf, child));
    return resolution.some((candidate) => {
      const carried = carriedParentHash(tree, candidate);
      if (carried === null || !equalBytes(carried, expected)) return false;
      const others = resolution.filter((other) => other !== candidate);
      return others.length === unmergedBelow.length && others.every((other) => unmergedBelow.includes(other));
    });
  });
}

function carriedParentHash(tree: RatchetTree, index: number): Uint8Array | null {
  const node = tree.node(index);
  if (node === null) return null;
  if (!isLeaf(index) && node.type === "parent") return node.parent.parentHash;
  return node.type === "leaf" && node.leaf.source.type === "commit" ? node.leaf.source.parentHash : null;
}
