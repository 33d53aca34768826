import { done, equalBytes, failed, type Failure, type Result, toHex } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import type { EpochView, StagedCommit } from "@conclave/mls";
import type { RoomTag } from "@conclave/wire";
import { joinPlaceOf } from "../roster/action.js";
import { ahead } from "../roster/ahead.js";
import { decodeEntry } from "../roster/entry.js";
import { evaluate, type Transition } from "../roster/evaluate.js";
import { refused, type Rejection, updateNeeded } from "../policy/rejection.js";
import type { Roster } from "../roster/roster.js";
import { openRosterRecord, rosterKeyCheck } from "../transport/rosterLog.js";
import { bindingOf, bindsTo } from "./binding.js";
import { hasNoGhosts, holderOf } from "./invariant.js";
import { isPlainLeaf, isSameHolder } from "./plainLeaf.js";
import { type Keyring, currentRosterKey, wrappedRosterKey } from "./keyring.js";

/** What a commit is judged against: the room as it is before it. */
export interface BeforeCommit {
  readonly crypto: Crypto;
  readonly roomTag: RoomTag;
  readonly roster: Roster;
  readonly keys: Keyring;
  readonly view: EpochView;
  /** Log position of the newest commit record before it, valid or not. */
  readonly lastCommit: number;
}

/** A commit that may be applied. */
export interface Judgement {
  /** What the entry that it carries leads to; null for new keys alone. */
  readonly transition: Transition | null;
  readonly roster: Roster;
  /** Hash of the record of that entry; null without one. */
  readonly record: Uint8Array | null;
}

/**
 * A refusal for what the committer did not sign: the attachment is not the record of the entry that the commit names. The
 * relay, or anybody who holds an invite, could have put it there.
 */
interface Altered {
  readonly altered: Rejection;
}

/**
 * Why a commit may not be applied. `update_needed` where every member applies it whose app knows the version of the room that it
 * leads to: that is an error too, and no kind of judgement, so who has looked at `ok` alone applies nothing that this app does not
 * know.
 */
export type Objection = Rejection | Altered;

/** The refusal in an objection, no matter who is to blame. */
export function rejectionOf(objection: Objection): Rejection {
  return "altered" in objection ? objection.altered : objection;
}

/**
 * THE door to a room's keys (docs/protocol.md §5, steps 3 to 7): whether a staged commit may be applied. Everything that
 * changes a group comes through here, what others send and what we make ourselves. Changes nothing.
 */
export function judge(
  before: BeforeCommit,
  staged: StagedCommit,
  attachment: Uint8Array,
): Result<Judgement, Objection> {
  const form = checkForm(staged);
  if (form !== null) return form;
  const carried = staged.authenticatedData.length > 0;
  if (!carried) {
    // RULE: room.rekey-bare: without an entry nobody comes and nobody goes (attacks A1, A2, A4).
    if (staged.sender.type !== "member" || staged.adds.length > 0 || staged.removes.length > 0)
      return refused("no_record");
    if (attachment.length > 0) return altered("wrong_record", "attachment of a rekey");
  }
  const opened = carried ? openTransition(before, staged, attachment) : null;
  if (opened?.ok === false) return opened;
  const transition = opened?.value ?? null;
  // Somebody who comes in by themselves takes out nothing but what their own entry takes out.
  if (staged.sender.type === "new_member_commit" && staged.removes.length > (transition?.removed.length ?? 0))
    return refused("forbidden_proposal", "external");
  const roster = transition?.roster ?? before.roster;
  if (!hasExactlyTheLeaves(staged, transition)) return refused("ghost", "leaves of the commit");
  if (!bringsPlainLeaves(staged, before.view.context.cipherSuite)) return refused("leaf_not_plain");
  if (staged.sender.type === "member") {
    const binding = bindingOf(staged.extensions ?? before.view.extensions);
    // RULE: room.bound: a member's commit leaves the keys bound to the very roster that it leads to, so equal keys mean
    // equal rosters (docs/protocol.md §5, principle P3).
    if (binding === null || !bindsTo(binding, roster)) return refused("wrong_binding");
  }
  if (staged.next !== null && !hasNoGhosts(staged.next.members(), roster)) return refused("ghost", "tree");
  // RULE: room.upgrade-waits: an app waits for a newer one after exactly one thing, an upgrade that holds in all that is asked of a
  // commit. Anybody who may change the rules can make others wait, and nobody else can (attack A104).
  const upgraded = transition && ahead(roster, transition.entry);
  if (upgraded !== null) return updateNeeded(upgraded);
  return done({ transition, roster, record: carried ? before.crypto.hash("sha256", attachment) : null });
}

