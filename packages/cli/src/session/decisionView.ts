import type { Decision, NamedPerson, RoomProposal, Right, RoomSession, ShownSshKey } from "@conclave/client";
import { equalBytes } from "@conclave/codec";
import type { Action, InviteId } from "@conclave/protocol";
import { decision as did } from "@conclave/words/en/decision";
import { decisionDetail as didDetail } from "@conclave/words/en/decisionDetail";
import { proposal as proposed } from "@conclave/words/en/proposal";
import { proposalDetail as proposedDetail } from "@conclave/words/en/proposalDetail";
import { removeOffer } from "@conclave/words/en/removeOffer";
import { nextCommand } from "../terminal/nextCommand.js";
import { clockTime } from "../terminal/when.js";
import { inviteName, namesOf, shownName } from "./personView.js";
import { policyName } from "./policyView.js";

/** What this home calls an invite, or null. */
export type LabelOf = (inviteId: InviteId) => string | null;

/** What this home calls the invites of a room. */
export function labelsOf(room: RoomSession): LabelOf {
  return (inviteId) => room.invites().find((each) => equalBytes(each.inviteId, inviteId))?.label ?? null;
}

/** Whom a proposal is about, if that is somebody in the room. */
export function proposalSubject(room: RoomSession, { action }: Pick<RoomProposal, "action">): NamedPerson | null {
  if (!("person" in action)) return null;
  return room.members().find(({ person }) => equalBytes(person, action.person)) ?? null;
}

/** What a proposal would do, as something that has not happened: `remove Bob`. */
export function proposalSummary(
  room: RoomSession,
  { action, person }: Pick<RoomProposal, "action" | "person">,
): string {
  return proposalPhrase(action, person?.name ?? null, labelsOf(room));
}

/** What can be done about somebody whose changes devices say again and again that they could not follow; null for nothing. */
export type OfferOf = (decision: Decision) => string | null;

/** Such offers in a room: for those who can remove that person, alone or together with others (docs/decisions/0019). */
export function offersIn(room: RoomSession): OfferOf {
  return ({ claim }) => {
    if (!claim?.isAgain) return null;
    const member = room.members().find(({ person }) => equalBytes(person, claim.after.person));
    if (member === undefined || member.isYou) return null;
    const removal = { type: "remove", person: member.person, ban: false } as const;
    if (room.outlook(removal).can === "no") return null;
    const name = shownName(member);
    return `${removeOffer.again({ name })} ${removeOffer.ask({ name })}  ${nextCommand("remove", name)}`;
  };
}

/** By what right a decision was taken: `as owner`, `with Alice's link "Newsletter"`; may be empty. */
export function decisionRight(decision: Decision): string {
  const { right, action } = decision;
  return rightSentence(right, action.type === "add" ? right.invite : null, isOwnJoin(decision));
}

/** Somebody came in by themselves, with an invite. */
function isOwnJoin({ action, by, person }: Decision): boolean {
  return action.type === "add" && person !== null && equalBytes(person.person, by.person);
}

/** What was decided: `Alice removed Bob`. */
export function decisionSummary(decision: Decision, labelOf: LabelOf): string {
  const sentence = decisionSentence(decision, labelOf);
  const { type } = decision.action;
  const count = decision.revokedInvites.length;
  if (count === 0 || type === "revokeInvite" || type === "leave" || isOwnJoin(decision)) return sentence;
  return didDetail.andClosed({ sentence, count });
}

