import { decode, type Reader, Writer } from "@conclave/codec";
import type { CipherSuite } from "./cipherSuite.js";
import { type LeafNode, readLeafNode, writeLeafNode } from "./leafNode.js";
import { MlsError } from "./mlsError.js";
import { directPath, isBelow, isLeaf, leafToNode, left, nodeToLeaf, nodeWidth, right, root } from "./treeMath.js";

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

/**
 * The ratchet tree (RFC 9420 §4, §7): nodes, their tree hashes, and indices of the keys in use.
 *
 * A tree is a base with changes on top. {@link fork} gives a tree that shares the base and has its own changes, so a
 * commit is tried without copying anything; {@link settle} writes the changes into the base. Only the fork that is settled
 * may be used afterwards. Tree hashes are cached: a change forgets those of its own path, and no others.
 */
export class RatchetTree {
  private nodes = new Map<number, Node | null>();
  private hashes = new Map<number, Uint8Array | null>();
  private encryptionKeys = new Map<string, number | null>();
  private signatureKeys = new Map<string, number | null>();

  private constructor(
    private readonly base: Base,
    /** Leaves, blank ones included: a power of two. */
    private width: number,
  ) {}

  static empty(): RatchetTree {
    return new RatchetTree({ nodes: [], hashes: [], encryptionKeys: new Map(), signatureKeys: new Map() }, 1);
  }

  /** A settled tree of these nodes. @throws MlsError `duplicate_key` when two nodes share a key. */
  static of(nodes: readonly (Node | null)[]): RatchetTree {
    const tree = RatchetTree.empty();
    let width = 1;
    while (nodeWidth(width) < nodes.length) width *= 2;
    if (width > MAX_LEAVES) throw new MlsError("bad_tree", "too many leaves");
    tree.width = width;
    nodes.forEach((node, index) => {
      if (node === null) return;
      if ((node.type === "leaf") !== isLeaf(index)) throw new MlsError("bad_tree", "a leaf where a parent belongs");
      tree.set(index, node);
    });
    tree.settle();
    return tree;
  }

  get leafWidth(): number {
    return this.width;
  }

  fork(): RatchetTree {
    if (this.nodes.size > 0) throw new TypeError("a tree with changes is settled before it is forked");
    return new RatchetTree(this.base, this.width);
  }

  /** Writes the changes into the base and names the nodes that changed. */
  settle(): (readonly [index: number, node: Node | null])[] {
    const changed = [...this.nodes];
    const { base } = this;
    for (const [index, node] of this.nodes) base.nodes[index] = node;
    for (const [index, hash] of this.hashes) base.hashes[index] = hash;
    mergeIndex(base.encryptionKeys, this.encryptionKeys);
    mergeIndex(base.signatureKeys, this.signatureKeys);
    base.nodes.length = Math.min(base.nodes.length, nodeWidth(this.width));
    base.hashes.length = Math.min(base.hashes.length, nodeWidth(this.width));
    this.nodes = new Map();
    this.hashes = new Map();
    this.encryptionKeys = new Map();
    this.signatureKeys = new Map();
    return changed;
  }

  /** The nodes that are not settled yet. */
  changes(): (readonly [index: number, node: Node | null])[] {
    return [...this.nodes];
  }

  node(index: number): Node | null {
    if (index >= nodeWidth(this.width)) return null;
    const changed = this.nodes.get(index);
    return changed === undefined ? (this.base.nodes[index] ?? null) : changed;
  }

  leaf(leafIndex: number): LeafNode | null {
    const node = this.node(leafToNode(leafIndex));
    return node?.type === "leaf" ? node.leaf : null;
  }

  parent(index: number): ParentNode | null {
    const node = this.node(index);
    return node?.type === "parent" ? node.parent : null;
  }

  encryptionKey(index: number): Uint8Array | null {
    const node = this.node(index);
    if (node === null) return null;
    return node.type === "leaf" ? node.leaf.encryptionKey : node.parent.encryptionKey;
  }

