import { decode, headerBytes, Writer } from "@conclave/codec";
import type { HashName } from "@conclave/crypto";
import type { CipherSuite } from "./cipherSuite.js";
import { CredentialCensus } from "./credentialCensus.js";
import { KeyIndex } from "./keyIndex.js";
import type { LeafNode } from "./leafNode.js";
import { MlsError } from "./mlsError.js";
import { leafHash, subtreeHash } from "./treeHash.js";
import { directPath, firstLeaf, isBelow, isLeaf, leafToNode, left, level, nodeWidth, right, root } from "./treeMath.js";
import { encodeNode, MAX_LEAVES, type Node, nodeEncryptionKey, type ParentNode, readNode } from "./treeNode.js";

/** Hashes of blank subtrees that are at least so many levels high, by hash function and node: at most 8,192 of each. */
const BLANK_LEVEL = 4;
const blankHashes: Partial<Record<HashName, Map<number, Uint8Array>>> = {};

/**
 * The ratchet tree (RFC 9420 §4, §7): nodes, their tree hashes, and indices of the keys in use.
 *
 * A tree is a base with changes on top. {@link fork} gives a tree that shares the base and has its own changes, so a
 * commit is tried without copying anything; {@link settle} writes the changes into the base. Only the fork that is settled
 * may be used afterwards. Tree hashes are cached: a change forgets those of its own path, and no others.
 */
export class RatchetTree {
  private readonly nodes = new Map<number, Node | null>();
  private readonly hashes = new Map<number, Uint8Array | null>();

  private constructor(
    private readonly base: Base,
    private readonly encryptionKeys: KeyIndex,
    private readonly signatureKeys: KeyIndex,
    /** How credentials are spread over the members. */
    readonly census: CredentialCensus,
    /** Leaves, blank ones included: a power of two. */
    private width: number,
    /** Every leaf before this one is taken. */
    private firstBlank: number,
    /** Every leaf from this one on is blank. */
    private end: number,
  ) {}

  private static empty(width: number): RatchetTree {
    const base = { nodes: [], hashes: [] };
    return new RatchetTree(base, new KeyIndex(), new KeyIndex(), CredentialCensus.empty(), width, 0, 0);
  }

  /** A settled tree of these nodes. @throws MlsError `duplicate_key` when two nodes share a key. */
  static of(nodes: readonly (Node | null)[]): RatchetTree {
    let width = 1;
    while (nodeWidth(width) < nodes.length) width *= 2;
    if (width > MAX_LEAVES) throw new MlsError("bad_tree", "too many leaves");
    const tree = RatchetTree.empty(width);
    nodes.forEach((node, index) => {
      if (node === null) return;
      if ((node.type === "leaf") !== isLeaf(index)) throw new MlsError("bad_tree", "a leaf where a parent belongs");
      tree.put(index, node);
    });
    tree.settle();
    return tree;
  }

  get leafWidth(): number {
    return this.width;
  }

  fork(): RatchetTree {
    if (this.nodes.size > 0) throw new TypeError("a tree with changes is settled before it is forked");
    const { base, encryptionKeys, signatureKeys, census, width, firstBlank, end } = this;
    return new RatchetTree(base, encryptionKeys.fork(), signatureKeys.fork(), census.fork(), width, firstBlank, end);
  }

  /** Writes the changes into the base. */
  settle(): void {
    for (const [index, node] of this.nodes) this.base.nodes[index] = node;
    for (const [index, hash] of this.hashes) this.base.hashes[index] = hash;
    this.encryptionKeys.settle();
    this.signatureKeys.settle();
    this.nodes.clear();
    this.hashes.clear();
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
    return node === null ? null : nodeEncryptionKey(node);
  }

  *leaves(): Generator<{ leafIndex: number; leafNode: LeafNode }> {
    for (let leafIndex = 0; leafIndex < this.end; leafIndex++) {
      const leafNode = this.leaf(leafIndex);
      if (leafNode !== null) yield { leafIndex, leafNode };
    }
  }

  /** The node that holds an encryption key, or null. */
  holderOfEncryptionKey(key: Uint8Array): number | null {
    return this.encryptionKeys.get(key);
  }

  /** Replaces a node. @throws MlsError `duplicate_key` */
  set(index: number, node: Node | null): void {
    this.put(index, node);
    this.hashes.set(index, null);
    // All of them: above a hash that is forgotten there may be one that is known (`blankHash`).
    for (const above of directPath(index, this.width)) this.hashes.set(above, null);
  }

