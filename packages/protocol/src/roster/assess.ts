import { equalBytes, toHex, done, failed, type Result, type Failure } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import type { PersonId } from "../encoding/ids.js";
import type { Invite } from "../invite/invite.js";
import { MAX_YESES } from "../policy/policy.js";
import { isAtLeast } from "../policy/role.js";
import type { InviteClass } from "../policy/rule.js";
import { type Action, ruleOf } from "./action.js";
import { found } from "./actions/charter.js";
import type { Change, Effect, Newcomer } from "./change.js";
import { carriedApprovals, type Consents, consentTo } from "./consent.js";
import type { EntryContent } from "./entry.js";
import { objection } from "./permission.js";
import { refused, type Rejection } from "../policy/rejection.js";
import { memberOf, type Member, type Roster } from "./roster.js";
import type { DraftedRoster, RosterDraft } from "./rosterDraft.js";
import { mostNeeded, tenureAfter } from "./tally.js";

/** An entry before it is known what it leads to. */
export type EntryCore = Omit<EntryContent, "stateHash">;
/** An allowed entry, and what it leads to. */
export interface Assessed {
  readonly drafted: DraftedRoster;
  readonly effect: Effect;
  readonly approvedBy: readonly PersonId[];
}

/** Whether the entry is allowed, by the state before it alone (attack A49), and what the roster is then. */
export function assess(
  crypto: Crypto,
  before: Roster | null,
  content: EntryCore,
  external: boolean,
  draftOf: (before: Roster) => RosterDraft,
): Result<Assessed, Rejection> {
  if (before === null) {
    const founded = first(crypto, content, external);
    return founded.ok ? done({ ...founded.value, approvedBy: [] }) : founded;
  }
  const { action, evidence } = content;
  const author = authorOf(before, content);
  // RULE: entry.author: who is out signs nothing; who signs in themself comes by an external commit, and only to come in
  // (attacks A3, A4, A63).
  const comesIn = ruleOf(action).newcomer !== null;
  if (external ? author !== null || !comesIn : author === null) return refused("author_unknown");
  // RULE: return.external: who is in has no need to come back, and carries nobody else's return (attack A10).
  if (!external && ruleOf(action).isOnlyAlone) return refused("invalid_action", action.type);
  const objected = author === null ? objectionToNewcomer(before, content) : objection(before, action, author, evidence);
  if (objected !== null) return objected;
  const newcomer = newcomerBy(crypto, before, content, external);
  if (!newcomer.ok) return newcomer;
  const agreed = agreement(crypto, before, content, newcomer.value, external);
  if (!agreed.ok) return agreed;
  const changed = changedBy(crypto, before, content, author, newcomer.value, draftOf);
  return changed.ok ? done({ ...changed.value, approvedBy: agreed.value }) : changed;
}

function first(crypto: Crypto, { action, ...header }: EntryCore, external: boolean): ReturnType<typeof found> {
  if (external) return refused("invalid_action", "external");
  return action.type === "charter" ? found(crypto, action, header) : refused("invalid_action", "not a charter");
}

/** Who comes in or comes back by an entry; null when nobody does. */
export function newcomerBy(
  crypto: Crypto,
  before: Roster,
  { action, ...header }: EntryCore,
  isDirect: boolean,
): Result<Newcomer | null, Rejection> {
  return ruleOf(action).newcomer?.({ crypto, before, header, isDirect }, action) ?? done(null);
}

/** What an entry changes, no matter who has agreed to it. */
export function changedBy(
  crypto: Crypto,
  before: Roster,
  { action, ...header }: EntryCore,
  author: Member | null,
  newcomer: Newcomer | null,
  draftOf: (before: Roster) => RosterDraft,
): Result<Omit<Assessed, "approvedBy">, Rejection> {
  const change = { crypto, before, draft: draftOf(before), header, seq: before.seq + 1, author, newcomer };
  const changed = ruleOf(action).apply(change, action);
  if (!changed.ok) return changed;
  const finished = finish(change, changed.value);
  return finished.ok ? done({ drafted: finished.value, effect: changed.value }) : finished;
}

