import { toHex } from "@conclave/codec";
import type { LeafNode, LeafMember } from "@conclave/mls";
import { checkedHolder } from "../identity/leafCert.js";
import type { Roster } from "../roster/roster.js";

/**
 * Invariant G, no ghosts (docs/protocol.md §1): the leaves of the tree are exactly the devices of the roster, as pairs of
 * person and leaf signature key.
 *
 * RULE: room.no-ghosts: MLS derives the room's keys from the tree, so a leaf that the roster does not list would be
 * somebody whom nobody let in (attacks A1, A91).
 */
export function hasNoGhosts(tree: Iterable<LeafMember>, roster: Roster): boolean {
  let count = 0;
  for (const { leafNode } of tree) {
    const { leaf, person } = holderOf(leafNode);
    if (roster.leaves.get(leaf) !== person) return false;
    count++;
  }
  // No leaf stands twice in a tree (RFC 9420 §7.3), so equal counts mean equal sets.
  return count === roster.leaves.size;
}

/** Hexadecimal leaf key and person of a leaf node whose credential the engine has checked. */
export function holderOf(leafNode: LeafNode): { readonly leaf: string; readonly person: string } {
  const known = holders.get(leafNode);
  if (known !== undefined) return known;
  const identity = leafNode.credential.type === "basic" ? leafNode.credential.identity : new Uint8Array(0);
  const named = checkedHolder(identity);
  const holder = { leaf: toHex(leafNode.signatureKey), person: named === null ? "" : toHex(named.person) };
  holders.set(leafNode, holder);
  return holder;
}

// Leaf nodes are never changed in place, so whoever was looked at once need not be looked at in each later epoch.
const holders = new WeakMap<LeafNode, { readonly leaf: string; readonly person: string }>();
