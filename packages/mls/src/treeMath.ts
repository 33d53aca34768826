// Nodes of a left-balanced binary tree with a power of two of leaves, in an array: leaf i is node 2i (RFC 9420 App. C).

/** The node of a leaf. */
export const leafToNode = (leaf: number): number => leaf * 2;

/** The leaf of a node with an even index. */
export const nodeToLeaf = (node: number): number => node / 2;

export const isLeaf = (node: number): boolean => (node & 1) === 0;

/** How far above the leaves a node is. */
export function level(node: number): number {
  return isLeaf(node) ? 0 : 31 - Math.clz32(~node & (node + 1));
}

/** Nodes in a tree of that many leaves. */
export const nodeWidth = (leaves: number): number => (leaves === 0 ? 0 : 2 * leaves - 1);

/** The root of a tree whose leaves are a power of two. */
export const root = (leaves: number): number => leaves - 1;

/** The left child of a parent. */
export const left = (node: number): number => node ^ (1 << (level(node) - 1));

/** The right child of a parent. */
export const right = (node: number): number => node ^ (3 << (level(node) - 1));

/** The parent of a node that is not the root. */
export function parent(node: number): number {
  const k = level(node);
  return (node | (1 << k)) & ~(((node >> (k + 1)) & 1) << (k + 1));
}

/** The other child of the node's parent. */
export function sibling(node: number): number {
  const above = parent(node);
  return node < above ? right(above) : left(above);
}

/** The nodes above a node, root last; empty for the root itself. */
export function directPath(node: number, leaves: number): number[] {
  const top = root(leaves);
  const path: number[] = [];
  for (let at = node; at !== top;) path.push((at = parent(at)));
  return path;
}

/** Whether `node` is `ancestor` or below it. */
export function isBelow(node: number, ancestor: number): boolean {
  const reach = (1 << level(ancestor)) - 1;
  return node >= ancestor - reach && node <= ancestor + reach;
}

/** The leftmost leaf that is below a node (or the leaf itself). */
export const firstLeaf = (node: number): number => (node - (1 << level(node)) + 1) / 2;

/** The lowest node that is above both leaves (or the leaf itself, for twice the same). */
export function commonAncestor(leafA: number, leafB: number): number {
  let a = leafToNode(leafA);
  const b = leafToNode(leafB);
  while (!isBelow(b, a)) a = parent(a);
  return a;
}
