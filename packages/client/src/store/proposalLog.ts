import { encode, equalBytes, toHex } from "@conclave/codec";
import { type Action, decodeAction, encodeAction } from "@conclave/protocol";
import type { Reader, Writer } from "@conclave/codec";
import type { StoredRecord } from "../ports/storage.js";
import type { RoomKeys } from "./homeKey.js";
import { stored } from "./stored.js";
import type { Transaction } from "./transaction.js";

/** What became of a proposal. Numbers are stored: never change one. */
const ENDINGS = ["done", "withdrawn", "void"] as const;
export type ProposalEnding = (typeof ENDINGS)[number];

/** What somebody asked the others to agree to, at its place in the log. */
export interface LoggedProposal {
  readonly n: number;
  readonly action: Action;
  readonly actionHash: Uint8Array;
  readonly by: Uint8Array;
  /** Their clock (ms). */
  readonly time: number;
  /** Null while nothing has become of it. `void`: the person who asked has left the room. */
  readonly ending: ProposalEnding | null;
}

/** How many are followed: as many as the room keeps. The oldest stay lines of which nothing more is known. */
const MOST = 64;

/** The proposals of a room that nothing has become of yet, so that each line can say what did. */
export class ProposalLog {
  private readonly open = new Map<string, LoggedProposal>();

  constructor(
    private readonly keys: RoomKeys,
    records: readonly StoredRecord[],
  ) {
    for (const { value } of records) {
      const proposal = stored(value, "proposal", readProposal);
      this.open.set(toHex(proposal.actionHash), proposal);
    }
  }

  /** Follows one that came; false where the same is open already. */
  add(tx: Transaction, proposal: LoggedProposal): boolean {
    const key = toHex(proposal.actionHash);
    if (this.open.has(key)) return false;
    const [oldest] = this.open.keys();
    if (this.open.size >= MOST && oldest !== undefined) this.forget(tx, oldest);
    this.open.set(key, proposal);
    tx.put(this.keys.proposal(proposal.actionHash), encode(proposal, writeProposal));
    return true;
  }

  /** Something became of it: gives it as it is then, or null where it is not followed. */
  end(tx: Transaction, actionHash: Uint8Array, ending: ProposalEnding): LoggedProposal | null {
    const key = toHex(actionHash);
    const proposal = this.open.get(key);
    if (!proposal) return null;
    this.forget(tx, key);
    return { ...proposal, ending };
  }

  /** Those that this person asked for. */
  by(person: Uint8Array): LoggedProposal[] {
    return [...this.open.values()].filter(({ by }) => equalBytes(by, person));
  }

  private forget(tx: Transaction, key: string): void {
    this.open.delete(key);
    tx.delete(this.keys.proposals + key);
  }
}

/** Writes one, for the log of open ones and for the history. */
export function writeProposal(writer: Writer, { n, action, actionHash, by, time, ending }: LoggedProposal): void {
  writer.u53(n).opaque(encodeAction(action)).opaque(actionHash).opaque(by).u53(time);
  writer.u8(ending === null ? 0 : ENDINGS.indexOf(ending) + 1);
}

/** @throws Error when the stored bytes are damaged. */
export function readProposal(r: Reader): LoggedProposal {
  const [n, action, actionHash, by, time] = [r.u53(), decodeAction(r.opaque()), r.opaque(), r.opaque(), r.u53()];
  if (action === null) throw new Error("the stored proposal is damaged");
  return { n, action, actionHash, by, time, ending: ENDINGS[r.u8() - 1] ?? null };
}
