import { done, failed, type Result, toHex } from "@conclave/codec";
import {
  type Action,
  changesList,
  MAX_KEYS_AT_ONCE,
  type NamedSshKey,
  sortedKeys,
  type SshKey,
} from "@conclave/protocol";
import type { DecisionProgress, KeysListed } from "../api/invitation.js";
import type { Problem } from "../api/problem.js";
import type { RoomState } from "../work/roomState.js";

type Decide = (wanted: Action) => Promise<Result<DecisionProgress, Problem>>;

/** How many keys go into one decision: with their comments, and everybody's approvals, they fit into one entry. */
const KEYS_AT_ONCE = MAX_KEYS_AT_ONCE / 2;

/** Lists SSH keys: those that this person has not listed yet and nobody has used, in as few decisions as there can be. */
export function allowKeys(
  { room, person }: RoomState,
  keys: readonly NamedSshKey[],
  decide: Decide,
): Promise<Result<KeysListed, Problem>> {
  const isNew = ({ key }: NamedSshKey): boolean => room !== null && changesList(room.roster, key, person);
  return inParts(room !== null, keys.filter(isNew), (part) => decide({ type: "allow", keys: part }));
}

/** Takes SSH keys off the list: those that are on it. */
export function disallowKeys(
  { room }: RoomState,
  keys: readonly SshKey[],
  decide: Decide,
): Promise<Result<KeysListed, Problem>> {
  const listed = keys.filter((key) => room?.roster.listedKeys.has(toHex(key))).map((key) => ({ key }));
  return inParts(room !== null, listed, (part) => decide({ type: "disallow", keys: part.map(({ key }) => key) }));
}

async function inParts<T extends { readonly key: SshKey }>(
  isMember: boolean,
  keys: readonly T[],
  decide: (part: readonly T[]) => Promise<Result<DecisionProgress, Problem>>,
): Promise<Result<KeysListed, Problem>> {
  if (!isMember) return failed({ kind: "not_member" });
  const sorted = sortedKeys(keys);
  let progress: DecisionProgress | null = null;
  let count = 0;
  while (count < sorted.length && progress?.done !== false) {
    const part = sorted.slice(count, count + KEYS_AT_ONCE);
    const decided = await decide(part);
    if (!decided.ok) return decided;
    progress = decided.value;
    count += part.length;
  }
  return done({ progress, count, left: sorted.length - count });
}
