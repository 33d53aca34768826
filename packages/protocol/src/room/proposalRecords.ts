import { encode, equalBytes, stored, toHex } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { joinDeltas, NO_DELTA, recordsUnder } from "../encoding/delta.js";
import type { ActionHash, PersonId } from "../encoding/ids.js";
import type { Delta } from "../encoding/provider.js";
import { type Action, actionHash } from "../roster/action.js";
import { type Approval, openApproval, readApproval } from "../roster/approval.js";
import { memberOf, memberOfLeaf, type Roster } from "../roster/roster.js";
import { type Displaced, toDisplace } from "./displacement.js";
import { EarlyApprovals } from "./earlyApprovals.js";
import { Farewells } from "./farewells.js";
import { GivenYeses } from "./givenYeses.js";
import { TakenBack } from "./takenBack.js";
import { askersOf, isAskedBy, type ProposalRecord, proposalRecordLayout } from "./proposalRecord.js";

const PROPOSAL = "q/";

/** What people asked of each other by messages and nobody has carried out yet (docs/protocol.md §4, §10). */
export class ProposalRecords {
  private constructor(
    private readonly proposals: Map<string, ProposalRecord>,
    readonly farewells: Farewells,
    private readonly early: EarlyApprovals,
    readonly given: GivenYeses,
    private readonly back: TakenBack,
  ) {}

  static empty(): ProposalRecords {
    return ProposalRecords.load([]);
  }

  static load(records: Iterable<readonly [string, Uint8Array]>): ProposalRecords {
    const all = [...records];
    const found = [...recordsUnder(PROPOSAL, all)].map(([, value]) => stored("proposal", value, proposalRecordLayout));
    // The oldest first, as they came.
    found.sort((a, b) => a.since - b.since);
    const proposals = new Map(found.map((proposal) => [toHex(proposal.actionHash), proposal]));
    const [early, given] = [EarlyApprovals.load(all), GivenYeses.load(all)];
    return new ProposalRecords(proposals, Farewells.load(all), early, given, TakenBack.load(all));
  }

  list(): ProposalRecord[] {
    return [...this.proposals.values()];
  }

  find(hash: Uint8Array): ProposalRecord | null {
    return this.proposals.get(toHex(hash)) ?? null;
  }

  /**
   * Somebody asks, when the log is `n` long. `displaced`: what gives way to it, as one person asks for few things at a time, and
   * the room keeps a bounded number.
   */
  propose(
    crypto: Crypto,
    roster: Roster,
    action: Action,
    by: PersonId,
    n: number,
  ): { hash: ActionHash; delta: Delta; displaced: readonly Displaced[] } {
    const hash = actionHash(crypto, action, by);
    const known = this.find(hash);
    if (known !== null && isAskedBy(known, by)) return { hash, delta: NO_DELTA, displaced: [] };
    const displaced = toDisplace(crypto, roster, this.list(), { hash, by });
    const given = displaced.map(({ actionHash, by, isWhole }) => {
      const proposal = this.find(actionHash)!;
      return this.keepFor(isWhole ? [] : askersOf(proposal).filter((each) => !equalBytes(each, by)), proposal);
    });
    const before = joinDeltas(...given);
    if (known !== null) {
      return { hash, delta: joinDeltas(before, this.put({ ...known, alsoBy: [...known.alsoBy, by] })), displaced };
    }
    const { approvals, delta } = this.early.take(hash);
    const proposal = { action, actionHash: hash, since: n, by, alsoBy: [], approvals, declinedBy: [] };
    const yeses = approvals.map((each) => this.given.keep(proposal, readApproval(each)!.content.person, each));
    return { hash, delta: joinDeltas(before, delta, ...yeses, this.put(proposal)), displaced };
  }

  /**
   * An approval came, in a message of `author`, who had seen the log to `seen`. Null when it holds for nothing, or nobody has
   * asked yet: then it is kept, and counts when somebody does. `delta` is to be stored in either case.
   */
  approve(
    crypto: Crypto,
    roster: Roster,
    bytes: Uint8Array,
    { author, seen }: { readonly author: PersonId; readonly seen: number },
  ): { approved: { by: PersonId; hash: ActionHash } | null; delta: Delta } {
    const approval = openApproval(crypto, bytes);
    if (approval === null || !isOf(roster, approval, author)) return { approved: null, delta: NO_DELTA };
    const { person: by, actionHash: hash } = approval;
    const proposal = this.find(hash);
    if (proposal === null) return { approved: null, delta: this.early.keep(hash, by, bytes, seen) };
    // The newest yes of a person counts: an older one may have been given for other rules.
    const others = withoutThatOf(crypto, proposal, by);
    const declinedBy = proposal.declinedBy.filter((each) => !equalBytes(each, by));
    const kept = this.given.keep(proposal, by, bytes);
    const delta = joinDeltas(kept, this.put({ ...proposal, approvals: [...others, bytes], declinedBy }));
    return { approved: { by, hash }, delta };
  }

