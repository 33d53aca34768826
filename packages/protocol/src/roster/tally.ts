import { toHex } from "@conclave/codec";
import type { InviteClass, Rule } from "../policy/rule.js";
import { hasSay, isAtLeast } from "../policy/role.js";
import type { Member, Roster } from "./roster.js";

/** How many yeses of those that a rule asks for there are, at most as many as it can use, and how many it takes. */
export interface Tally {
  readonly have: number;
  /** Infinity when no yes can help. */
  readonly need: number;
  /** Hexadecimal ids of all who say yes and whose yes the rule counts. */
  readonly counted: ReadonlySet<string>;
}

/** What a rule is held against: the roster before, who says yes, and what else it may turn on. */
export interface Grounds {
  readonly before: Roster;
  /** Hexadecimal ids of the members who say yes, the author among them. */
  readonly yes: ReadonlySet<string>;
  /** Whether the author acts about themselves. */
  readonly self: boolean;
  /** The class of the invite that was proved and lets in without anybody's yes. */
  readonly invite: InviteClass | null;
}

const NONE: ReadonlySet<string> = new Set();
const MET: Tally = { have: 1, need: 1, counted: NONE };
const HOPELESS: Tally = { have: 0, need: Number.POSITIVE_INFINITY, counted: NONE };

/** What a rule asks for, and what of it there is (docs/protocol.md §4, Policy). */
export function tally(rule: Rule, grounds: Grounds): Tally {
  switch (rule.kind) {
    case "nobody":
      return HOPELESS;
    case "self":
      return grounds.self ? MET : HOPELESS;
    case "owner":
      return oneOf(grounds, (member) => member.role === "owner");
    case "role":
      return oneOf(grounds, (member) => isAtLeast(member.role, rule.role));
    case "anyMember":
      return oneOf(grounds, () => true);
    case "quorum":
    case "majority":
    case "unanimous":
      return ballot(rule, grounds);
    case "invite": {
      const { invite } = grounds;
      return invite !== null && (rule.inviteClass === "any" || rule.inviteClass === invite) ? MET : HOPELESS;
    }
    case "anyOf":
      return rule.rules
        .map((each) => tally(each, grounds))
        .reduce((best, each) => (isCloser(each, best) ? each : best), HOPELESS);
  }
}

/** Whether a tally suffices. */
export function isMet({ have, need }: Pick<Tally, "have" | "need">): boolean {
  return have >= need;
}

/** Whether a tally lacks less than another. */
export function isCloser(tallied: Tally, other: Tally): boolean {
  return tallied.need - tallied.have < other.need - other.have;
}

/** Whether enough entries followed this person's admission for their yes to count in a ballot. */
export function isVoter({ tenure, policy }: Roster, { joinedSeq, joinedTenure }: Member): boolean {
  return joinedSeq === 0 || tenure - joinedTenure >= policy.settings.minTenure;
}

/**
 * The roster's `tenure` after an entry by this author; null for somebody who comes in by it.
 *
 * RULE: rule.tenure-by-voters: only entries by those who may vote already count, so puppets do not make the entries themselves that they
 * would wait for, be it by coming in one after another (attack A46). Where nobody may vote any more every member's do, or nobody ever
 * could.
 */
export function tenureAfter(before: Roster, author: Member | null): number {
  if (author === null || !hasSay(author.role)) return before.tenure;
  return isVoter(before, author) || !hasVoters(before) ? before.tenure + 1 : before.tenure;
}

function hasVoters(before: Roster): boolean {
  for (const member of before.members.values()) if (hasSay(member.role) && isVoter(before, member)) return true;
  return false;
}

function oneOf({ before, yes }: Grounds, qualifies: (member: Member) => boolean): Tally {
  const counted = new Set<string>();
  for (const person of yes) {
    const member = before.members.get(person)!;
    // RULE: steward.no-yes: a steward says yes to nothing, and is not counted among those who could (attacks A55, A122).
    if (hasSay(member.role) && qualifies(member)) counted.add(person);
  }
  return { have: Math.min(counted.size, 1), need: 1, counted };
}

/** A rule that those who may vote are counted for. */
type BallotRule = Extract<Rule, { kind: "quorum" | "majority" | "unanimous" }>;

function qualifiesFor(rule: BallotRule, { role }: Member): boolean {
  return hasSay(role) && (rule.kind !== "quorum" || isAtLeast(role, rule.role));
}

function needOf(rule: BallotRule, voters: number): number {
  switch (rule.kind) {
    case "quorum":
      return Math.min(Math.max(rule.count, rule.half ? Math.ceil(voters / 2) : 0), voters);
    case "majority":
      return Math.floor(voters / 2) + 1;
    case "unanimous":
      return voters;
  }
}

/** The most yeses that a rule may come to ask of these members, when all of them may vote; Infinity where no yes can help. */
export function mostNeeded(rule: Rule, members: ReadonlyMap<string, Member>): number {
  switch (rule.kind) {
    case "nobody":
    case "self":
    case "invite":
      return Number.POSITIVE_INFINITY;
    case "owner":
    case "role":
    case "anyMember":
      return 1;
    case "majority":
    case "unanimous":
    case "quorum": {
      let voters = 0;
      for (const member of members.values()) if (qualifiesFor(rule, member)) voters++;
      return needOf(rule, voters);
    }
    case "anyOf":
      return Math.min(...rule.rules.map((each) => mostNeeded(each, members)));
  }
}

function ballot(rule: BallotRule, { before, yes }: Grounds): Tally {
  let voters = 0;
  const counted = new Set<string>();
  for (const member of before.members.values()) {
    // RULE: rule.tenure: newcomers neither vote nor are counted, so puppets gain nothing at once (attack A46).
    if (!qualifiesFor(rule, member) || !isVoter(before, member)) continue;
    voters++;
    // RULE: rule.silence: only a signed yes counts; silence is none (attack A55).
    const person = toHex(member.person);
    if (yes.has(person)) counted.add(person);
  }
  // RULE: rule.nobody-votes: where nobody may vote, nothing passes.
  return { have: counted.size, need: Math.max(1, needOf(rule, voters)), counted };
}
