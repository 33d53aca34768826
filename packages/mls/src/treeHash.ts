import { Writer } from "@conclave/codec";
import type { CipherSuite } from "./cipherSuite.js";
import { nodeToLeaf } from "./treeMath.js";
import { encodeNode, type Node, type ParentNode } from "./treeNode.js";

// One writer for all: a tree of thousands is hashed as often, and nothing here calls back.
const scratch = new Writer(4096);

// A node's bytes say first which kind it is; the hash inputs say it otherwise.
const writeBody = (writer: Writer, node: Node) => writer.fixed(encodeNode(node).subarray(1));

/** The tree hash of a leaf (RFC 9420 §7.8). */
export function leafHash(suite: CipherSuite, index: number, node: Node | null): Uint8Array {
  const writer = scratch.clear().u8(1).u32(nodeToLeaf(index));
  return suite.hash(writer.optional(node, writeBody).peek());
}

/** The tree hash of a parent, from those of its children. */
export function subtreeHash(
  suite: CipherSuite,
  node: Node | null,
  leftHash: Uint8Array,
  rightHash: Uint8Array,
): Uint8Array {
  const writer = scratch.clear().u8(2).optional(node, writeBody);
  return suite.hash(writer.opaque(leftHash).opaque(rightHash).peek());
}

/** ParentHashInput hashed (RFC 9420 §7.9): what a node below `parent` carries, when `sibling` is on its copath. */
export function parentHash(
  suite: CipherSuite,
  parent: Omit<ParentNode, "unmergedLeaves">,
  siblingHash: Uint8Array,
): Uint8Array {
  const writer = scratch.clear().opaque(parent.encryptionKey).opaque(parent.parentHash);
  return suite.hash(writer.opaque(siblingHash).peek());
}
