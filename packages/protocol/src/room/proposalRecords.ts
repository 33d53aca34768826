import { encode, ending, equalBytes, list, opaque, stored, struct, toHex } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { ActionHash, PersonId } from "../encoding/ids.js";
import type { Delta } from "../encoding/provider.js";
import { type Action, actionHash, actionLayout } from "../roster/action.js";
import { openApproval } from "../roster/approval.js";
import { openFarewell } from "../roster/farewell.js";
import { memberOf, memberOfLeaf, type Roster } from "../roster/roster.js";

/** An action that somebody wants agreement for, and the yeses that came. */
export interface ProposalRecord {
  readonly action: Action;
  readonly actionHash: ActionHash;
  /** Who asked first, of those who still want it. */
  readonly by: PersonId;
  /** Who else asked for the same. */
  readonly alsoBy: readonly PersonId[];
  /** Signed approvals, one for each leaf. */
  readonly approvals: readonly Uint8Array[];
  /** Who said no. It holds nobody up: a yes that is missing is missing, with a no or without. */
  readonly declinedBy: readonly PersonId[];
}

/** How many proposals are kept, and farewells: the oldest give way. */
const KEPT = 64;
const PROPOSAL = "q/";
const FAREWELL = "f/";

/** What people asked of each other by messages and nobody has carried out yet (docs/protocol.md §4, §10). */
export class ProposalRecords {
  private constructor(
    private readonly proposals: Map<string, ProposalRecord>,
    private readonly farewells: Map<string, Uint8Array>,
  ) {}

  static empty(): ProposalRecords {
    return new ProposalRecords(new Map(), new Map());
  }

  static load(records: Iterable<readonly [string, Uint8Array]>): ProposalRecords {
    const all = ProposalRecords.empty();
    for (const [key, value] of records) {
      if (key.startsWith(PROPOSAL)) all.proposals.set(key.slice(PROPOSAL.length), stored("proposal", value, layout));
      if (key.startsWith(FAREWELL)) all.farewells.set(key.slice(FAREWELL.length), value);
    }
    return all;
  }

  list(): ProposalRecord[] {
    return [...this.proposals.values()];
  }

  find(hash: Uint8Array): ProposalRecord | null {
    return this.proposals.get(toHex(hash)) ?? null;
  }

  /** The signed farewell of a member, or null. */
  farewellOf(person: PersonId): Uint8Array | null {
    return this.farewells.get(toHex(person)) ?? null;
  }

  /** Members who said farewell and are still here. */
  leaving(roster: Roster): PersonId[] {
    return [...this.farewells.keys()].flatMap((hex) => roster.members.get(hex)?.person ?? []);
  }

  /** Somebody asks. */
  propose(crypto: Crypto, action: Action, by: PersonId): { hash: ActionHash; delta: Delta } {
    const hash = actionHash(crypto, action);
    const known = this.find(hash);
    if (known === null) {
      return { hash, delta: this.put({ action, actionHash: hash, by, alsoBy: [], approvals: [], declinedBy: [] }) };
    }
    if (isAskedBy(known, by)) return { hash, delta: NOTHING };
    return { hash, delta: this.put({ ...known, alsoBy: [...known.alsoBy, by] }) };
  }

  /** An approval came, in a message of `author`. Null when it holds for nothing: not of that member, or nobody asked. */
  approve(
    crypto: Crypto,
    roster: Roster,
    bytes: Uint8Array,
    author: PersonId,
  ): { by: PersonId; hash: ActionHash; delta: Delta } | null {
    const approval = openApproval(crypto, bytes);
    if (approval === null || !equalBytes(approval.roomId, roster.roomId)) return null;
    // RULE: proposals.own-approval: a yes comes from whom it is of: one that was taken back, or given to a proposal that was
    // withdrawn, is brought up again by nobody else, and no device carries it out by itself (docs/protocol.md §4, attack A55).
    if (!equalBytes(approval.person, author)) return null;
    const member = memberOfLeaf(roster, approval.leaf);
    const proposal = this.find(approval.actionHash);
    if (proposal === null || member === null || !equalBytes(member.person, approval.person)) return null;
    const { person: by, actionHash: hash } = approval;
    // The newest yes of a person counts: an older one may have been given for other rules.
    const others = proposal.approvals.filter((each) => !equalBytes(openApproval(crypto, each)?.person ?? each, by));
    const declinedBy = proposal.declinedBy.filter((each) => !equalBytes(each, by));
    return { by, hash, delta: this.put({ ...proposal, approvals: [...others, bytes], declinedBy }) };
  }

  /**
   * Somebody says no, and takes their yes back. Null when it says nothing: not of a member, of who asked, or nobody asked.
   *
   * RULE: proposals.no-veto: a no takes nothing away but the yes of the person who says it: what enough others agree to is done
   * (attack A55).
   */
  decline(crypto: Crypto, roster: Roster, hash: Uint8Array, by: PersonId): { hash: ActionHash; delta: Delta } | null {
    const proposal = this.find(hash);
    if (proposal === null || memberOf(roster, by) === null || isAskedBy(proposal, by)) return null;
    const approvals = proposal.approvals.filter((each) => !equalBytes(openApproval(crypto, each)?.person ?? each, by));
    const declinedBy = [...proposal.declinedBy.filter((each) => !equalBytes(each, by)), by];
    return { hash: proposal.actionHash, delta: this.put({ ...proposal, approvals, declinedBy }) };
  }