  /** The leftmost blank leaf, after growing the tree if there is none (RFC 9420 §7.7). */
  reserveLeaf(): number {
    while (this.firstBlank < this.end && this.leaf(this.firstBlank) !== null) this.firstBlank++;
    if (this.firstBlank === this.width) {
      if (this.width * 2 > MAX_LEAVES) throw new MlsError("bad_tree", "too many leaves");
      this.width *= 2;
    }
    return this.firstBlank;
  }

  /**
   * Adds leaves, each at the leftmost blank place, as unmerged in the parents above (RFC 9420 §7.7, §12.1.1). Gives their
   * places. @throws MlsError `duplicate_key`, `bad_tree`
   */
  addLeaves(leafNodes: readonly LeafNode[]): number[] {
    const places = leafNodes.map((leaf) => {
      const leafIndex = this.reserveLeaf();
      this.set(leafToNode(leafIndex), { type: "leaf", leaf });
      return leafIndex;
    });
    // Each list once, however many come: thousands that came one by one would copy thousands of lists of thousands.
    const unmerged = new Map<number, number[]>();
    for (const leafIndex of places) {
      for (const above of directPath(leafToNode(leafIndex), this.width)) {
        const parent = this.parent(above);
        if (parent === null) continue;
        const known = unmerged.get(above) ?? [...parent.unmergedLeaves];
        unmerged.set(above, known);
        known.push(leafIndex);
      }
    }
    for (const [above, leaves] of unmerged) {
      const unmergedLeaves = leaves.sort((a, b) => a - b);
      this.put(above, { type: "parent", parent: { ...this.parent(above)!, unmergedLeaves } });
    }
    return places;
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
    while (this.width > 1 && this.end <= this.width / 2) this.halve();
  }

  /** Blanks the nodes above a leaf. */
  blankPath(leafIndex: number): void {
    for (const above of directPath(leafToNode(leafIndex), this.width))
      if (this.node(above) !== null) this.set(above, null);
  }

  /** The nodes whose keys together reach every leaf below (RFC 9420 §4.1.1). */
  resolution(index: number, found: number[] = []): number[] {
    // Nobody sits there. A tree of 10,000 has 6,000 such places, and after a removal each commit would walk them all.
    if (firstLeaf(index) >= this.end) return found;
    const node = this.node(index);
    if (node !== null) found.push(index);
    if (node?.type === "parent") for (const leaf of node.parent.unmergedLeaves) found.push(leafToNode(leaf));
    if (node === null && !isLeaf(index)) this.resolution(right(index), this.resolution(left(index), found));
    return found;
  }

  /** Whether there is nobody below a node: its resolution is empty. */
  isEmptyBelow(index: number): boolean {
    if (firstLeaf(index) >= this.end) return true;
    if (this.node(index) !== null) return false;
    return isLeaf(index) || (this.isEmptyBelow(left(index)) && this.isEmptyBelow(right(index)));
  }

  /** tree_hash of a subtree (RFC 9420 §7.8). */
  treeHash(suite: CipherSuite, index = root(this.width)): Uint8Array {
    const changed = this.hashes.get(index);
    const known = changed === undefined ? this.base.hashes[index] : changed;
    if (known !== null && known !== undefined) return known;
    const hash = this.blankHash(suite, index) ?? this.hashOf(suite, index);
    // Where this tree has no change below, the hash is the base's too, and stays known when this tree is dropped.
    if (changed === undefined) this.base.hashes[index] = hash;
    else this.hashes.set(index, hash);
    return hash;
  }

  private hashOf(suite: CipherSuite, index: number): Uint8Array {
    if (isLeaf(index)) return leafHash(suite, index, this.node(index));
    return subtreeHash(suite, this.node(index), this.treeHash(suite, left(index)), this.treeHash(suite, right(index)));
  }

  // A blank subtree has the same hash in every tree of a suite's hash. The large ones are kept for the process, or whoever
  // brings a tree of 65,536 blank leaves again and again would have them hashed again and again.
  private blankHash(suite: CipherSuite, index: number): Uint8Array | null {
    if (level(index) < BLANK_LEVEL || !this.isBlank(index)) return null;
    const known = blankHashes[suite.algorithms.hash] ?? new Map<number, Uint8Array>();
    blankHashes[suite.algorithms.hash] = known;
    const hash = known.get(index) ?? this.hashOf(suite, index);
    known.set(index, hash);
    return hash;
  }

  private isBlank(index: number): boolean {
    return this.node(index) === null && (isLeaf(index) || (this.isBlank(left(index)) && this.isBlank(right(index))));
  }

