import { equalBytes, toHex } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import type { PersonId } from "../encoding/ids.js";
import { hasSay } from "../policy/role.js";
import { type Action, actionHash, ruleOf } from "./action.js";
import { type Approval, MAX_APPROVAL_SPAN, openApproval, readApproval } from "./approval.js";
import { rulesFor } from "./permission.js";
import { memberOf, memberOfLeaf, type Roster } from "./roster.js";
import { type Grounds, isCloser, isMet, type Tally, tally } from "./tally.js";

/** Where an action stands with those who have to agree. */
export interface Consents {
  readonly satisfied: boolean;
  /** How many yeses count for the rule that is farthest from being met. */
  readonly have: number;
  /** How many it takes; Infinity when no yes can help. */
  readonly need: number;
  /** The persons whose approvals count; the author's own yes needs none. */
  readonly by: readonly PersonId[];
  /** Hexadecimal ids of all whose yes the rule counts that is farthest from being met, the author's own among them. */
  readonly counted: ReadonlySet<string>;
}

/**
 * Which approvals are still missing for an action by this author (docs/protocol.md §4). Approvals that do not count are
 * passed over. Whether the action is possible at all is `evaluate`'s question.
 */
export function consents(
  crypto: Crypto,
  before: Roster,
  action: Action,
  author: PersonId,
  approvals: readonly Uint8Array[],
): Consents {
  return consentTo(before, action, author, countApprovals(crypto, before, action, author, approvals), null);
}

/** As {@link consents}, of approvals that were counted, and with an invite that lets in without anybody's yes. */
export function consentTo(
  before: Roster,
  action: Action,
  author: PersonId,
  approvers: ReadonlySet<string>,
  invite: Grounds["invite"],
): Consents {
  const yes = new Set(approvers);
  if (memberOf(before, author) !== null) yes.add(toHex(author));
  const grounds = { before, yes, invite, self: ruleOf(action).isOwn(action, author) };
  // Every rule has to hold; the one that lacks most speaks for all.
  let worst: Tally = { have: 1, need: 1, counted: new Set() };
  for (const rule of rulesFor(before, action, author, invite !== null)) {
    const tallied = tally(rule, grounds);
    if (isCloser(worst, tallied) || isMet(worst)) worst = tallied;
  }
  const by = [...approvers]
    .filter((person) => person !== toHex(author))
    .map((person) => before.members.get(person)!.person);
  return { ...worst, satisfied: isMet(worst), by };
}

/**
 * The approvals that count in the state before an entry by this author, one for each member, by the member's id in hexadecimal.
 * Those that do not count are passed over.
 */
export function countingApprovals(
  crypto: Crypto,
  before: Roster,
  action: Action,
  author: PersonId,
  approvals: readonly Uint8Array[],
): ReadonlyMap<string, Uint8Array> {
  const yes = new Map<string, Uint8Array>();
  if (approvals.length === 0) return yes;
  const asked = askedFor(crypto, before, action, author);
  for (const bytes of approvals) {
    const approval = openApproval(crypto, bytes);
    if (approval !== null && counts(before, approval, asked)) yes.set(toHex(approval.person), bytes);
  }
  return yes;
}

/** Whether an approval counts in a state, of one whose signature was checked. */
export function mayCount(crypto: Crypto, before: Roster, action: Action, author: PersonId, bytes: Uint8Array): boolean {
  const read = readApproval(bytes);
  return read !== null && counts(before, read.content, askedFor(crypto, before, action, author));
}

/** The members of {@link countingApprovals}. */
export function countApprovals(...what: Parameters<typeof countingApprovals>): ReadonlySet<string> {
  return new Set(countingApprovals(...what).keys());
}

/**
 * The members whose approvals an entry carries, in hexadecimal; null when one of them does not count.
 *
 * RULE: approval.each-counts: an entry carries the approvals of as many other members, and nothing else: what does not count is
 * refused before any signature is looked at, so none of it costs the others time, or room in the history (attack A156).
 */
export function carriedApprovals(
  crypto: Crypto,
  before: Roster,
  action: Action,
  author: PersonId,
  approvals: readonly Uint8Array[],
): ReadonlySet<string> | null {
  const yes = new Set<string>();
  if (approvals.length === 0) return yes;
  const asked = askedFor(crypto, before, action, author);
  const read = approvals.map(readApproval);
  for (const each of read) {
    if (each === null || !counts(before, each.content, asked)) return null;
    const person = toHex(each.content.person);
    if (yes.has(person) || person === toHex(author)) return null;
    yes.add(person);
  }
  // RULE: approval.false: an entry with a yes that was never given is refused whole (attack A10).
  return read.every((each) => each!.isBy(crypto, each!.content.leaf)) ? yes : null;
}

/** What an approval has to be for, in a state. */
interface AskedFor {
  readonly hash: Uint8Array;
  /** The seq of the newest entry about what the action is about. */
  readonly since: number;
}

function askedFor(crypto: Crypto, before: Roster, action: Action, author: PersonId): AskedFor {
  return { hash: actionHash(crypto, action, author), since: lastChange(crypto, before, action) };
}

function counts(before: Roster, approval: Approval, { hash, since }: AskedFor): boolean {
  // RULE: approval.bound: a yes is to one exact action in one room (attacks A48, A54).
  if (!equalBytes(approval.roomId, before.roomId) || !equalBytes(approval.actionHash, hash)) return false;
  // RULE: approval.policy: a yes under other rules is a yes to something else (attack A48).
  if (!equalBytes(approval.policyHash, before.policyHash)) return false;
  // RULE: approval.span: a yes does not outlive the entries that it names, nor more than 1,000 (attack A54).
  const { baseSeq, maxSeq } = approval;
  if (baseSeq > before.seq || before.seq > maxSeq || maxSeq - baseSeq > MAX_APPROVAL_SPAN) return false;
  // RULE: approval.subject: a yes about somebody is void once anything about them has changed, so none serves twice (attack A48).
  if (since > baseSeq) return false;
  // RULE: approval.still-member: who is out, or lost the device, does not count (attacks A48, A54).
  const approver = memberOfLeaf(before, approval.leaf);
  if (approver === null || !equalBytes(approver.person, approval.person)) return false;
  // RULE: approval.approver: nor does who came, or got another role, after the yes (attack A48).
  if (approver.changedSeq > baseSeq) return false;
  // As in `tally`: a steward says yes to nothing, so an entry has no room for it.
  return hasSay(approver.role);
}

/** The seq of the newest entry about what an action is about: about a person, or about the room. */
export function lastChange(crypto: Crypto, before: Roster, action: Action): number {
  const { subject, lastChange: newest, lastRoomChange } = ruleOf(action);
  const person = subject(action, crypto);
  if (person === null) return lastRoomChange(action, before);
  const member = memberOf(before, person);
  return member === null ? (before.former.get(toHex(person))?.leftSeq ?? 0) : newest(action, member);
}
