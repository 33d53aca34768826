import { equalBytes, done, type Result, type Failure } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { type PersonId, RoomId } from "../encoding/ids.js";
import { HASH_BYTES } from "../encoding/signed.js";
import type { Delta } from "../encoding/provider.js";
import { leafKeyOf, NO_ROOM } from "../identity/leafCert.js";
import type { Action } from "./action.js";
import type { Effect } from "./change.js";
import { decodeEntry, type Entry, isSignedByAuthor, signEntry } from "./entry.js";
import { type EntryHeader, type Evidence, NO_EVIDENCE } from "./entryHeader.js";
import { assess, type EntryCore } from "./assess.js";
import { refused, type Rejection } from "../policy/rejection.js";
import type { Roster } from "./roster.js";
import { RosterDraft, withHead } from "./rosterDraft.js";

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
export interface AllowedEntry extends Effect {
  readonly entry: Entry;
  /** Persons whose approvals counted, without the author. */
  readonly approvedBy: readonly PersonId[];
}

/** What an allowed entry leads to. */
export interface Transition extends AllowedEntry {
  /** The roster after it. */
  readonly roster: Roster;
  /** The roster's records that change. */
  readonly delta: Delta;
}

/** What an author wants to sign, and where in the room's history. */
export interface EntryDraft {
  readonly action: Action;
  readonly person: PersonId;
  /** The author's clock, ms. */
  readonly time: number;
  readonly evidence?: Evidence;
  readonly keyCheck?: EntryHeader["keyCheck"];
  /** As in {@link Carriage}; so is `transcript`. */
  readonly epoch: number;
  readonly transcript: Uint8Array;
  readonly external?: boolean;
}

const NO_HASH = new Uint8Array(HASH_BYTES);

/**
 * The one door to membership (docs/protocol.md §4 and §5): whether an entry is allowed on a roster, and what it leads to.
 * Pure: every member who holds the same roster gives the same answer, and `before` is never changed. `before` is null for
 * the charter only.
 */
export function evaluate(
  crypto: Crypto,
  before: Roster | null,
  entry: Entry,
  carriage: Carriage,
): Result<Transition, Rejection> {
  return evaluateOn(crypto, before, entry, carriage, (roster) => new RosterDraft(roster));
}

/** As {@link evaluate}; `draftOf` may give a draft that uses up the roster before, for those who need it no more. */
export function evaluateOn(
  crypto: Crypto,
  before: Roster | null,
  entry: Entry,
  carriage: Carriage,
  draftOf: (before: Roster) => RosterDraft,
): Result<Transition, Rejection> {
  // RULE: entry.signature: an entry is its author's leaf's word, or nothing (attack A10).
  if (!isSignedByAuthor(crypto, entry)) return refused("bad_signature");
  // RULE: entry.committer: the leaf that signs the entry makes the commit, so nobody acts in another's name (attack A10).
  if (!equalBytes(entry.author.leaf, carriage.committer)) return refused("author_not_committer");
  const misplaced = misplacement(before, entry, carriage);
  if (misplaced !== null) return misplaced;
  const assessed = assess(crypto, before, entry, carriage.external, draftOf);
  if (!assessed.ok) return assessed;
  const { drafted, effect, approvedBy } = assessed.value;
  // RULE: entry.state-hash: author and judge reach the same roster, or the entry is refused (docs/protocol.md §5).
  if (!equalBytes(drafted.state.stateHash, entry.stateHash)) return refused("state_mismatch");
  const { roster, delta } = withHead(drafted, { roomId: before?.roomId ?? RoomId.of(entry.hash), head: entry.hash });
  return done({ ...effect, roster, delta, entry, approvedBy });
}

/** For authors: builds and signs an entry, and passes it through the same door. What it gives, every member accepts. */
export function authorEntry(
  crypto: Crypto,
  leafSeed: Uint8Array,
  before: Roster | null,
  what: EntryDraft,
): Result<Transition, Rejection> {
  const drafted = draftEntry(crypto, leafSeed, before, what);
  if (!drafted.ok) return drafted;
  const { entry } = drafted.value;
  const { epoch, transcript, external = false } = what;
  return evaluate(crypto, before, entry, { epoch, transcript, committer: entry.author.leaf, external });
}

/**
 * As {@link authorEntry}, but its signed bytes have not passed `evaluate` yet: the caller must judge the commit that carries
 * them.
 */
export function draftEntry(
  crypto: Crypto,
  leafSeed: Uint8Array,
  before: Roster | null,
  what: EntryDraft,
): Result<Transition, Rejection> {
  const { action, person, time, evidence = NO_EVIDENCE, keyCheck = null } = what;
  const { epoch, transcript, external = false } = what;
  const leaf = leafKeyOf(crypto, leafSeed);
  const content: EntryCore = {
    roomId: before?.roomId ?? NO_ROOM,
    seq: before === null ? 0 : before.seq + 1,
    prev: before?.head ?? NO_HASH,
    epoch,
    transcript,
    policyHash: before?.policyHash ?? NO_HASH,
    action,
    author: { person, leaf },
    time,
    evidence,
    keyCheck,
  };
  const assessed = assess(crypto, before, content, external, (roster) => new RosterDraft(roster));
  if (!assessed.ok) return assessed;
  const { drafted, effect, approvedBy } = assessed.value;
  const { stateHash } = drafted.state;
  // From its bytes, as everybody else will read it.
  const version = before?.version ?? drafted.state.version;
  const decoded = decodeEntry(crypto, signEntry(crypto, leafSeed, { ...content, stateHash }).bytes, version);
  if (!decoded.ok) return refused("malformed");
  const entry = decoded.value;
  const { roster, delta } = withHead(drafted, { roomId: before?.roomId ?? RoomId.of(entry.hash), head: entry.hash });
  return done({ ...effect, roster, delta, entry, approvedBy });
}

/** Why an entry does not belong here: in this room, next in this chain, on this branch of keys. */
function misplacement(before: Roster | null, entry: Entry, carriage: Carriage): Failure<Rejection> | null {
  // RULE: entry.room: an entry is for one room (attack A13).
  if (!equalBytes(entry.roomId, before?.roomId ?? NO_ROOM)) return refused("wrong_room");
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
