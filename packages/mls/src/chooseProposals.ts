import type { Engine } from "./engine.js";
import { type GroupInternals, resolvePsks } from "./groupInternals.js";
import { MlsError } from "./mlsError.js";
import { applyProposals, type SentProposal, validateCombination } from "./proposalList.js";

/** A proposal by reference, with its reference in hexadecimal. */
export type Referenced = readonly [ref: string, sent: SentProposal];

/**
 * RULE: mls.committer-chooses: a committer leaves out what is not valid, or not together with the rest: one bad proposal of
 * anybody holds nobody up (RFC 9420 §12.2, §12.4).
 *
 * What the committer itself brings by value is in; of the others a Remove goes before an Update, and a later Update before
 * an earlier one. The result is in the order in which they came.
 */
export function chooseProposals(
  engine: Engine,
  group: GroupInternals,
  byValue: readonly SentProposal[],
  known: readonly Referenced[],
): Referenced[] {
  if (isValid(engine, group, [...known.map(([, sent]) => sent), ...byValue])) return [...known];
  const chosen: Referenced[] = [];
  for (const candidate of [...known].map((one, age) => ({ one, age })).sort(firstWanted)) {
    const list = [...chosen.map(([, sent]) => sent), candidate.one[1], ...byValue];
    if (isValid(engine, group, list)) chosen.push(candidate.one);
  }
  return known.filter((one) => chosen.includes(one));
}

const RANK: Partial<Record<SentProposal["proposal"]["type"], number>> = { remove: 0, update: 1 };

function firstWanted(a: { one: Referenced; age: number }, b: { one: Referenced; age: number }): number {
  const [rankA, rankB] = [a, b].map(({ one: [, sent] }) => RANK[sent.proposal.type] ?? 2) as [number, number];
  if (rankA !== rankB) return rankA - rankB;
  return rankA === 1 ? b.age - a.age : a.age - b.age;
}

function isValid(engine: Engine, group: GroupInternals, list: readonly SentProposal[]): boolean {
  const { suite, state } = group;
  try {
    validateCombination(suite, list, state.ownLeaf);
    const { psks } = applyProposals(engine, suite, group.tree.fork(), list, state.context);
    resolvePsks(engine, suite, psks, group);
    return true;
  } catch (error) {
    if (error instanceof MlsError) return false;
    throw error;
  }
}