/** The member whose leaf an entry names as its author. */
export function authorOf(before: Roster, { author }: Pick<EntryCore, "author">): Member | null {
  const member = memberOf(before, author.person);
  return member?.devices.some((device) => equalBytes(device.leaf, author.leaf)) === true ? member : null;
}

function objectionToNewcomer(before: Roster, { action, author, evidence }: EntryCore): Failure<Rejection> | null {
  if (before.sealed && !ruleOf(action).isOpenWhenSealed(action, author.person)) return refused("sealed");
  const isPlain = evidence.approvals.length === 0 && evidence.farewell === null;
  return isPlain ? null : refused("invalid_action", "evidence");
}

/** Those whose approvals an entry carries, when the policy's rules hold. */
function agreement(
  crypto: Crypto,
  before: Roster,
  { action, author, evidence }: EntryCore,
  newcomer: Newcomer | null,
  external: boolean,
): Result<readonly PersonId[], Rejection> {
  if (external) {
    // RULE: newcomer.is-author: who comes in directly signs for themself, with the leaf that comes in (attack A37).
    const { cert } = newcomer!;
    const isTheirs = equalBytes(cert.person, author.person) && equalBytes(cert.leaf, author.leaf);
    if (!isTheirs) return refused("author_unknown");
  }
  const yes = carriedApprovals(crypto, before, action, author.person, evidence.approvals);
  if (yes === null) return refused("bad_approval");
  return agreed(action, consentTo(before, action, author.person, yes, permission(newcomer?.invite ?? null)));
}

/** The class of an invite that is the permission itself; null for none, and where somebody else decides. */
function permission(invite: Invite | null): InviteClass | null {
  return invite === null || invite.mode === "ask" ? null : invite.for.class;
}

/** Those who agree besides the author, when that suffices. */
export function agreed(
  { type }: Action,
  { satisfied, have, need, by }: Consents,
): Result<readonly PersonId[], Rejection> {
  if (satisfied) return done(by);
  // RULE: permission.policy: what the policy asks for decides, and nothing else (attacks A1, A2, A52, A55).
  if (have === 0) return refused("not_allowed", type);
  return failed({ code: "approvals_missing", approvals: { have, need } });
}

/** What every entry changes besides its action's own effect, and what must hold after any. */
function finish({ crypto, before, draft, header, seq, author }: Change, did: Effect): Result<DraftedRoster, Rejection> {
  const loser = did.removed.length > 0 && did.person !== null ? draft.member(toHex(did.person)) : undefined;
  if (loser !== undefined) draft.putMember({ ...loser, lostSeq: seq });
  const self = draft.member(toHex(header.author.person))!;
  draft.putMember({ ...self, entries: self.entries + 1 });
  // RULE: time.chain: only owners and admins move the chain's time, and only onwards (attacks A34, A39); for a steward see `tick`.
  const movesTime = author !== null && isAtLeast(author.role, "admin");
  draft.setMeta({ seq, chainTime: movesTime ? Math.max(draft.chainTime, header.time) : draft.chainTime });
  draft.setMeta({ tenure: tenureAfter(before, author) });
  const ended = draft.closeInvites(seq);
  // RULE: roster.generation: anybody who could read the roster and may no more, because they are out or their link is over, reads
  // nothing that comes after (attacks A58, A114).
  if (did.removed.length > 0 || ended > 0) draft.setMeta({ generation: before.generation + 1 });
  draft.forget(seq);
  const drafted = draft.finish(crypto);
  // RULE: roster.last-owner: a room has an owner as long as it is not sealed (attack A51).
  if (!drafted.state.sealed && !hasOwner(draft)) return refused("last_owner");
  if (!drafted.state.sealed && outgrowsBallots(drafted.state)) return refused("ballot_limit");
  return done(drafted);
}

/**
 * Whether a change of the rules may come to need more yeses than one entry holds.
 *
 * RULE: policy.ballot-fits: a room never grows, nor gives so many a say, that nobody could change its rules any more (attack A113).
 */
function outgrowsBallots({ policy, members }: DraftedRoster["state"]): boolean {
  return members.size > MAX_YESES && mostNeeded(policy.rules.setPolicy, members) > MAX_YESES;
}

function hasOwner(draft: RosterDraft): boolean {
  for (const member of draft.everyone().values()) if (member.role === "owner") return true;
  return false;
}
