import { boxed, encode, equalBytes, opaque, stored, struct, toHex } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { recordsUnder } from "../encoding/delta.js";
import { ActionHash, PersonId } from "../encoding/ids.js";
import type { Delta } from "../encoding/provider.js";
import { type Action, actionLayout } from "../roster/action.js";
import { readApproval } from "../roster/approval.js";
import { mayCount } from "../roster/consent.js";
import { bearsOnList, type GivenYes } from "../roster/coverage.js";
import type { Roster } from "../roster/roster.js";
import type { ProposalRecord } from "./proposalRecord.js";

interface Given {
  readonly action: Action;
  readonly actionHash: ActionHash;
  /** Who asked for it. */
  readonly by: PersonId;
  readonly person: PersonId;
  readonly approval: Uint8Array;
}

const layout = struct<Given>({
  action: boxed(actionLayout),
  actionHash: boxed(ActionHash),
  by: boxed(PersonId),
  person: boxed(PersonId),
  approval: opaque(),
});

/** How many of one person are remembered. */
const MOST_OF_ONE = 8;
const GIVEN = "yes/";

/**
 * Signed yeses to what takes people out of the list or lets them in, for as long as they may be used.
 *
 * RULE: freshness.yes-outlives: a yes is signed: a proposal that is withdrawn, or pushed out, and a no that its giver says later
 * take it from nobody who holds it, so it counts against the list until it is void (attack A120).
 */
export class GivenYeses {
  private constructor(private readonly kept: Map<string, Given>) {}

  static load(records: Iterable<readonly [string, Uint8Array]>): GivenYeses {
    const found = [...recordsUnder(GIVEN, records)].map(([, value]) => stored("yes", value, layout));
    found.sort((a, b) => readApproval(a.approval)!.content.baseSeq - readApproval(b.approval)!.content.baseSeq);
    return new GivenYeses(new Map(found.map((given) => [keyOf(given), given])));
  }

  /** This person said yes to a proposal. */
  keep({ action, actionHash, by }: ProposalRecord, person: PersonId, approval: Uint8Array): Delta {
    if (!bearsOnList(action)) return { put: [], delete: [] };
    const given = { action, actionHash, by, person, approval };
    const key = keyOf(given);
    this.kept.delete(key);
    this.kept.set(key, given);
    const own = [...this.kept].filter(([, each]) => equalBytes(each.person, person)).map(([each]) => each);
    const gone = this.drop(own.slice(0, Math.max(0, own.length - MOST_OF_ONE)));
    return { put: [[key, encode(given, layout.write)]], delete: gone };
  }

  /** The roster changed: what is void is forgotten. */
  settle(crypto: Crypto, roster: Roster): Delta {
    const isVoid = ({ action, by, approval }: Given) => !mayCount(crypto, roster, action, by, approval);
    return { put: [], delete: this.drop([...this.kept].filter(([, given]) => isVoid(given)).map(([key]) => key)) };
  }

  /** All of them, for each action. */
  list(): GivenYes[] {
    const found = new Map<string, { action: Action; yes: Set<string> }>();
    for (const { action, actionHash, person } of this.kept.values()) {
      const one = found.get(toHex(actionHash)) ?? { action, yes: new Set() };
      found.set(toHex(actionHash), one);
      one.yes.add(toHex(person));
    }
    return [...found.values()];
  }

  private drop(keys: readonly string[]): string[] {
    return keys.filter((key) => this.kept.delete(key));
  }
}

function keyOf({ actionHash, person }: Pick<Given, "actionHash" | "person">): string {
  return GIVEN + toHex(actionHash) + toHex(person);
}
