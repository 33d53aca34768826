import { equalBytes, toHex } from "@conclave/codec";
import type { PersonId } from "../encoding/ids.js";
import { type Action, actionHash, ruleOf } from "../roster/action.js";
import { consentTo, countApprovals } from "../roster/consent.js";
import { obstacleTo, type Outlook, outlook } from "../roster/outlook.js";
import type { Rejection } from "../policy/rejection.js";
import { memberOf, roleOf, type Roster } from "../roster/roster.js";
import type { RoomParts } from "./parts.js";
import { isAskedBy, type ProposalRecord } from "./proposalRecord.js";

/** A proposal as screens show it. */
export interface OpenProposal extends ProposalRecord {
  /** The people whose signed yes counts now. */
  readonly yes: readonly PersonId[];
  /** How many yeses there would be if our own person (or who asked, if it is only theirs to do) carried it out now, and how many it takes. */
  readonly have: number;
  readonly need: number;
  /** Whether our person could carry it out now. */
  readonly isAgreed: boolean;
  /** Whether our person asked for it, alone or with others. */
  readonly isOwn: boolean;
  /** Whether our person asked for it, or said a yes that counts: only then is it ours to carry out. Of a steward, all is. */
  readonly isWanted: boolean;
  /** Whether it waits for our person's yes: that would count, and neither it nor a no was said. */
  readonly isAsked: boolean;
  /** Why it could not be done even if all agreed, as the roster is now; null when it could. */
  readonly refusal: Rejection | null;
}

/** What waits for people's agreement, seen from us: `have` counts our own yes as author. */
export function proposalsOf(parts: RoomParts): OpenProposal[] {
  const { proposals, primitives, roster, core } = parts;
  const self = toHex(core.person);
  return proposals.list().map((proposal) => {
    const { action, approvals, by, declinedBy } = proposal;
    // Where agreeing means agreeing to who does it, that is nobody but who asked.
    const carrier = ruleOf(action).isAuthors(action) ? by : core.person;
    const signed = countApprovals(primitives.crypto, roster, action, carrier, approvals);
    const { have, need, satisfied, counted } = consentTo(roster, action, carrier, signed, null);
    const yes = [...signed].filter((id) => counted.has(id)).map((id) => roster.members.get(id)!.person);
    const isOwn = isAskedBy(proposal, core.person);
    // Who asks may lack the right that somebody who agrees has: then those carry it out.
    const refusal = refusalOf(parts, action, by) && refusalOf(parts, action, carrier);
    const without = consentTo(roster, action, by, signed, null);
    // Who is out of the room has no say, and may still look.
    const isIn = memberOf(roster, core.person) !== null;
    const counts = isIn && consentTo(roster, action, by, new Set(signed).add(self), null).have > without.have;
    const hasAnswered = isOwn || signed.has(self) || declinedBy.some((each) => equalBytes(each, core.person));
    const isAsked = counts && !hasAnswered && !without.satisfied && refusal === null;
    return {
      ...proposal,
      yes,
      have,
      need,
      isAgreed: satisfied && equalBytes(carrier, core.person) && refusalOf(parts, action, core.person) === null,
      isOwn,
      // RULE: steward.carries-out: what a steward carries out rests on others' yeses alone, so nobody has to ask it (attack A99).
      isWanted: isOwn || signed.has(self) || roleOf(roster, core.person) === "steward",
      isAsked,
      refusal,
    };
  });
}

/** Whether our yes to an action would count by the room's rules. Whether it is possible at all is `ownOutlook`'s question. */
export function wouldCount({ roster, core }: RoomParts, action: Action): boolean {
  return consentTo(roster, action, core.person, new Set(), null).have > 0;
}

/**
 * Why nobody is asked to agree to an action of this member's: they could not carry it out if everybody agreed. Null where they
 * could; also for somebody who has removed too many for now, who may still ask others to.
 */
export function objectionToProposal({ primitives, roster }: RoomParts, action: Action, by: PersonId): Rejection | null {
  const leaf = memberOf(roster, by)?.devices[0]?.leaf;
  if (leaf === undefined) return { code: "not_member" };
  // RULE: steward.asks-nobody: a steward asks people for nothing, so a stolen one does not fill their screens (attack A122).
  if (roleOf(roster, by) === "steward") return { code: "not_allowed" };
  const plan = { action, author: { person: by, leaf }, time: roster.chainTime };
  const objection = obstacleTo(primitives.crypto, roster, plan);
  return objection?.code === "rate_limited" ? null : objection;
}

/** What would come of an action of ours now. */
export function ownOutlook({ proposals, primitives, roster, core }: RoomParts, action: Action, now: number): Outlook {
  const { person, leaf } = core;
  const approvals = proposals.find(actionHash(primitives.crypto, action, person))?.approvals ?? [];
  return outlook(primitives.crypto, roster, { action, author: { person, leaf }, time: now }, approvals);
}

// A roster is never changed: what it refuses of an author is found out once.
const refusals = new WeakMap<Roster, Map<string, Rejection | null>>();

// Whether anything but a missing yes is in the way. Of those who come in it is known with their request only.
function refusalOf({ primitives, roster }: RoomParts, action: Action, by: PersonId): Rejection | null {
  const author = memberOf(roster, by);
  const leaf = author?.devices[0]?.leaf;
  if (author === null || leaf === undefined) return { code: "not_member" };
  if (action.type === "add") return null;
  const known = refusals.get(roster) ?? new Map<string, Rejection | null>();
  refusals.set(roster, known);
  const key = `${toHex(by)} ${toHex(actionHash(primitives.crypto, action, by))}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const plan = { action, author: { person: by, leaf }, time: roster.chainTime };
  const refusal = obstacleTo(primitives.crypto, roster, plan);
  known.set(key, refusal);
  return refusal;
}
