import { equalBytes, toHex } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { HASH_BYTES } from "../encoding/signed.js";
import { isAtLeast } from "../policy/role.js";
import type { Delta } from "../primitives.js";
import { type Action, ruleOf } from "./action.js";
import { found } from "./actions/charter.js";
import { type Change, type Effect, type Newcomer } from "./change.js";
import { consentTo, countApprovals } from "./consent.js";
import { decodeEntry, type Entry, type EntryContent, isSignedByAuthor, signEntry } from "./entry.js";
import { type EntryHeader, type Evidence, NO_EVIDENCE } from "./entryHeader.js";
import { objection } from "./permission.js";
import { done, type Outcome, refused, type Refused, type Rejection } from "./rejection.js";
import { memberOf, type Member, type Roster } from "./roster.js";
import { type DraftedRoster, RosterDraft, withHead } from "./rosterDraft.js";

/** The commit that carries an entry, as the MLS engine knows it. */
export interface Carriage {
  /** The epoch that the commit was made in. */
  readonly epoch: number;
  /** confirmed_transcript_hash of that epoch; empty in epoch 0. */
  readonly transcript: Uint8Array;
  /** Signature key of the committing leaf; of an external commit, the newcomer's. */
  readonly committer: Uint8Array;
  readonly external: boolean;
}

/** An allowed entry, and what it did. */
export interface Decision extends Effect {
  readonly entry: Entry;
  /** Persons whose approvals counted, without the author. */
  readonly approvedBy: readonly Uint8Array[];
}

/** What an allowed entry leads to. */
export interface Transition extends Decision {
  /** The roster after it. */
  readonly roster: Roster;
  /** The roster's records that change. */
  readonly delta: Delta;
}

/** What an author wants to sign, and where in the room's history. */
export interface Intent {
  readonly action: Action;
  readonly person: Uint8Array;
  /** The author's clock, ms. */
  readonly time: number;
  readonly evidence?: Evidence;
  /** As in {@link Carriage}; so is `transcript`. */
  readonly epoch: number;
  readonly transcript: Uint8Array;
  readonly external?: boolean;
}

type Content = Omit<EntryContent, "stateHash">;
interface Judged {
  readonly drafted: DraftedRoster;
  readonly effect: Effect;
  readonly approvedBy: readonly Uint8Array[];
}

const NO_HASH = new Uint8Array(HASH_BYTES);

/**
 * The one door to membership (docs/protocol.md §4 and §5): whether an entry is allowed on a roster, and what it leads to.
 * Pure: every member who holds the same roster gives the same answer, and `before` is never changed. `before` is null for
 * the charter only.
 */
export function evaluate(crypto: Crypto, before: Roster | null, entry: Entry, carriage: Carriage): Outcome<Transition> {
  return evaluateOn(crypto, before, entry, carriage, (roster) => new RosterDraft(roster));
}

/** As {@link evaluate}; `draftOf` may give a draft that uses up the roster before, for those who need it no more. */
export function evaluateOn(
  crypto: Crypto,
  before: Roster | null,
  entry: Entry,
  carriage: Carriage,
  draftOf: (before: Roster) => RosterDraft,
): Outcome<Transition> {
  // RULE: entry.signature: an entry is its author's leaf's word, or nothing (attack A10).
  if (!isSignedByAuthor(crypto, entry)) return refused("bad_signature");
  // RULE: entry.committer: the leaf that signs the entry makes the commit, so nobody acts in another's name (attack A10).
  if (!equalBytes(entry.author.leaf, carriage.committer)) return refused("author_not_committer");
  const misplaced = misplacement(before, entry, carriage);
  if (misplaced !== null) return misplaced;
  const judged = judge(crypto, before, entry, carriage.external, draftOf);
  if (!judged.ok) return judged;
  const { drafted, effect, approvedBy } = judged.value;
  // RULE: entry.state-hash: author and judge reach the same roster, or the entry is refused (docs/protocol.md §5).
  if (!equalBytes(drafted.state.stateHash, entry.stateHash)) return refused("state_mismatch");
  const { roster, delta } = withHead(drafted, { roomId: before?.roomId ?? entry.hash, head: entry.hash });
  return done({ ...effect, roster, delta, entry, approvedBy });
}

