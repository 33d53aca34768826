import { type Reader, Writer } from "@conclave/codec";
import { type LeafNode, readLeafNode, writeLeafNode } from "./leafNode.js";
import { MAX_KEY_BYTES } from "./cipherSuite.js";
import { MlsError } from "./mlsError.js";

/** A node above the leaves (RFC 9420 §7.1). Never changed in place. */
export interface ParentNode {
  readonly encryptionKey: Uint8Array;
  readonly parentHash: Uint8Array;
  /** Leaves below that joined after the node's key was made, in rising order. */
  readonly unmergedLeaves: readonly number[];
}

/** A leaf or a parent that is not blank. */
export type Node =
  { readonly type: "leaf"; readonly leaf: LeafNode } | { readonly type: "parent"; readonly parent: ParentNode };

/** Largest tree that is accepted, in leaves. */
export const MAX_LEAVES = 2 ** 16;

export function nodeEncryptionKey(node: Node): Uint8Array {
  return node.type === "leaf" ? node.leaf.encryptionKey : node.parent.encryptionKey;
}

function writeNode(writer: Writer, node: Node): Writer {
  if (node.type === "leaf") return writeLeafNode(writer.u8(1), node.leaf);
  return writeParentNode(writer.u8(2), node.parent);
}

// Nodes never change, and each is hashed, stored and sent more than once: its bytes are kept as long as it is.
const encodings = new WeakMap<Node, Uint8Array>();

/** The bytes of a node, as in a ratchet_tree. */
export function encodeNode(node: Node): Uint8Array {
  const known = encodings.get(node);
  if (known !== undefined) return known;
  const bytes = writeNode(scratch.clear(), node).finish();
  encodings.set(node, bytes);
  return bytes;
}

const scratch = new Writer(4096);

/** Reads a node of a ratchet_tree, and remembers the bytes that it came from. */
export function readNode(reader: Reader): Node {
  const start = reader.offset;
  const node = readFreshNode(reader);
  encodings.set(node, reader.span(start));
  return node;
}

function readFreshNode(reader: Reader): Node {
  const type = reader.u8();
  if (type === 1) return { type: "leaf", leaf: readLeafNode(reader) };
  if (type !== 2) throw new MlsError("malformed", "node type");
  const parent = {
    encryptionKey: reader.opaque(MAX_KEY_BYTES),
    parentHash: reader.opaque(255),
    unmergedLeaves: reader.vector((r) => r.u32(), MAX_LEAVES),
  };
  // RULE: mls.unmerged-sorted: unmerged leaves rise strictly (RFC 9420 §7.1).
  if (parent.unmergedLeaves.some((leaf, i) => i > 0 && leaf <= parent.unmergedLeaves[i - 1]!)) {
    throw new MlsError("bad_tree", "unmerged leaves");
  }
  return { type: "parent", parent };
}

export function writeParentNode(writer: Writer, { encryptionKey, parentHash, unmergedLeaves }: ParentNode): Writer {
  return writer
    .opaque(encryptionKey)
    .opaque(parentHash)
    .vector(unmergedLeaves, (w, leaf) => w.u32(leaf));
}
