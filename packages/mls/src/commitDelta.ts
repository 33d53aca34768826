import { type Delta, PAST_EPOCHS } from "./engine.js";
import {
  nodeKey,
  nodeRecord,
  pastKey,
  pastRecord,
  pathKey,
  proposalRecordKey,
  secretTreeKeys,
  secretTreeRecords,
  stateRecord,
  stepDelta,
  updateRecordKey,
} from "./groupState.js";
import type { PastEpoch } from "./groupState.js";
import type { LeafNode } from "./leafNode.js";
import type { GroupInternals } from "./groupInternals.js";
import type { RatchetTree } from "./ratchetTree.js";
import type { RatchetStep } from "./secretTree.js";
import type { NextState } from "./staged.js";
import { isLeaf, nodeToLeaf, nodeWidth } from "./treeMath.js";

/** What the epoch that ends leaves behind, when `tree` (with its changes not settled) follows it. */
export function pastEpoch(group: GroupInternals, tree: RatchetTree): PastEpoch {
  const replaced = new Map<number, LeafNode | null>();
  for (const [index] of tree.changes())
    if (isLeaf(index)) replaced.set(nodeToLeaf(index), group.tree.leaf(nodeToLeaf(index)));
  const { context, secrets, ownLeaf } = group.state;
  return {
    context,
    senderData: secrets.senderData,
    resumption: secrets.resumption,
    leafWidth: group.tree.leafWidth,
    ownLeaf,
    replaced,
    secretTree: group.secretTree,
  };
}

/** All records that moving to the next epoch writes and deletes: changed nodes and keys, not the tree. */
export function commitDelta(
  group: GroupInternals,
  next: NextState,
  step: RatchetStep | null,
  ended = pastEpoch(group, next.tree),
): Delta {
  const { epoch } = group.state.context;
  const put: (readonly [string, Uint8Array])[] = [stateRecord(next.state), pastRecord(ended)];
  const gone: string[] = [];
  for (const [index, node] of next.tree.changes()) {
    if (node === null) gone.push(nodeKey(index));
    else put.push(nodeRecord(index, node));
  }
  for (const [index, key] of next.state.keys) if (group.state.keys.get(index) !== key) put.push([pathKey(index), key]);
  for (const index of group.state.keys.keys()) if (!next.state.keys.has(index)) gone.push(pathKey(index));
  put.push(...secretTreeRecords(next.state.context.epoch, next.secretTree));
  if (step !== null) {
    const used = stepDelta(epoch, step);
    put.push(...used.put);
    gone.push(...used.delete);
  }
  for (const [old, past] of group.past) {
    if (old > epoch - BigInt(PAST_EPOCHS)) continue;
    gone.push(pastKey(old), ...secretTreeKeys(old, past.secretTree));
  }
  for (const name of group.updateKeys.keys()) gone.push(updateRecordKey(epoch, name));
  for (const ref of group.proposals.keys()) gone.push(proposalRecordKey(epoch, ref));
  gone.push(...group.leftovers);
  return { put, delete: gone };
}

/** Deletes every record of a group that its member was removed from: no key stays behind (RFC 9420 §9.2). */
export function removalDelta(group: GroupInternals): Delta {
  const { state, tree, secretTree, past, updateKeys, proposals, leftovers } = group;
  const { epoch } = state.context;
  const gone = ["group", ...leftovers, ...secretTreeKeys(epoch, secretTree)];
  for (let index = 0; index < nodeWidth(tree.leafWidth); index++)
    if (tree.node(index) !== null) gone.push(nodeKey(index));
  for (const index of state.keys.keys()) gone.push(pathKey(index));
  for (const [old, kept] of past) gone.push(pastKey(old), ...secretTreeKeys(old, kept.secretTree));
  for (const name of updateKeys.keys()) gone.push(updateRecordKey(epoch, name));
  for (const ref of proposals.keys()) gone.push(proposalRecordKey(epoch, ref));
  return { put: [], delete: gone };
}
