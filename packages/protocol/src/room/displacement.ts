import { equalBytes, toHex } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import type { ActionHash, PersonId } from "../encoding/ids.js";
import { consentTo, countApprovals } from "../roster/consent.js";
import type { Roster } from "../roster/roster.js";
import { askersOf, isAskedBy, type ProposalRecord } from "./proposalRecord.js";

/** A proposal that gives way to a newer one. */
export interface Displaced {
  readonly actionHash: ActionHash;
  /** Who no longer asks for it. */
  readonly by: PersonId;
  /** Whether it goes, whoever asks for it too. */
  readonly isWhole: boolean;
}

/** How many things one person asks for at a time. */
export const MOST_OF_ONE = 4;
/** How many proposals a room keeps in all. */
export const MOST_PROPOSALS = 64;

/** What gives way when `by` asks for the action with this hash. `proposals`: those that are open, the oldest first. */
export function toDisplace(
  crypto: Crypto,
  roster: Roster,
  proposals: readonly ProposalRecord[],
  { hash, by }: { readonly hash: ActionHash; readonly by: PersonId },
): Displaced[] {
  const others = proposals.filter(({ actionHash }) => !equalBytes(actionHash, hash));
  const own = others.filter((proposal) => isAskedBy(proposal, by));
  // RULE: proposals.few-of-one: who asks for more than a few things at a time pushes out their own, and nobody else's, so nobody
  // keeps the others from agreeing on anything (attack A117).
  const first = own.length < MOST_OF_ONE ? null : weakest(crypto, roster, own);
  const isGone = first !== null && askersOf(first).length === 1;
  const displaced = first === null ? [] : [{ actionHash: first.actionHash, by, isWhole: false }];
  if (others.length - (isGone ? 1 : 0) < MOST_PROPOSALS) return displaced;
  const last = weakest(crypto, roster, ofBusiest(others));
  return [...displaced, { actionHash: last.actionHash, by: last.by, isWhole: true }];
}

/** The oldest; one that somebody agrees to who did not ask for it goes last. */
function weakest(crypto: Crypto, roster: Roster, proposals: readonly ProposalRecord[]): ProposalRecord {
  // RULE: proposals.supported-last: what somebody else has agreed to is not made to vanish by who asked for it (attack A117).
  return proposals.find((proposal) => !isSupported(crypto, roster, proposal)) ?? proposals[0]!;
}

function isSupported(crypto: Crypto, roster: Roster, proposal: ProposalRecord): boolean {
  const { action, approvals, by } = proposal;
  const yes = countApprovals(crypto, roster, action, by, approvals);
  // A yes that the rules do not count supports nothing, or puppets could give it.
  const { counted } = consentTo(roster, action, by, yes, null);
  const askers = new Set(askersOf(proposal).map(toHex));
  return [...yes].some((person) => counted.has(person) && !askers.has(person));
}

/** Those of the people who ask for most things at once. */
function ofBusiest(proposals: readonly ProposalRecord[]): ProposalRecord[] {
  const open = new Map<string, number>();
  for (const { by } of proposals) open.set(toHex(by), (open.get(toHex(by)) ?? 0) + 1);
  const most = Math.max(...open.values());
  return proposals.filter(({ by }) => open.get(toHex(by)) === most);
}