  /**
   * Who asked does not want it any more. Null when they did not ask. It goes with all yeses, unless others asked for the same.
   *
   * RULE: proposals.withdraw-own: only who asked takes back what was asked: anybody else would have a veto. So a member who asks
   * for something first, such as their own removal, does not take it back from others who ask for it too (attack A55).
   */
  withdraw(crypto: Crypto, hash: Uint8Array, by: PersonId): { hash: ActionHash; delta: Delta } | null {
    const proposal = this.find(hash);
    if (proposal === null || !isAskedBy(proposal, by)) return null;
    const left = askersOf(proposal).filter((each) => !equalBytes(each, by));
    const approvals = proposal.approvals.filter((each) => !equalBytes(openApproval(crypto, each)?.person ?? each, by));
    return { hash: proposal.actionHash, delta: this.keepFor(left, { ...proposal, approvals }) };
  }

  /** A farewell came, in a message of `author`. Null when it is not of this room's member, or not of the author. */
  farewell(
    crypto: Crypto,
    roster: Roster,
    bytes: Uint8Array,
    author: PersonId,
  ): { person: PersonId; delta: Delta } | null {
    const farewell = openFarewell(crypto, bytes);
    if (farewell === null || !equalBytes(farewell.roomId, roster.roomId)) return null;
    if (!equalBytes(farewell.person, author)) return null;
    const member = memberOfLeaf(roster, farewell.leaf);
    if (member === null || !equalBytes(member.person, farewell.person)) return null;
    const key = toHex(farewell.person);
    this.farewells.set(key, bytes);
    const delta = { put: [[FAREWELL + key, bytes]] as const, delete: this.limit(this.farewells, FAREWELL) };
    return { person: farewell.person, delta };
  }

  /** Somebody takes their farewell back. Null when there is none. */
  stay(person: PersonId): Delta | null {
    const key = toHex(person);
    return this.farewells.delete(key) ? { put: [], delete: [FAREWELL + key] } : null;
  }

  /** The roster changed: what is done, or can no more be done, is forgotten. */
  settle(crypto: Crypto, roster: Roster, doneAction: Uint8Array | null): Delta {
    const gone: string[] = [];
    if (doneAction !== null && this.proposals.delete(toHex(doneAction))) gone.push(PROPOSAL + toHex(doneAction));
    const put: (readonly [string, Uint8Array])[] = [];
    for (const proposal of this.list()) {
      const asked = askersOf(proposal);
      const left = asked.filter((by) => memberOf(roster, by) !== null);
      if (left.length === asked.length) continue;
      const delta = this.keepFor(left, proposal);
      put.push(...delta.put);
      gone.push(...delta.delete);
    }
    for (const [key, bytes] of this.farewells) {
      const leaf = openFarewell(crypto, bytes)?.leaf;
      // RULE: proposals.farewell-void: a wish to leave is void with the leaf that signed it: who came back with another device
      // is not shown as leaving (docs/protocol.md §4; attack A61).
      if (leaf && roster.leaves.get(toHex(leaf)) === key) continue;
      this.farewells.delete(key);
      gone.push(FAREWELL + key);
    }
    return { put, delete: gone };
  }

  /**
   * Messages are missing that came after what we heard.
   *
   * RULE: proposals.farewell-over-gap: a wish to leave may have been taken back in one of them, so nobody is let go for it
   * (docs/protocol.md §4, attack A61).
   */
  missed(): Delta {
    const gone = [...this.farewells.keys()].map((key) => FAREWELL + key);
    this.farewells.clear();
    return { put: [], delete: gone };
  }

  /** Keeps a proposal for those who still ask; with none, it is gone. */
  private keepFor([by, ...alsoBy]: readonly PersonId[], proposal: ProposalRecord): Delta {
    if (by !== undefined) return this.put({ ...proposal, by, alsoBy });
    const key = toHex(proposal.actionHash);
    this.proposals.delete(key);
    return { put: [], delete: [PROPOSAL + key] };
  }

  private put(proposal: ProposalRecord): Delta {
    const key = toHex(proposal.actionHash);
    this.proposals.set(key, proposal);
    return { put: [[PROPOSAL + key, encode(proposal, layout.write)]], delete: this.limit(this.proposals, PROPOSAL) };
  }

  private limit(map: Map<string, unknown>, prefix: string): string[] {
    if (map.size <= KEPT) return [];
    const [oldest] = map.keys();
    map.delete(oldest!);
    return [prefix + oldest!];
  }
}

/** Whether this person asked for it, and still does. */
export function isAskedBy(proposal: ProposalRecord, person: PersonId): boolean {
  return askersOf(proposal).some((each) => equalBytes(each, person));
}

function askersOf({ by, alsoBy }: ProposalRecord): readonly PersonId[] {
  return [by, ...alsoBy];
}

const NOTHING: Delta = { put: [], delete: [] };

const people = list(PersonId);
const layout = struct<ProposalRecord>({
  actionHash: ActionHash,
  by: PersonId,
  action: actionLayout,
  approvals: list(opaque()),
  declinedBy: people,
  alsoBy: ending(people, []),
});