  *leaves(): Generator<{ leafIndex: number; leafNode: LeafNode }> {
    for (let leafIndex = 0; leafIndex < this.width; leafIndex++) {
      const leafNode = this.leaf(leafIndex);
      if (leafNode !== null) yield { leafIndex, leafNode };
    }
  }

  /** The node that holds an encryption key, or null. */
  holderOfEncryptionKey(key: Uint8Array): number | null {
    return lookUp(this.base.encryptionKeys, this.encryptionKeys, keyName(key));
  }

  /** The node of the leaf that holds a signature key, or null. */
  holderOfSignatureKey(key: Uint8Array): number | null {
    return lookUp(this.base.signatureKeys, this.signatureKeys, keyName(key));
  }

  /** Replaces a node. Keys must be free: RULE: mls.unique-keys: no two nodes share a key (RFC 9420 §7.3, §12.4.3.1). */
  set(index: number, node: Node | null): void {
    this.unindex(index, this.node(index));
    this.nodes.set(index, node);
    this.index(index, node);
    this.hashes.set(index, null);
    for (const above of directPath(index, this.width)) this.hashes.set(above, null);
  }

  /** The leftmost blank leaf, after growing the tree if there is none (RFC 9420 §7.7). */
  reserveLeaf(from = 0): number {
    let leafIndex = from;
    while (leafIndex < this.width && this.leaf(leafIndex) !== null) leafIndex++;
    if (leafIndex === this.width) {
      if (this.width * 2 > MAX_LEAVES) throw new MlsError("bad_tree", "too many leaves");
      this.width *= 2;
    }
    return leafIndex;
  }

  /** Adds a leaf at the leftmost blank place, as unmerged in the parents above it (RFC 9420 §7.7, §12.1.1). */
  addLeaf(leafNode: LeafNode, from = 0): number {
    const leafIndex = this.reserveLeaf(from);
    this.set(leafToNode(leafIndex), { type: "leaf", leaf: leafNode });
    for (const above of directPath(leafToNode(leafIndex), this.width)) {
      const parent = this.parent(above);
      if (parent === null) continue;
      const unmergedLeaves = [...parent.unmergedLeaves, leafIndex].sort((a, b) => a - b);
      this.set(above, { type: "parent", parent: { ...parent, unmergedLeaves } });
    }
    return leafIndex;
  }

  /** Replaces a leaf and blanks the nodes above it (RFC 9420 §12.1.2). */
  updateLeaf(leafIndex: number, leafNode: LeafNode): void {
    this.set(leafToNode(leafIndex), { type: "leaf", leaf: leafNode });
    this.blankPath(leafIndex);
  }

  /** Blanks a leaf and the nodes above it, and halves the tree while its right half is blank (RFC 9420 §7.7, §12.1.3). */
  removeLeaf(leafIndex: number): void {
    this.set(leafToNode(leafIndex), null);
    this.blankPath(leafIndex);
    while (this.width > 1 && this.isRightHalfBlank()) {
      const before = this.width;
      this.width /= 2;
      for (let index = nodeWidth(this.width); index < nodeWidth(before); index++) {
        if (this.base.nodes[index] !== undefined || this.nodes.has(index)) this.nodes.set(index, null);
        this.hashes.set(index, null);
      }
    }
  }

  /** The nodes whose keys together reach every leaf below (RFC 9420 §4.1.1). */
  resolution(index: number): number[] {
    const node = this.node(index);
    if (node?.type === "leaf") return [index];
    if (node?.type === "parent") return [index, ...node.parent.unmergedLeaves.map(leafToNode)];
    if (isLeaf(index)) return [];
    return [...this.resolution(left(index)), ...this.resolution(right(index))];
  }

