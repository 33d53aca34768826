import { done, equalBytes, failed, type Result } from "@conclave/codec";
import { joinDeltas, NO_DELTA } from "../encoding/delta.js";
import type { ActionHash, PersonId } from "../encoding/ids.js";
import type { Delta } from "../encoding/provider.js";
import { refused, type Rejection } from "../policy/rejection.js";
import { type Action, actionHash, decodeAction, encodeAction, ruleOf } from "../roster/action.js";
import { MAX_APPROVAL_SPAN, readApproval, signApproval } from "../roster/approval.js";
import { countingApprovals } from "../roster/consent.js";
import { memberOf, memberOfLeaf } from "../roster/roster.js";
import type { RosterKey } from "../transport/rosterLog.js";
import { unknownHere } from "./alreadySo.js";
import {
  isLetterFor,
  type LetterRoom,
  MAX_LETTER_TEXT,
  type OpenedLetter,
  openLetter,
  readLetterText,
  sealLetter,
  signLetter,
} from "./approvalLetter.js";
import type { Displaced } from "./displacement.js";
import { currentRosterKey, rosterKeyRecord } from "./keyring.js";
import type { RoomParts } from "./parts.js";
import { objectionToProposal } from "./proposals.js";
import { isAskedBy } from "./proposalRecord.js";
import { whyStopped } from "./whyStopped.js";

/** Our approval of a proposal, written for a file or a QR code. */
export interface WrittenLetter {
  /** The letter, as the text of a file or a QR code. */
  readonly text: string;
  /** The approval, where it was signed for this letter: say it in the room too. Null where we had given it before. */
  readonly approval: Uint8Array | null;
  /** The action, where we ask for it ourselves from now on: say that in the room too. Null where we did before, or cannot. */
  readonly asked: Action | null;
  readonly displaced: readonly Displaced[];
  /** To be stored before the letter leaves. */
  readonly delta: Delta;
}

/** Signs our approval. */
export function signOwnApproval({ core, roster, primitives }: RoomParts, hash: ActionHash): Uint8Array {
  const { person, leaf } = core;
  const place = { baseSeq: roster.seq, maxSeq: roster.seq + MAX_APPROVAL_SPAN, policyHash: roster.policyHash };
  const approval = { roomId: roster.roomId, actionHash: hash, ...place, person, leaf };
  return signApproval(primitives.crypto, core.leafSeed, approval);
}

/**
 * Approves a proposal in a letter, also without the relay. Its writer asks for the action from then on, if the rules let
 * them: so the letter brings the proposal along, and they can withdraw it.
 */
export function writeLetter(parts: RoomParts, hash: ActionHash): Result<WrittenLetter, Rejection> {
  const { proposals, primitives, roster, core, log } = parts;
  const { crypto } = primitives;
  const stopped = whyNoLetter(parts);
  if (stopped !== null) return failed(stopped);
  const found = proposals.find(hash);
  if (found === null) return refused("unknown_proposal");
  const { action } = found;
  const unknown = unknownHere(action);
  if (unknown !== null) return unknown;
  const { n } = log.place;
  const mayAsk =
    !isAskedBy(found, core.person) &&
    equalBytes(actionHash(crypto, action, core.person), hash) &&
    objectionToProposal(parts, action, core.person) === null;
  const asking = mayAsk ? proposals.propose(crypto, roster, action, core.person, n) : null;
  const carrier = ruleOf(action).isAuthors(action) ? found.by : core.person;
  const own = ownApproval(parts, action, carrier, found.approvals);
  const approval = own ?? signOwnApproval(parts, hash);
  const given =
    own === null ? proposals.approve(crypto, roster, approval, { author: core.person, seen: n }).delta : NO_DELTA;
  const room = letterRoom(parts, currentRosterKey(parts.keys));
  const signed = signLetter(crypto, core.leafSeed, { n, action: encodeAction(action), approval });
  return done({
    text: sealLetter(primitives, room, signed),
    approval: own === null ? approval : null,
    asked: asking && action,
    displaced: asking?.displaced ?? [],
    delta: joinDeltas(asking?.delta ?? NO_DELTA, given),
  });
}

/** Our own approval that counts, if we have given one from this device. */
function ownApproval(
  { primitives, roster, core }: RoomParts,
  action: Action,
  carrier: PersonId,
  approvals: readonly Uint8Array[],
): Uint8Array | null {
  for (const bytes of countingApprovals(primitives.crypto, roster, action, carrier, approvals).values()) {
    if (equalBytes(readApproval(bytes)!.content.leaf, core.leaf)) return bytes;
  }
  return null;
}

