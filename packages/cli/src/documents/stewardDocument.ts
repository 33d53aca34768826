import type { Decision, DueWork, RoomSession } from "@conclave/client";
import { toHex } from "@conclave/codec";
import { decisionSummary, labelsOf } from "../session/decisionView.js";
import { type InviteRefDocument, inviteRefDocument, type PersonDocument, personDocument } from "./personDocument.js";

/** Something that a steward has carried out: a decision of the room, by others' word. */
export interface StewardDecisionDocument {
  /** The room's id. */
  readonly room: string;
  readonly title: string;
  /** Its number among the room's decisions. */
  readonly seq: number;
  /** This machine's clock when it was made (ms). */
  readonly time: number;
  /** `add`: somebody was let in. `leave`: somebody's farewell was carried out. `tick`: links whose time was over were closed. */
  readonly action: string;
  /** Whom it is about. */
  readonly person: PersonDocument | null;
  /** Whose approvals it rests on. */
  readonly approvedBy: readonly PersonDocument[];
  /** The invite that was the permission, or that they had asked with. */
  readonly invite: InviteRefDocument | null;
  /** The same for people. */
  readonly text: string;
}

/** What a steward would carry out now. */
export interface DueDocument {
  readonly room: string;
  readonly title: string;
  /** As in a decision; `rekey`: new keys for somebody who joined by themselves. */
  readonly action: string;
  readonly person: PersonDocument | null;
}

export function stewardDecisionDocument(room: RoomSession, decision: Decision): StewardDecisionDocument {
  const { id, title } = room;
  const { seq, time, action, person, right } = decision;
  return {
    room: toHex(id),
    title,
    seq,
    time,
    action: action.type,
    person: person && personDocument(person),
    approvedBy: right.approvedBy.map(personDocument),
    invite: right.invite && inviteRefDocument(right.invite),
    text: decisionSummary(decision, labelsOf(room)),
  };
}

export function dueDocument({ id, title }: RoomSession, { action, person }: DueWork): DueDocument {
  return { room: toHex(id), title, action: action.type, person: person && personDocument(person) };
}