  /** tree_hash of a subtree (RFC 9420 §7.8). */
  treeHash(suite: CipherSuite, index = root(this.width)): Uint8Array {
    const changed = this.hashes.get(index);
    const known = changed === undefined ? this.base.hashes[index] : changed;
    if (known !== null && known !== undefined) return known;
    const hash = hashNode(
      suite,
      index,
      this.node(index),
      isLeaf(index) ? null : [this.treeHash(suite, left(index)), this.treeHash(suite, right(index))],
    );
    this.hashes.set(index, hash);
    return hash;
  }

  /** tree_hash of a subtree as it was before these leaves joined (RFC 9420 §7.9: original_sibling_tree_hash). */
  treeHashWithout(suite: CipherSuite, index: number, leaves: readonly number[]): Uint8Array {
    const below = leaves.filter((leaf) => isBelow(leafToNode(leaf), index));
    if (below.length === 0) return this.treeHash(suite, index);
    if (isLeaf(index)) return hashNode(suite, index, null, null);
    const parent = this.parent(index);
    const unmergedLeaves = parent?.unmergedLeaves.filter((leaf) => !below.includes(leaf)) ?? [];
    const node = parent === null ? null : ({ type: "parent", parent: { ...parent, unmergedLeaves } } as const);
    const hashes: [Uint8Array, Uint8Array] = [
      this.treeHashWithout(suite, left(index), below),
      this.treeHashWithout(suite, right(index), below),
    ];
    return hashNode(suite, index, node, hashes);
  }

  /** ratchet_tree: all nodes, blank ones at the end left out (RFC 9420 §12.4.3.3). */
  encode(): Uint8Array {
    const nodes: (Node | null)[] = [];
    for (let index = 0; index < nodeWidth(this.width); index++) nodes.push(this.node(index));
    while (nodes.length > 0 && nodes[nodes.length - 1] === null) nodes.pop();
    return new Writer(nodes.length * 300).vector(nodes, (w, node) => w.optional(node, writeNode)).finish();
  }

  /** Decodes a ratchet_tree. @throws DecodeError, MlsError */
  static decode(bytes: Uint8Array): RatchetTree {
    const decoded = decode(bytes, (r) => r.vector((x) => x.optional(readNode), 2 * MAX_LEAVES));
    if (!decoded.ok) throw decoded.error;
    // RULE: mls.tree-no-trailing-blank: a tree has one encoding (RFC 9420 §12.4.3.3).
    if (decoded.value.length === 0 || decoded.value.at(-1) === null) throw new MlsError("bad_tree", "blank at the end");
    return RatchetTree.of(decoded.value);
  }

  private blankPath(leafIndex: number): void {
    for (const above of directPath(leafToNode(leafIndex), this.width))
      if (this.node(above) !== null) this.set(above, null);
  }

  private isRightHalfBlank(): boolean {
    for (let leafIndex = this.width - 1; leafIndex >= this.width / 2; leafIndex--) {
      if (this.leaf(leafIndex) !== null) return false;
    }
    return true;
  }

  private index(index: number, node: Node | null): void {
    if (node === null) return;
    const encryption = keyName(node.type === "leaf" ? node.leaf.encryptionKey : node.parent.encryptionKey);
    if (lookUp(this.base.encryptionKeys, this.encryptionKeys, encryption) !== null) {
      throw new MlsError("duplicate_key", "encryption key");
    }
    this.encryptionKeys.set(encryption, index);
    if (node.type === "parent") return;
    const signature = keyName(node.leaf.signatureKey);
    if (lookUp(this.base.signatureKeys, this.signatureKeys, signature) !== null) {
      throw new MlsError("duplicate_key", "signature key");
    }
    this.signatureKeys.set(signature, index);
  }

  private unindex(index: number, node: Node | null): void {
    if (node === null) return;
    const encryption = keyName(node.type === "leaf" ? node.leaf.encryptionKey : node.parent.encryptionKey);
    if (lookUp(this.base.encryptionKeys, this.encryptionKeys, encryption) === index)
      this.encryptionKeys.set(encryption, null);
    if (node.type === "parent") return;
    const signature = keyName(node.leaf.signatureKey);
    if (lookUp(this.base.signatureKeys, this.signatureKeys, signature) === index)
      this.signatureKeys.set(signature, null);
  }
}