/** The name of the room's record without which a letter cannot be opened, or why it is of no use here. */
export function keyRecordOfLetter({ primitives, core }: RoomParts, text: string): Result<string, Rejection> {
  // RULE: letter.bounded: what is too long for any letter is not looked at (attack A117).
  if (text.length > MAX_LETTER_TEXT) return refused("letter_too_large");
  const letter = readLetterText(text);
  if (letter === null) return refused("bad_letter");
  if (!isLetterFor(primitives.crypto, core.roomId, letter)) return refused("letter_wrong_room");
  return done(rosterKeyRecord(letter.generation));
}

/** Somebody's approval that came in a letter, and counts. */
export interface TakenLetter {
  readonly by: PersonId;
  readonly actionHash: ActionHash;
  /** The action, where the letter brought the proposal too; else null. */
  readonly asked: Action | null;
  readonly displaced: readonly Displaced[];
  readonly delta: Delta;
}

/**
 * Takes in an approval that came in a letter, as if its giver had said it in the room now: it passes the same door. `key`: what is
 * in the record of {@link keyRecordOfLetter}; null where there is none.
 */
export function takeLetter(parts: RoomParts, text: string, key: Uint8Array | null): Result<TakenLetter, Rejection> {
  const { proposals, primitives, roster, log } = parts;
  const { crypto } = primitives;
  const stopped = whyNoLetter(parts);
  if (stopped !== null) return failed(stopped);
  const sealed = readLetterText(text);
  if (sealed === null) return refused("bad_letter");
  // Of keys that are made after what we have read.
  if (key === null) return refused("not_caught_up", "generation");
  const letter = openLetter(crypto, letterRoom(parts, { generation: sealed.generation, key }), sealed);
  const action = letter && decodeAction(letter.action, roster.version);
  if (!letter || !action || ruleOf(action).isOwnAffair) return refused("bad_letter");
  const { actionHash: hash, person: by } = letter.content;
  const late = whyLate(parts, letter);
  if (late !== null) return failed(late);
  const known = proposals.find(hash);
  // Where agreeing means agreeing to who does it, only that person brings the proposal.
  const asker = known?.by ?? by;
  if (!equalBytes(actionHash(crypto, action, asker), hash))
    return refused(known === null ? "letter_unknown_proposal" : "bad_letter");
  const approval = countingApprovals(crypto, roster, action, asker, [letter.approval]);
  // RULE: letter.counts: an approval in a letter counts as any other does, and never longer: for its room, its rules, and what it
  // is about (attacks A48, A54).
  if (approval.size === 0) return refused("letter_void");
  const counted = countingApprovals(crypto, roster, action, asker, known?.approvals ?? []);
  if (counted.has([...approval.keys()][0]!)) return refused("already_so", "approval");
  const objection = known === null ? objectionToProposal(parts, action, by) : null;
  if (objection !== null) return refused("letter_unknown_proposal", objection.code);
  const { n } = log.place;
  const asking = known === null ? proposals.propose(crypto, roster, action, by, n) : null;
  const { delta } = proposals.approve(crypto, roster, letter.approval, { author: by, seen: letter.n });
  return done({
    ...{ by, actionHash: hash, asked: asking && action, displaced: asking?.displaced ?? [] },
    delta: joinDeltas(asking?.delta ?? NO_DELTA, delta),
  });
}

/** Why a letter does not say what its giver wants now, as far as this device can tell; null where it does. */
function whyLate({ proposals, roster, core, log }: RoomParts, { n, content }: OpenedLetter): Rejection | null {
  const { person, leaf, actionHash: hash, baseSeq } = content;
  const member = memberOfLeaf(roster, leaf);
  if (member === null || !equalBytes(member.person, person)) return { code: "not_member" };
  // RULE: letter.not-ahead: a letter is of a time that we know of: else it could claim one that no taking back ever reaches.
  if (n > log.place.n) return { code: "not_caught_up", detail: "log" };
  // RULE: letter.since-here: what was taken back before this device came, or in messages that the relay has deleted, it does not
  // know: so a letter is of later than that (attack A151).
  const self = memberOf(roster, core.person)?.devices.find((device) => equalBytes(device.leaf, core.leaf));
  if (self !== undefined && baseSeq < self.addedSeq) return { code: "letter_too_old", detail: "device" };
  // RULE: letter.not-taken-back: an approval that was taken back does not come again with its letter (attack A151).
  const back = proposals.takenBackSince(hash, person, n);
  if (back === "yes") return { code: "letter_taken_back" };
  return back === "unknown" ? { code: "letter_too_old", detail: "gap" } : null;
}

function letterRoom({ core, roomTag }: RoomParts, rosterKey: RosterKey): LetterRoom {
  return { roomId: core.roomId, roomTag, rosterKey };
}

/** Why no letter is written or taken here; a letter needs no relay. */
function whyNoLetter(parts: RoomParts): Rejection | null {
  const stopped = whyStopped(parts);
  return stopped === null || stopped.error.code === "not_caught_up" ? null : stopped.error;
}
