import { compareBytes, equalBytes } from "@conclave/codec";
import type { LeafKey, Roster } from "@conclave/protocol";

/**
 * This device's place among those that could do the same piece of work now: all of them count the leaves in the same order,
 * from a place that changes with `round`, so that one does it first and the next only when that one is not there. Stewards, which are
 * there for that, come before all others.
 */
export function electionRank({ members }: Pick<Roster, "members">, leaf: LeafKey, round: number): number {
  const [stewards, people]: [LeafKey[], LeafKey[]] = [[], []];
  for (const { role, devices } of members.values())
    (role === "steward" ? stewards : people).push(...devices.map((device) => device.leaf));
  const among = placeIn(stewards, leaf, round);
  return among ?? stewards.length + (placeIn(people, leaf, round) ?? 0);
}

function placeIn(leaves: LeafKey[], leaf: LeafKey, round: number): number | null {
  leaves.sort(compareBytes);
  const at = leaves.findIndex((other) => equalBytes(other, leaf));
  const { length } = leaves;
  return at === -1 ? null : (((at - (round % length)) % length) + length) % length;
}