interface Base {
  readonly nodes: (Node | null)[];
  readonly hashes: (Uint8Array | null)[];
  readonly encryptionKeys: Map<string, number>;
  readonly signatureKeys: Map<string, number>;
}

function lookUp(base: Map<string, number>, changes: Map<string, number | null>, name: string): number | null {
  const changed = changes.get(name);
  return changed === undefined ? (base.get(name) ?? null) : changed;
}

function mergeIndex(base: Map<string, number>, changes: Map<string, number | null>): void {
  for (const [name, index] of changes) {
    if (index === null) base.delete(name);
    else base.set(name, index);
  }
}

const keyName = (key: Uint8Array): string => String.fromCharCode(...key);

export function writeNode(writer: Writer, node: Node): Writer {
  if (node.type === "leaf") return writeLeafNode(writer.u8(1), node.leaf);
  return writeParent(writer.u8(2), node.parent);
}

export function readNode(reader: Reader): Node {
  const type = reader.u8();
  if (type === 1) return { type: "leaf", leaf: readLeafNode(reader) };
  if (type !== 2) throw new MlsError("malformed", "node type");
  const parent = {
    encryptionKey: reader.opaque(),
    parentHash: reader.opaque(),
    unmergedLeaves: reader.vector((r) => r.u32(), MAX_LEAVES),
  };
  // RULE: mls.unmerged-sorted: unmerged leaves rise strictly (RFC 9420 §7.1).
  if (parent.unmergedLeaves.some((leaf, i) => i > 0 && leaf <= parent.unmergedLeaves[i - 1]!)) {
    throw new MlsError("bad_tree", "unmerged leaves");
  }
  return { type: "parent", parent };
}

function writeParent(writer: Writer, { encryptionKey, parentHash, unmergedLeaves }: ParentNode): Writer {
  return writer
    .opaque(encryptionKey)
    .opaque(parentHash)
    .vector(unmergedLeaves, (w, leaf) => w.u32(leaf));
}

// TreeHashInput (RFC 9420 §7.8).
function hashNode(
  suite: CipherSuite,
  index: number,
  node: Node | null,
  children: [Uint8Array, Uint8Array] | null,
): Uint8Array {
  const writer = new Writer(512);
  if (children === null) {
    writer
      .u8(1)
      .u32(nodeToLeaf(index))
      .optional(node?.type === "leaf" ? node.leaf : null, writeLeafNode);
  } else {
    writer
      .u8(2)
      .optional(node?.type === "parent" ? node.parent : null, writeParent)
      .opaque(children[0])
      .opaque(children[1]);
  }
  return suite.hash(writer.finish());
}

/** ParentHashInput hashed (RFC 9420 §7.9): what a node below `parent` carries, when `sibling` is on its copath. */
export function parentHash(
  suite: CipherSuite,
  parent: Omit<ParentNode, "unmergedLeaves">,
  siblingHash: Uint8Array,
): Uint8Array {
  return suite.hash(
    new Writer(256).opaque(parent.encryptionKey).opaque(parent.parentHash).opaque(siblingHash).finish(),
  );
}

/** The direct path of a leaf without the nodes whose copath child has an empty resolution (RFC 9420 §4.1.2). */
export function filteredDirectPath(tree: RatchetTree, leafIndex: number): { node: number; copath: number }[] {
  const path: { node: number; copath: number }[] = [];
  let below = leafToNode(leafIndex);
  for (const node of directPath(below, tree.leafWidth)) {
    const copath = below < node ? right(node) : left(node);
    if (tree.resolution(copath).length > 0) path.push({ node, copath });
    below = node;
  }
  return path;
}
