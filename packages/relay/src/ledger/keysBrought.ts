import { equalBytes } from "@conclave/codec";
import type { WriteKey } from "../store/roomTable.js";
import { keysAfterCommit, type AddedKey } from "./writeKeys.js";

/** The newest key of the members, which a head receipt names. */
export function membersKey(keys: readonly WriteKey[], own: number): WriteKey {
  return keys.findLast(({ live, lineage }) => live && lineage === own) ?? keys.at(-1)!;
}

/**
 * The room's write keys once its log is again what it was at a signed head: the key that was signed with it is the members'. Where it
 * is a newer one than those that the copy has, these are retired, as the lost commit did.
 */
export function keysBrought(keys: readonly WriteKey[], added: AddedKey, own: number): WriteKey[] {
  const known = keys.find(({ key, epoch }) => epoch === added.epoch && equalBytes(key, added.key));
  if (known !== undefined) {
    return keys.map((key) => (key === known ? { ...key, live: true, lineage: own, slot: null } : key));
  }
  const others = keys.filter(({ n }) => n !== added.n);
  return keysAfterCommit(others, added, own, { by: "member", key: membersKey(keys, own), isOwn: true });
}