/** For authors: builds and signs an entry, and passes it through the same door. What it gives, every member accepts. */
export function authorEntry(
  crypto: Crypto,
  leafSeed: Uint8Array,
  before: Roster | null,
  what: Intent,
): Outcome<Transition> {
  const { action, person, time, evidence = NO_EVIDENCE, epoch, transcript, external = false } = what;
  const leaf = crypto.ed25519PublicKey(leafSeed);
  const content: Content = {
    roomId: before?.roomId ?? NO_HASH,
    seq: before === null ? 0 : before.seq + 1,
    prev: before?.head ?? NO_HASH,
    epoch,
    transcript,
    policyHash: before?.policyHash ?? NO_HASH,
    action,
    author: { person, leaf },
    time,
    evidence,
  };
  const judged = judge(crypto, before, content, external, (roster) => new RosterDraft(roster));
  if (!judged.ok) return judged;
  const { stateHash } = judged.value.drafted.state;
  // From its bytes, as everybody else will read it.
  const decoded = decodeEntry(crypto, signEntry(crypto, leafSeed, { ...content, stateHash }).bytes);
  if (decoded.kind !== "entry") return refused("malformed");
  return evaluate(crypto, before, decoded.entry, { epoch, transcript, committer: leaf, external });
}

/**
 * For screens: what would come of an entry of this author, without signing one; null when it is allowed. As every member
 * would judge it, only that `approvals` "all" asks what is in the way apart from them: more than a missing yes.
 */
export function foresee(
  crypto: Crypto,
  before: Roster,
  what: Pick<EntryContent, "action" | "author" | "time">,
  approvals: readonly Uint8Array[] | "all",
): Rejection | null {
  const evidence = { ...NO_EVIDENCE, approvals: approvals === "all" ? [] : approvals };
  const nowhere = { roomId: before.roomId, seq: before.seq + 1, prev: before.head, epoch: 0, transcript: NO_HASH };
  const content: Content = { ...nowhere, policyHash: before.policyHash, ...what, evidence };
  const author = authorOf(before, content);
  if (author === null) return { code: "author_unknown" };
  const { action } = what;
  const objected = objection(before, action, author, evidence);
  if (objected !== null) return objected.rejection;
  const newcomer = newcomerBy(crypto, before, content, false);
  if (!newcomer.ok) return newcomer.rejection;
  const change = changeOf(crypto, before, content, author, newcomer.value, (roster) => new RosterDraft(roster));
  const changed = ruleOf(action).apply(change, action);
  const finished = changed.ok ? finish(change) : changed;
  if (!finished.ok) return finished.rejection;
  if (approvals === "all") {
    const { need } = consentTo(before, action, author.person, new Set(before.members.keys()), null);
    return Number.isFinite(need) ? null : { code: "not_allowed" };
  }
  const agreed = agreement(crypto, before, content, newcomer.value, false);
  return agreed.ok ? null : agreed.rejection;
}

/** Why an entry does not belong here: in this room, next in this chain, on this branch of keys. */
function misplacement(before: Roster | null, entry: Entry, carriage: Carriage): Refused | null {
  // RULE: entry.room: an entry is for one room (attack A13).
  if (!equalBytes(entry.roomId, before?.roomId ?? NO_HASH)) return refused("wrong_room");
  // RULE: entry.chain: one line of entries, each on the one before, so none can be backdated (attacks A16, A47, A54).
  if (entry.seq !== (before === null ? 0 : before.seq + 1)) return refused("wrong_seq");
  if (!equalBytes(entry.prev, before?.head ?? NO_HASH)) return refused("wrong_prev");
  // RULE: entry.epoch: an entry goes with the commit of its epoch (attacks A16, A26).
  if (entry.epoch !== carriage.epoch) return refused("wrong_epoch");
  // RULE: entry.transcript: and with one history of keys, so it cannot be carried over into a fork (attacks A21, A22).
  if (!equalBytes(entry.transcript, carriage.transcript)) return refused("wrong_transcript");
  // RULE: entry.policy: its author knew the rules that it is judged by (attack A49).
  if (!equalBytes(entry.policyHash, before?.policyHash ?? NO_HASH)) return refused("wrong_policy");
  return null;
}

