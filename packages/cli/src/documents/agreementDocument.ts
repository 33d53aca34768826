import type { ApprovalImported, RoomJoinRequest, RoomProposal, DecisionProgress, RoomSession } from "@conclave/client";
import { toHex } from "@conclave/codec";
import { requestName } from "../room/requestName.js";
import { proposalSummary, proposalSubject } from "../session/decisionView.js";
import { inviteName, shownTag } from "../session/personView.js";
import { type InviteRefDocument, inviteRefDocument, type PersonDocument, personDocument } from "./personDocument.js";

/** What came of a decision: done (exit code 0), or waiting until more people approve (exit code 7). */
export interface OutcomeDocument {
  readonly done: boolean;
  /** If `done` is false: what others give to `conclave approve`. */
  readonly proposal?: string;
  /** If `done` is false: how many people have approved, and how many it takes. */
  readonly approved?: number;
  readonly needed?: number;
}

/** A file whose approval counts now. */
export interface ImportedFileDocument {
  readonly file: string;
  /** Whose approval it is. */
  readonly by: PersonDocument;
  readonly proposal: string;
  /** Whether the proposal was carried out by this command. */
  readonly done: boolean;
}

/** A file without an approval that counts. */
export interface RefusedFileDocument {
  readonly file: string;
  /** The code of the reason, and its sentence. */
  readonly code: string;
  readonly message: string;
}

/** Somebody who asks to join. */
export interface JoinRequestDocument {
  readonly id: string;
  readonly name: string;
  readonly tag: string;
  readonly words: string;
  readonly note: string;
  /** The invite they hold. */
  readonly invite: InviteRefDocument;
  /** The same for people: `Alice's link "Newsletter"`. */
  readonly via: string;
  readonly role: string;
  readonly time: number;
  readonly approvedBy: readonly PersonDocument[];
  /** They were let in before and have never been here: to admit them removes them and lets them in again. */
  readonly isAgain: boolean;
  /** 0 while nobody has proposed to admit them. */
  readonly approvalsNeeded: number;
}

/** An action that waits until enough people approve. */
export interface ProposalDocument {
  readonly id: string;
  readonly by: PersonDocument;
  /** What would be done: `remove`, `setRole`, `add`, … as in a decision. */
  readonly action: string;
  /** The person it is about, if they are in the room. */
  readonly subject: PersonDocument | null;
  /** The same for people, as something that has not happened: `remove Bob`. */
  readonly summary: string;
  readonly approvedBy: readonly PersonDocument[];
  /** Who has declined it. Others can still approve it. */
  readonly declinedBy: readonly PersonDocument[];
  /** How many would agree if this home carried it out now: your own yes is counted, given or not. */
  readonly have: number;
  readonly need: number;
  /** The code of the reason why it could not be done even if everybody approved; else null. */
  readonly refusal: string | null;
}

export function outcomeDocument(progress: DecisionProgress): OutcomeDocument {
  if (progress.done) return { done: true };
  return { done: false, proposal: toHex(progress.actionHash), approved: progress.have, needed: progress.need };
}

export function importedDocument(file: string, { by, actionHash, progress }: ApprovalImported): ImportedFileDocument {
  return { file, by: personDocument(by), proposal: toHex(actionHash), done: progress.done };
}

export function requestDocument(request: RoomJoinRequest): JoinRequestDocument {
  return {
    id: requestName(request),
    name: request.name,
    tag: shownTag(request),
    words: request.words,
    note: request.note,
    invite: inviteRefDocument(request.invite),
    via: inviteName(request.invite),
    role: request.role,
    time: request.time,
    approvedBy: request.approvedBy.map(personDocument),
    isAgain: request.isAgain,
    approvalsNeeded: request.approvalsNeeded,
  };
}

export function proposalDocument(room: RoomSession, proposal: RoomProposal): ProposalDocument {
  const { actionHash, action, by, approvedBy, declinedBy, have, need, refusal } = proposal;
  const subject = proposalSubject(room, proposal);
  return {
    id: toHex(actionHash),
    by: personDocument(by),
    action: action.type,
    subject: subject && personDocument(subject),
    summary: proposalSummary(room, proposal),
    approvedBy: approvedBy.map(personDocument),
    declinedBy: declinedBy.map(personDocument),
    have,
    need,
    refusal: refusal?.code ?? null,
  };
}
