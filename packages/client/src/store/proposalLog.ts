import { boxed, choice, encode, equalBytes, mapped, type Of, stored, struct, toHex, u53 } from "@conclave/codec";
import { type Action, ActionHash, actionLayout, PersonId } from "@conclave/protocol";
import type { StoredRecord } from "../ports/storage.js";
import type { RoomKeys } from "./homeKey.js";
import type { Transaction } from "./transaction.js";

// Numbers are stored: never change one.
const endings = choice({ none: 0, done: 1, withdrawn: 2, void: 3, displaced: 4 });
/** What became of a proposal. */
export type ProposalEnding = Exclude<Of<typeof endings>, "none">;

/** What somebody asked the others to agree to, at its place in the log. */
export interface LoggedProposal {
  readonly n: number;
  readonly action: Action;
  readonly actionHash: ActionHash;
  readonly by: PersonId;
  /** Their clock (ms). */
  readonly time: number;
  /** Null while nothing has become of it. `void`: the person who asked has left the room. `displaced`: they asked for too many others since. */
  readonly ending: ProposalEnding | null;
}

/** One as it is kept, in the log of open ones and in the history. */
export const proposalLayout = struct<LoggedProposal>({
  n: u53,
  action: boxed(actionLayout),
  actionHash: boxed(ActionHash),
  by: boxed(PersonId),
  time: u53,
  ending: mapped(
    endings,
    (name) => (name === "none" ? null : name),
    (ending) => ending ?? "none",
  ),
});

/** How many are followed: as many as the room keeps. Of the older ones only their lines stay, with no ending. */
const MOST = 64;

/** The proposals of a room that nothing has become of yet, so that each line can say what did. */
export class ProposalLog {
  private readonly open = new Map<string, LoggedProposal>();

  constructor(
    private readonly keys: RoomKeys,
    records: readonly StoredRecord[],
  ) {
    const all = records.map(({ value }) => stored("proposal", value, proposalLayout));
    for (const proposal of all.sort((a, b) => a.n - b.n)) this.open.set(toHex(proposal.actionHash), proposal);
  }

  /** Follows one that came; false where the same is open already. */
  add(tx: Transaction, proposal: LoggedProposal): boolean {
    const key = toHex(proposal.actionHash);
    if (this.open.has(key)) return false;
    const [oldest] = this.open.keys();
    if (this.open.size >= MOST && oldest !== undefined) this.forget(tx, oldest);
    this.open.set(key, proposal);
    tx.put(this.keys.proposal(proposal.actionHash), encode(proposal, proposalLayout.write));
    return true;
  }

  /** Something became of it: returns it as it is then, or null where it is not followed. */
  end(tx: Transaction, actionHash: ActionHash, ending: ProposalEnding): LoggedProposal | null {
    const key = toHex(actionHash);
    const proposal = this.open.get(key);
    if (!proposal) return null;
    this.forget(tx, key);
    return { ...proposal, ending };
  }

  /** Those that this person made. */
  by(person: PersonId): LoggedProposal[] {
    return [...this.open.values()].filter(({ by }) => equalBytes(by, person));
  }

  private forget(tx: Transaction, key: string): void {
    this.open.delete(key);
    tx.delete(this.keys.proposals + key);
  }
}
