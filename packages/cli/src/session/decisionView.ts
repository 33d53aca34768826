import type { Decision, NamedPerson, OpenProposal, Right, RoomSession } from "@conclave/client";
import { equalBytes, toHex } from "@conclave/codec";
import type { Action } from "@conclave/protocol";
import { inviteName, namesOf } from "./personView.js";
import { presetOf } from "./policyView.js";

/** What this home calls an invite, or null. */
export type LabelOf = (inviteId: Uint8Array) => string | null;

/** What this home calls the invites of a room. */
export function labelsOf(room: RoomSession): LabelOf {
  return (inviteId) => room.invitations().find((each) => equalBytes(each.inviteId, inviteId))?.label ?? null;
}

/** Whom a proposal is about, if that is somebody in the room. */
export function subjectOf(room: RoomSession, { action }: Pick<OpenProposal, "action">): NamedPerson | null {
  if (!("person" in action)) return null;
  return room.members().find(({ person }) => equalBytes(person, action.person)) ?? null;
}

/** What a proposal would do, as something that has not happened: `remove Bob`. */
export function proposalSummary(room: RoomSession, proposal: Pick<OpenProposal, "action">): string {
  return proposedPhrase(proposal.action, subjectOf(room, proposal)?.name ?? "somebody", labelsOf(room));
}

/** By what right a decision was taken: `as owner`, `with Alice's link "Newsletter"`; may be empty. */
export function decisionRight(decision: Decision): string {
  const { right, action } = decision;
  return rightSentence(right, action.type === "add" ? right.invite : null, isOwnJoin(decision));
}

/** Somebody came in by themselves, with an invite. */
function isOwnJoin({ action, by, person }: Decision): boolean {
  return action.type === "add" && person !== null && toHex(person.person) === toHex(by.person);
}

/** What was decided: `Alice removed Bob`. */
export function decisionSummary(decision: Decision, labelOf: LabelOf): string {
  const { by, person, revokedInvites } = decision;
  const closed = revokedInvites.length;
  const links = closed === 0 ? "" : ` and closed ${closed === 1 ? "a link" : `${closed} links`}`;
  const [what] = phrasesOf(decision.action, person?.name ?? "somebody", labelOf);
  if (isOwnJoin(decision)) return `${by.name} joined`;
  if (decision.action.type === "leave") return `${person?.name ?? "Somebody"} left`;
  return `${by.name} ${what}${decision.action.type === "revokeInvite" ? "" : links}`;
}

/** `remove Bob`: what an action does, as something that has not happened. */
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