/** Whether the entry is allowed, by the state before it alone (attack A49), and what the roster is then. */
function judge(
  crypto: Crypto,
  before: Roster | null,
  content: Content,
  external: boolean,
  draftOf: (before: Roster) => RosterDraft,
): Outcome<Judged> {
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
  if (!external && action.type === "return") return refused("invalid_action", "return");
  const objected = author === null ? objectionToNewcomer(before, content) : objection(before, action, author, evidence);
  if (objected !== null) return objected;
  const newcomer = newcomerBy(crypto, before, content, external);
  if (!newcomer.ok) return newcomer;
  const agreed = agreement(crypto, before, content, newcomer.value, external);
  if (!agreed.ok) return agreed;
  const change = changeOf(crypto, before, content, author, newcomer.value, draftOf);
  const changed = ruleOf(action).apply(change, action);
  if (!changed.ok) return changed;
  const finished = finish(change);
  return finished.ok ? done({ drafted: finished.value, effect: changed.value, approvedBy: agreed.value }) : finished;
}

function first(crypto: Crypto, { action, ...header }: Content, external: boolean): ReturnType<typeof found> {
  if (external) return refused("invalid_action", "external");
  return action.type === "charter" ? found(crypto, action, header) : refused("invalid_action", "not a charter");
}

function newcomerBy(
  crypto: Crypto,
  before: Roster,
  { action, ...header }: Content,
  isDirect: boolean,
): Outcome<Newcomer | null> {
  return ruleOf(action).newcomer?.({ crypto, before, header, isDirect }, action) ?? done(null);
}

function changeOf(
  crypto: Crypto,
  before: Roster,
  header: EntryHeader,
  author: Member | null,
  newcomer: Newcomer | null,
  draftOf: (before: Roster) => RosterDraft,
): Change {
  return { crypto, before, draft: draftOf(before), header, seq: before.seq + 1, author, newcomer };
}

function authorOf(before: Roster, { author }: Content): Member | null {
  const member = memberOf(before, author.person);
  return member?.devices.some((device) => equalBytes(device.leaf, author.leaf)) === true ? member : null;
}

function objectionToNewcomer(before: Roster, { evidence }: Content): Refused | null {
  if (before.sealed) return refused("sealed");
  const isPlain = evidence.approvals.length === 0 && evidence.farewell === null;
  return isPlain ? null : refused("invalid_action", "evidence");
}

/** Those whose approvals counted, when the policy's rules hold. */
function agreement(
  crypto: Crypto,
  before: Roster,
  { action, author, evidence }: Content,
  newcomer: Newcomer | null,
  external: boolean,
): Outcome<readonly Uint8Array[]> {
  if (external) {
    // RULE: newcomer.is-author: who comes in directly signs for themself, with the leaf that comes in (attack A37).
    const { cert } = newcomer!;
    const isTheirs = equalBytes(cert.person, author.person) && equalBytes(cert.leaf, author.leaf);
    if (!isTheirs) return refused("author_unknown");
  }
  const { yes, hasFalse } = countApprovals(crypto, before, action, evidence.approvals);
  // RULE: approval.false: an entry with a yes that was never given is refused whole (attack A10).
  if (hasFalse) return refused("bad_approval");
  const invite = external ? newcomer!.invite!.for.class : null;
  const { satisfied, have, need, by } = consentTo(before, action, author.person, yes, invite);
  if (satisfied) return done(by);
  // RULE: permission.policy: what the policy asks for decides, and nothing else (attacks A1, A2, A52, A55).
  if (have === 0) return refused("not_allowed", action.type);
  return { ok: false, rejection: { code: "approvals_missing", approvals: { have, need } } };
}

/** What every entry changes besides its action's own effect, and what must hold after any. */
function finish({ crypto, before, draft, header, seq, author }: Change): Outcome<DraftedRoster> {
  const self = draft.member(toHex(header.author.person))!;
  draft.putMember({ ...self, entries: self.entries + 1 });
  // RULE: time.chain: only owners and admins move the chain's time, and only onwards (attacks A34, A39).
  const movesTime = author !== null && isAtLeast(author.role, "admin");
  draft.setMeta({ seq, chainTime: movesTime ? Math.max(before.chainTime, header.time) : before.chainTime });
  const drafted = draft.finish(crypto);
  // RULE: roster.last-owner: a room has an owner as long as it is not sealed (attack A51).
  if (!drafted.state.sealed && !hasOwner(draft)) return refused("last_owner");
  return done(drafted);
}

function hasOwner(draft: RosterDraft): boolean {
  for (const member of draft.everyone()) if (member.role === "owner") return true;
  return false;
}
