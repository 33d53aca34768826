import { equalBytes, list, opaque, struct, u53 } from "@conclave/codec";
import { ActionHash, PersonId } from "../encoding/ids.js";
import { type Action, actionLayout } from "../roster/action.js";

/** An action that somebody wants agreement for, and the yeses that came. */
export interface ProposalRecord {
  readonly action: Action;
  readonly actionHash: ActionHash;
  /** How long the log was when it was asked for. */
  readonly since: number;
  /** Who asked first, of those who still want it. */
  readonly by: PersonId;
  /** Who else asked for the same. */
  readonly alsoBy: readonly PersonId[];
  /** Signed approvals, one for each person. */
  readonly approvals: readonly Uint8Array[];
  /** Who said no. It holds nobody up: a yes that is missing is missing, with a no or without. */
  readonly declinedBy: readonly PersonId[];
}

/** Whether this person asked for it, and still does. */
export function isAskedBy(proposal: ProposalRecord, person: PersonId): boolean {
  return askersOf(proposal).some((each) => equalBytes(each, person));
}

/** Who asked for it, and still does. */
export function askersOf({ by, alsoBy }: ProposalRecord): readonly PersonId[] {
  return [by, ...alsoBy];
}

const people = list(PersonId);

/** One as it is stored. */
export const proposalRecordLayout = struct<ProposalRecord>({
  actionHash: ActionHash,
  since: u53,
  by: PersonId,
  action: actionLayout,
  approvals: list(opaque()),
  declinedBy: people,
  alsoBy: people,
});