// What rooms refuse of RFC 9420, whatever the entry says.
function checkForm(staged: StagedCommit): Failure<Rejection> | null {
  const external = staged.sender.type === "new_member_commit";
  // RULE: room.no-references: a commit carries its proposals itself, so nobody's parked proposal rides along (attacks A5, A6).
  if (staged.referencedProposals > 0) return refused("forbidden_proposal", "by reference");
  // RULE: room.no-psk-no-reinit: neither foreign secrets nor another group can be brought in (docs/protocol.md §5, attack A31).
  if (staged.usesPsk || staged.reInit !== null) return refused("forbidden_proposal", "psk or reinit");
  // RULE: room.external-only-adds: who comes in by themselves adds nobody else, and takes nobody out (attacks A3, A63); but
  // who comes back takes out the one old leaf of their own that their entry names, and that `evaluate` allows.
  if (external && (staged.adds.length > 0 || (staged.removes.length > 0 && staged.authenticatedData.length === 0)))
    return refused("forbidden_proposal", "external");
  // RULE: room.path: every commit brings new keys: a removed member follows none of them (attack A93).
  if (!staged.hasPath) return refused("missing_path");
  for (const { leafIndex, before, after } of staged.updates) {
    // RULE: room.own-leaf-only: a commit renews the committer's leaf and no other (docs/protocol.md §5).
    if (external || leafIndex !== staged.sender.leafIndex) return refused("forbidden_proposal", "update");
    // RULE: room.same-credential: a path changes keys, never who somebody is (attack A67).
    if (!isSameHolder(before, after)) return refused("credential_changed");
  }
  return null;
}

function openTransition(
  { crypto, roomTag, roster, keys, view, lastCommit }: BeforeCommit,
  staged: StagedCommit,
  attachment: Uint8Array,
): Result<Transition, Objection> {
  const record = openRosterRecord(crypto, roomTag, [currentRosterKey(keys)], attachment);
  if (record === null) return altered("no_record");
  // RULE: room.record-is-entry: the record that stays in the roster log is the entry that the committer signed for.
  if (!equalBytes(crypto.hash("sha256", record.entry), staged.authenticatedData))
    return altered("wrong_record", "hash");
  // RULE: room.record-before: it names the record of the entry before, so that a newcomer is led from record to record, past all that
  // others have put between them (attack A106).
  if (!equalBytes(record.before, keys.record)) return altered("wrong_record", "before");
  const wrapped = wrappedRosterKey(keys);
  // RULE: room.roster-key: the first record of a generation wraps the key before, so that newcomers can read on (§4).
  if (!isSame(wrapped, record.previousKey)) return altered("wrong_roster_key");
  const decoded = decodeEntry(crypto, record.entry, roster.version);
  if (!decoded.ok) return refused("malformed");
  const entry = decoded.value;
  // RULE: room.key-check: the author signs which key came before, so that no newcomer takes another for it (attack A105).
  const check = wrapped === null ? null : rosterKeyCheck(crypto, wrapped);
  if (!isSame(check, entry.keyCheck)) return refused("wrong_key_check");
  if (record.seq !== entry.seq) return altered("wrong_record", "seq");
  const committer = staged.senderLeaf.signatureKey;
  const external = staged.sender.type === "new_member_commit";
  const judged = evaluate(crypto, roster, entry, {
    epoch: Number(view.epoch),
    transcript: view.confirmedTranscriptHash,
    committer,
    external,
  });
  // RULE: room.join-next: who comes in by themselves follows the commit that their proof names, and no other: a relay that
  // brings a join into the log behind something else does not leave its author alone in an epoch of their own (attack A103).
  if (judged.ok && external && joinPlaceOf(entry)?.lastCommit !== lastCommit)
    return refused(entry.action.type === "reseat" ? "bad_reseat_proof" : "bad_invite_proof", "place");
  return judged;
}

function altered(code: Rejection["code"], detail?: string): Failure<Altered> {
  return failed({ altered: refused(code, detail).error });
}

// RULE: room.leaves-as-signed: the tree changes by exactly the leaves of the entry (docs/protocol.md §5, step 7; attacks A2, A60).
function hasExactlyTheLeaves(staged: StagedCommit, transition: Transition | null): boolean {
  const came = staged.adds.map(({ leafNode }) => leafNode);
  if (staged.sender.type === "new_member_commit") came.push(staged.senderLeaf);
  const added = transition?.added ?? [];
  const removed = transition?.removed ?? [];
  if (came.length !== added.length || staged.removes.length !== removed.length) return false;
  const credentials = new Map(added.map(({ leaf, credential }) => [toHex(leaf), credential]));
  const areSigned = came.every(({ signatureKey, credential }) => {
    const signed = credentials.get(toHex(signatureKey));
    return signed !== undefined && credential.type === "basic" && equalBytes(credential.identity, signed);
  });
  const gone = new Set(removed.map(toHex));
  return areSigned && staged.removes.every(({ leafNode }) => gone.has(holderOf(leafNode).leaf));
}

// Whether every leaf that comes, or that takes the place of another, is as `room.leaf-plain` says.
function bringsPlainLeaves({ adds, updates, sender, senderLeaf }: StagedCommit, suite: number): boolean {
  const came = [...adds.map(({ leafNode }) => leafNode), ...updates.map(({ after }) => after)];
  if (sender.type === "new_member_commit") came.push(senderLeaf);
  return came.every((leaf) => isPlainLeaf(leaf, suite));
}

function isSame(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : equalBytes(a, b);
}