  /**
   * Whether an approval of `by`, given when the log was `n` long, was taken back since, or may have been: by them, or with the
   * proposal by those who asked for it. `unknown`: messages are missing that would say so.
   */
  takenBackSince(hash: ActionHash, by: PersonId, n: number): "yes" | "no" | "unknown" {
    const proposal = this.find(hash);
    // It was open then, and is still: nobody who asked has given it up.
    const isOpenSince = proposal !== null && proposal.since <= n;
    return !isOpenSince && n < this.early.withdrawnAt ? "yes" : this.back.since(by, n);
  }

  /**
   * Somebody says no at `n` in the log, and takes their yes back. No `declined` when it says nothing: not of a member, of who asked, or nobody
   * asked. `delta` is to be stored in either case.
   *
   * RULE: proposals.no-veto: a no takes nothing away but the yes of the person who says it: what enough others agree to is done
   * (attack A55).
   */
  decline(
    crypto: Crypto,
    roster: Roster,
    hash: Uint8Array,
    by: PersonId,
    n: number,
  ): { declined: { hash: ActionHash } | null; delta: Delta } {
    const proposal = this.find(hash);
    if (memberOf(roster, by) === null) return { declined: null, delta: this.early.forget(hash, by) };
    const noted = this.back.note(by, n);
    if (proposal === null) return { declined: null, delta: joinDeltas(this.early.forget(hash, by), noted) };
    if (isAskedBy(proposal, by)) return { declined: null, delta: noted };
    const approvals = withoutThatOf(crypto, proposal, by);
    const declinedBy = [...proposal.declinedBy.filter((each) => !equalBytes(each, by)), by];
    const declined = { hash: proposal.actionHash };
    return { declined, delta: joinDeltas(noted, this.put({ ...proposal, approvals, declinedBy })) };
  }

  /**
   * Who asked does not want it any more, says the log at `n`: it goes with all yeses, unless others asked for the same. No
   * `withdrawn` when they did not ask, as far as this device knows: then their own yes goes, and nothing else. `delta` is to be
   * stored in either case.
   *
   * RULE: proposals.withdraw-own: only who asked takes back what was asked: anybody else would have a veto. So a member who asks
   * for something first, such as their own removal, does not take it back from others who ask for it too (attack A55).
   */
  withdraw(
    crypto: Crypto,
    roster: Roster,
    hash: Uint8Array,
    by: PersonId,
    n: number,
  ): { withdrawn: { hash: ActionHash } | null; delta: Delta } {
    const proposal = this.find(hash);
    const noted = memberOf(roster, by) === null ? NO_DELTA : this.back.note(by, n);
    if (proposal === null) return { withdrawn: null, delta: joinDeltas(this.early.forget(hash, by), noted) };
    const approvals = withoutThatOf(crypto, proposal, by);
    if (!isAskedBy(proposal, by))
      return { withdrawn: null, delta: joinDeltas(noted, this.put({ ...proposal, approvals })) };
    const left = askersOf(proposal).filter((each) => !equalBytes(each, by));
    const kept = this.keepFor(left, { ...proposal, approvals });
    const withdrawn = { hash: proposal.actionHash };
    return { withdrawn, delta: joinDeltas(kept, this.early.withdrawn(n), noted) };
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
    const given = this.given.settle(crypto, roster);
    const others = joinDeltas(
      this.farewells.settle(crypto, roster),
      this.early.settle(roster),
      this.back.settle(roster),
    );
    return joinDeltas({ put, delete: gone }, others, given);
  }

  /** A message is missing, at `n` in the log: what it may have taken back of what we heard before does not count any longer. */
  missed(n: number): Delta {
    return joinDeltas(this.farewells.clear(), this.early.clear(), this.back.missed(n));
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
    return { put: [[PROPOSAL + key, encode(proposal, proposalRecordLayout.write)]], delete: [] };
  }
}

function withoutThatOf(crypto: Crypto, { approvals }: ProposalRecord, person: PersonId): Uint8Array[] {
  return approvals.filter((each) => !equalBytes(openApproval(crypto, each)?.person ?? each, person));
}

function isOf(roster: Roster, { roomId, person, leaf }: Approval, author: PersonId): boolean {
  // RULE: proposals.own-approval: a yes comes from whom it is of: one that was taken back, or given to a proposal that was
  // withdrawn, is brought up again by nobody else, and no device carries it out by itself (docs/protocol.md §4, attack A55).
  if (!equalBytes(roomId, roster.roomId) || !equalBytes(person, author)) return false;
  const member = memberOfLeaf(roster, leaf);
  return member !== null && equalBytes(member.person, person);
}