function decisionSentence(decision: Decision, labelOf: LabelOf): string {
  const { action } = decision;
  const by = decision.by.name;
  const person = decision.person?.name ?? didDetail.somebody;
  const { sshKey } = decision.right;
  if (sshKey !== null) {
    const came = { key: sshKeyName(sshKey), host: sshKey.listedBy.name };
    return isOwnJoin(decision) ? did.joinedByKey({ people: by, ...came }) : did.addByKey({ by, person, ...came });
  }
  if (isOwnJoin(decision)) return did.joined({ people: by, count: 1 });
  switch (action.type) {
    case "add": {
      if (action.role === "steward") return did.addSteward({ by, person });
      const { invite } = decision.right;
      const host = invite?.isAuto === true ? invite.by?.name : undefined;
      return host === undefined ? did.add({ by, person }) : did.addByLink({ by, person, host });
    }
    case "remove":
      return did[action.ban ? "ban" : "remove"]({ by, person });
    case "setRole":
      return did.setRole({ by, person, role: action.role });
    case "setPolicy":
      return didDetail.setPolicy({ by, rules: policyName(action.policy) });
    case "setTitle":
      return did.setTitle({ by, title: action.title });
    case "upgrade":
      return did.upgrade({ by, version: String(action.version) });
    case "setRelay":
      return did.setRelay({ by, address: action.relay.address });
    case "setMirrors": {
      const addresses = mirrorAddresses(action);
      return addresses === "" ? did.endMirrors({ by }) : did.setMirrors({ by, addresses });
    }
    case "allow":
    case "disallow":
      return did[action.type]({ by, count: action.keys.length });
    case "reseat":
      return comeBackSentence(decision);
    case "createInvite":
    case "revokeInvite": {
      const label = labelOf(invitedBy(action));
      return label === null ? did[action.type]({ by }) : didDetail[action.type]({ by, label });
    }
    default:
      return did[action.type]({ by, person });
  }
}

function comeBackSentence({ by, claim, time }: Decision): string {
  if (claim === null) return did.reseat({ by: by.name });
  const person = claim.after.name;
  return by.isYou ? did.reseatAfterYou({ person, time: clockTime(time) }) : did.reseatAfter({ by: by.name, person });
}

/** A listed SSH key as a person knows it: `SHA256:… (bob@laptop)`. */
export function sshKeyName({ fingerprint, comment }: Pick<ShownSshKey, "fingerprint" | "comment">): string {
  return comment === "" ? fingerprint : `${fingerprint} (${comment})`;
}

function mirrorAddresses({ mirrors }: Extract<Action, { readonly type: "setMirrors" }>): string {
  return mirrors.map(({ relay }) => relay.address).join(", ");
}

/** `remove Bob`: what somebody wants, and has not happened. */
export function proposalPhrase(action: Action, whom: string | null, labelOf: LabelOf): string {
  const person = whom ?? didDetail.somebody;
  switch (action.type) {
    case "remove":
      return proposed[action.ban ? "ban" : "remove"]({ person });
    case "setRole":
      return proposed[({ member: "toMember", admin: "toAdmin", owner: "toOwner" } as const)[action.role]]({ person });
    case "setPolicy":
      return proposedDetail.setPolicy({ rules: policyName(action.policy) });
    case "setTitle":
      return proposedDetail.setTitle({ title: action.title });
    case "setRelay":
      return proposedDetail.setRelay({ address: action.relay.address });
    case "setMirrors": {
      const addresses = mirrorAddresses(action);
      return addresses === "" ? proposedDetail.endMirrors : proposedDetail.setMirrors({ addresses });
    }
    case "createInvite":
    case "revokeInvite": {
      const label = labelOf(invitedBy(action));
      return label === null ? proposed[action.type] : proposedDetail[action.type]({ label });
    }
    case "allow":
    case "disallow":
      return proposed[action.type]({ count: action.keys.length });
    case "add":
      return proposed[action.role === "steward" ? "addSteward" : "add"]({ person });
    case "leave":
    case "removeDevice":
    case "transferOwnership":
      return proposed[action.type]({ person });
    default:
      return proposed[action.type];
  }
}

function invitedBy(action: Extract<Action, { type: "createInvite" | "revokeInvite" }>): InviteId {
  return action.type === "createInvite" ? action.invite.inviteId : action.inviteId;
}

function rightSentence({ role, approvedBy, isFarewell }: Right, invite: Right["invite"], isJoin: boolean): string {
  if (isFarewell) return "by their own signed farewell";
  const parts = [
    ...(isJoin || role === null ? [] : [`as ${role}`]),
    ...(invite === null ? [] : [`${isJoin ? "with" : "after a request with"} ${inviteName(invite)}`]),
    ...(approvedBy.length === 0 ? [] : [`approved by ${namesOf(approvedBy)}`]),
  ];
  return parts.join(", ");
}
