import { compareBytes, equalBytes } from "@conclave/codec";
import type { LeafKey, Roster } from "@conclave/protocol";

/**
 * This device's place among those that could do the same piece of work now: all of them count the leaves in the same order,
 * from a place that changes with `round`, so that one does it first and the next only when that one is not there.
 */
export function electionRank(roster: Pick<Roster, "members">, leaf: LeafKey, round: number): number {
  const leaves = [...roster.members.values()].flatMap(({ devices }) => devices.map((device) => device.leaf));
  leaves.sort(compareBytes);
  const at = leaves.findIndex((other) => equalBytes(other, leaf));
  const { length } = leaves;
  return length === 0 ? 0 : (((at - (round % length)) % length) + length) % length;
}
