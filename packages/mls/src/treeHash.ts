import { Writer } from "@conclave/codec";
import type { CipherSuite } from "./cipherSuite.js";
import { writeLeafNode } from "./leafNode.js";
import { nodeToLeaf } from "./treeMath.js";
import { type Node, type ParentNode, writeParentNode } from "./treeNode.js";

/** The tree hash of a leaf (RFC 9420 §7.8). */
export function leafHash(suite: CipherSuite, index: number, node: Node | null): Uint8Array {
  const writer = new Writer(512).u8(1).u32(nodeToLeaf(index));
  return suite.hash(writer.optional(node?.type === "leaf" ? node.leaf : null, writeLeafNode).finish());
}

/** The tree hash of a parent, from those of its children. */
export function subtreeHash(
  suite: CipherSuite,
  parent: ParentNode | null,
  leftHash: Uint8Array,
  rightHash: Uint8Array,
): Uint8Array {
  const writer = new Writer(256).u8(2).optional(parent, writeParentNode);
  return suite.hash(writer.opaque(leftHash).opaque(rightHash).finish());
}

/** ParentHashInput hashed (RFC 9420 §7.9): what a node below `parent` carries, when `sibling` is on its copath. */
export function parentHash(
  suite: CipherSuite,
  parent: Omit<ParentNode, "unmergedLeaves">,
  siblingHash: Uint8Array,
): Uint8Array {
  const writer = new Writer(256).opaque(parent.encryptionKey).opaque(parent.parentHash);
  return suite.hash(writer.opaque(siblingHash).finish());
}
