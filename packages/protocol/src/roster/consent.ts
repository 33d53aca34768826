import { equalBytes, toHex } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import type { PersonId } from "../encoding/ids.js";
import { type Action, actionHash, ruleOf } from "./action.js";
import { type Approval, MAX_APPROVAL_SPAN, openApproval } from "./approval.js";
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

/** The members whose approvals of an action count in a state, and whether any of the approvals is false. */
export interface CountedApprovals {
  readonly yes: ReadonlySet<string>;
  readonly hasFalse: boolean;
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
  const { yes } = countApprovals(crypto, before, action, author, approvals);
  return consentTo(before, action, author, yes, null);
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

/** Counts approvals in the state before the entry of this author that they are for. */
export function countApprovals(
  crypto: Crypto,
  before: Roster,
  action: Action,
  author: PersonId,
  approvals: readonly Uint8Array[],
): CountedApprovals {
  const yes = new Set<string>();
  if (approvals.length === 0) return { yes, hasFalse: false };
  const hash = actionHash(crypto, action, author);
  const since = lastChange(crypto, before, action);
  let hasFalse = false;
  for (const bytes of approvals) {
    const approval = openApproval(crypto, bytes);
    // RULE: approval.bound: a yes is to one exact action in one room (attacks A48, A54).
    if (approval === null || !equalBytes(approval.roomId, before.roomId) || !equalBytes(approval.actionHash, hash))
      hasFalse = true;
    else if (counts(before, approval, since)) yes.add(toHex(approval.person));
  }
  return { yes, hasFalse };
}

function counts(before: Roster, approval: Approval, since: number): boolean {
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
  return approver.changedSeq <= baseSeq;
}

/** The seq of the newest entry about what an action is about: about a person, or about the room. */
function lastChange(crypto: Crypto, before: Roster, action: Action): number {
  const { subject, lastChange: newest, lastRoomChange } = ruleOf(action);
  const person = subject(action, crypto);
  if (person === null) return lastRoomChange(action, before);
  const member = memberOf(before, person);
  return member === null ? (before.former.get(toHex(person))?.leftSeq ?? 0) : newest(action, member);
}
