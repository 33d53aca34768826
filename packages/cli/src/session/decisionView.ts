import type { Decision as RoomDecision, Right } from "@conclave/client";
import { toHex } from "@conclave/codec";
import type { Action } from "@conclave/protocol";
import type { Decision } from "../model/timeline.js";
import { inviteName, inviteRef, namesOf, personView } from "./personView.js";
import { presetOf } from "./policyView.js";

/** What this home calls an invite, or null. */
export type LabelOf = (inviteId: Uint8Array) => string | null;

/** A decision as a document, with its two sentences: what was decided, and by what right. */
export function decisionView(decision: RoomDecision, labelOf: LabelOf): Decision {
  const { seq, time, action, by, person, right, revokedInvites } = decision;
  return {
    seq,
    time,
    action: action.type,
    author: personView(by),
    subject: person && personView(person),
    summary: summaryOf(decision, labelOf),
    right: {
      role: right.role,
      approvedBy: right.approvedBy.map(personView),
      invite: right.invite && inviteRef(right.invite),
      isFarewell: right.isFarewell,
      text: rightSentence(right, action.type === "add" ? right.invite : null, isOwnJoin(decision)),
    },
    closedInvites: revokedInvites.map((id) => toHex(id)),
  };
}

/** Somebody came in by themselves, with an invite. */
function isOwnJoin({ action, by, person }: RoomDecision): boolean {
  return action.type === "add" && person !== null && toHex(person.person) === toHex(by.person);
}

function summaryOf(decision: RoomDecision, labelOf: LabelOf): string {
  const { by, person, revokedInvites } = decision;
  const closed = revokedInvites.length;
  const links = closed === 0 ? "" : ` and closed ${closed === 1 ? "a link" : `${closed} links`}`;
  const what = actionPhrase(decision.action, person?.name ?? "somebody", labelOf);
  if (isOwnJoin(decision)) return `${by.name} joined`;
  if (decision.action.type === "leave") return `${person?.name ?? "Somebody"} left`;
  return `${by.name} ${what}${decision.action.type === "revokeInvite" ? "" : links}`;
}

/** `removed Bob`: what an action does, as something that somebody did. */
export function actionPhrase(action: Action, whom: string, labelOf: LabelOf): string {
  return phrasesOf(action, whom, labelOf)[0];
}

/** `remove Bob`: the same as something that has not happened. */
export function proposedPhrase(action: Action, whom: string, labelOf: LabelOf): string {
  return phrasesOf(action, whom, labelOf)[1];
}

/** Each action as it is told when it was done, and when it is proposed. */
function phrasesOf(action: Action, whom: string, labelOf: LabelOf): readonly [string, string] {
  switch (action.type) {
    case "charter":
      return both("founded", "found", "the room");
    case "add":
      return both("let", "let", `${whom} in`);
    case "remove":
      return both("removed", "remove", action.ban ? `${whom} for good` : whom);
    case "leave":
      return both("let", "let", `${whom} go`);
    case "setRole":
      return both("made", "make", `${whom} ${action.role}`);
    case "setPolicy":
      return both("changed", "change", `who decides to "${presetOf(action.policy)}"`);
    case "setTitle":
      return both("named", "name", `the room "${action.title}"`);
    case "addDevice":
      return both("added", "add", "a device");
    case "removeDevice":
      return both("took", "take", `out a device of ${whom}`);
    case "return":
      return both("came", "come", "back by the recovery words, with a new device in the place of the lost one");
    case "openReturn":
      return both("made", "make", "it possible to come back by the recovery words");
    case "createInvite":
      return both("made", "make", linkName(labelOf(action.invite.inviteId)));
    case "revokeInvite":
      return both("closed", "close", linkName(labelOf(action.inviteId)));
    case "tick":
      return both("noted", "note", "the time, by which links expire");
    case "seal":
      return both("sealed", "seal", "the room: its people stay as they are");
    case "transferOwnership":
      return both("made", "make", `${whom} the owner in their own place`);
    case "setRelay":
      return both("moved", "move", `the room to ${action.relay.address}`);
  }
}

function both(did: string, would: string, what: string): readonly [string, string] {
  return [`${did} ${what}`, `${would} ${what}`];
}

function linkName(label: string | null): string {
  return label === null ? "an invite link" : `the invite link "${label}"`;
}

function rightSentence({ role, approvedBy, isFarewell }: Right, invite: Right["invite"], isJoin: boolean): string {
  if (isFarewell) return "by their own signed farewell";
  const parts = [
    ...(isJoin || role === null ? [] : [`as ${role}`]),
    ...(invite === null ? [] : [`${isJoin ? "with" : "asked with"} ${inviteName(invite)}`]),
    ...(approvedBy.length === 0 ? [] : [`agreed by ${namesOf(approvedBy)}`]),
  ];
  return parts.join(", ");
}