  /** tree_hash of a subtree as it was before these leaves joined (RFC 9420 §7.9: original_sibling_tree_hash). */
  treeHashWithout(suite: CipherSuite, index: number, leaves: readonly number[]): Uint8Array {
    const below = leaves.filter((leaf) => isBelow(leafToNode(leaf), index));
    if (below.length === 0) return this.treeHash(suite, index);
    if (isLeaf(index)) return leafHash(suite, index, null);
    const joined = new Set(below);
    const now = this.parent(index);
    const unmergedLeaves = now?.unmergedLeaves.filter((leaf) => !joined.has(leaf)) ?? [];
    return subtreeHash(
      suite,
      now === null ? null : { type: "parent", parent: { ...now, unmergedLeaves } },
      this.treeHashWithout(suite, left(index), below),
      this.treeHashWithout(suite, right(index), below),
    );
  }

  /** ratchet_tree: all nodes, blank ones at the end left out (RFC 9420 §12.4.3.3). */
  encode(): Uint8Array {
    const nodes: (Uint8Array | null)[] = [];
    let length = 0;
    let end = nodeWidth(this.width);
    while (end > 0 && this.node(end - 1) === null) end--;
    for (let index = 0; index < end; index++) {
      const node = this.node(index);
      const bytes = node === null ? null : encodeNode(node);
      nodes.push(bytes);
      length += 1 + (bytes?.length ?? 0);
    }
    const writer = new Writer(headerBytes(length) + length).varint(length);
    for (const bytes of nodes) {
      if (bytes === null) writer.u8(0);
      else writer.u8(1).fixed(bytes);
    }
    return writer.release();
  }

  /** Decodes a ratchet_tree. @throws DecodeError, MlsError */
  static decode(bytes: Uint8Array): RatchetTree {
    const decoded = decode(bytes, (r) => r.vector((x) => x.optional(readNode), 2 * MAX_LEAVES));
    if (!decoded.ok) throw decoded.error;
    // RULE: mls.tree-no-trailing-blank: a tree has one encoding (RFC 9420 §12.4.3.3).
    if (decoded.value.length === 0 || decoded.value.at(-1) === null) throw new MlsError("bad_tree", "blank at the end");
    return RatchetTree.of(decoded.value);
  }

  // Replaces a node without a word to the hashes. Who calls it marks them.
  private put(index: number, node: Node | null): void {
    const before = this.node(index);
    this.nodes.set(index, node);
    if (before !== null && (node === null || nodeEncryptionKey(before) !== nodeEncryptionKey(node)))
      this.encryptionKeys.release(nodeEncryptionKey(before), index);
    // RULE: mls.unique-keys: no two nodes share a key (RFC 9420 §7.3, §12.4.2, §12.4.3.1).
    if (node !== null && !this.encryptionKeys.claim(nodeEncryptionKey(node), index))
      throw new MlsError("duplicate_key", "encryption key");
    if (!isLeaf(index)) return;
    const leafIndex = index / 2;
    if (before?.type === "leaf") {
      this.signatureKeys.release(before.leaf.signatureKey, index);
      this.census.count(before.leaf, -1);
    }
    if (node?.type !== "leaf") {
      this.firstBlank = Math.min(this.firstBlank, leafIndex);
      while (this.end > 0 && this.leaf(this.end - 1) === null) this.end--;
      return;
    }
    if (!this.signatureKeys.claim(node.leaf.signatureKey, index)) throw new MlsError("duplicate_key", "signature key");
    this.census.count(node.leaf, 1);
    this.end = Math.max(this.end, leafIndex + 1);
  }

  // The right half is blank, and so is the root, for the leaf that went was below it. Only the root's hash would mislead:
  // later changes of the left half do not reach it.
  private halve(): void {
    this.hashes.set(root(this.width), null);
    this.width /= 2;
  }
}

interface Base {
  readonly nodes: (Node | null)[];
  readonly hashes: (Uint8Array | null)[];
}

/** The direct path of a leaf without the nodes whose copath child has an empty resolution (RFC 9420 §4.1.2). */
export function filteredDirectPath(tree: RatchetTree, leafIndex: number): { node: number; copath: number }[] {
  const path: { node: number; copath: number }[] = [];
  let below = leafToNode(leafIndex);
  for (const node of directPath(below, tree.leafWidth)) {
    const copath = below < node ? right(node) : left(node);
    if (!tree.isEmptyBelow(copath)) path.push({ node, copath });
    below = node;
  }
  return path;
}
