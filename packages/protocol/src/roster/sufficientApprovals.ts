import { toHex } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import type { PersonId } from "../encoding/ids.js";
import { isAtLeast } from "../policy/role.js";
import type { Action } from "./action.js";
import { consentTo, countingApprovals } from "./consent.js";
import { MAX_APPROVALS } from "./entry.js";
import type { Member, Roster } from "./roster.js";
import { isVoter } from "./tally.js";

/** So many are always given, so that a decision names all who agreed to it. */
const NAMED = 32;

/**
 * Of the approvals of an action, those for an entry by this author, which has room for few (docs/protocol.md §4): of many that
 * count, only as many as it takes; or, where they do not suffice, as many as there is room for.
 *
 * RULE: approval.no-more-than-needed: people who all agree do not keep an action from being carried out by being too many
 * (attack A113).
 */
export function sufficientApprovals(
  crypto: Crypto,
  before: Roster,
  action: Action,
  author: PersonId,
  approvals: readonly Uint8Array[],
): readonly Uint8Array[] {
  const counting = [...countingApprovals(crypto, before, action, author, approvals)]
    .filter(([person]) => person !== toHex(author))
    .map(([person, bytes]) => ({ bytes, member: before.members.get(person)! }));
  if (counting.length <= NAMED) return counting.map(({ bytes }) => bytes);
  // Those who count in one rule count in each that asks for less, so those whom most rules count come first.
  counting.sort((a, b) => weightOf(before, b.member) - weightOf(before, a.member));
  const isEnough = (count: number) => {
    const by = new Set(counting.slice(0, count).map(({ member }) => toHex(member.person)));
    return consentTo(before, action, author, by, null).satisfied;
  };
  // More yeses never make less of a consent, so the place where they begin to suffice is found by halving.
  let [few, many] = [0, counting.length];
  while (few < many) {
    const middle = Math.floor((few + many) / 2);
    if (isEnough(middle)) many = middle;
    else few = middle + 1;
  }
  return counting.slice(0, Math.min(few, MAX_APPROVALS)).map(({ bytes }) => bytes);
}

function weightOf(before: Roster, member: Member): number {
  const { role } = member;
  return (isVoter(before, member) ? 3 : 0) + (isAtLeast(role, "admin") ? 1 : 0) + (role === "owner" ? 1 : 0);
}
