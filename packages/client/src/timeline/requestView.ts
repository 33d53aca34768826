import { equalBytes } from "@conclave/codec";
import {
  type Action,
  type Invite,
  inviteOf,
  memberOf,
  isInviteOpen,
  letsIn,
  openLeafCert,
  personFingerprint,
  personTag,
  type OpenProposal,
  readInviteProof,
  type PersonId,
  rightTo,
  type Role,
  type Roster,
  type JoinRequest as JoinRequestContent,
} from "@conclave/protocol";
import type { JoinRequestItem } from "@conclave/wire";
import type { RoomRecords, RoomSight } from "./roomSight.js";
import type { RoomJoinRequest, RoomProposal } from "../api/invitation.js";
import type { NamedPerson } from "../api/person.js";
import { named } from "./roomView.js";

/** Somebody's request, opened. */
export interface OpenedRequest {
  readonly item: JoinRequestItem;
  readonly ask: JoinRequestContent;
}

type Admission = Extract<Action, { readonly type: "add" }>;

/** A request to join, for a screen. Null when it names no invite of the room. */
export function requestView(state: RoomRecords, { item, ask }: OpenedRequest): RoomJoinRequest | null {
  const { room, ports } = state;
  const invite = inviteFor(state, ask);
  if (!room || !invite) return null;
  const { inviteId, createdBy } = invite;
  const { person, name, note, leafCert } = ask;
  const role = roleFor(ask, invite);
  const action = { type: "add", leafCert, role } as const;
  const [proposal] = proposalsFor(room.proposals.list(), action);
  const isAgain = memberOf(room.roster, person) !== null;
  return {
    id: item.request,
    person,
    name,
    tag: personTag(ports.crypto, person),
    words: personFingerprint(ports.crypto, person).words,
    note,
    invite: { inviteId, label: state.invites.find(inviteId)?.label ?? null, by: named(state, createdBy) },
    role,
    time: item.time,
    action,
    approvedBy: proposal ? proposal.yes.map((person) => named(state, person)) : [],
    declinedBy: proposal ? proposal.declinedBy.map((person) => named(state, person)) : [],
    approvalsNeeded: proposal?.need ?? 0,
    isAgain,
    can: isAgain ? againBy(state, room.roster, person, action) : rightTo(room.roster, action, state.person).can,
  };
}

// Two decisions that both have to be done at once: where others have to agree to one of them, a person might end up outside.
function againBy({ person: self }: RoomRecords, roster: Roster, person: PersonId, action: Admission): "alone" | "no" {
  const remove = { type: "remove", person, ban: false } as const;
  return [remove, action].every((each) => rightTo(roster, each, self).can === "alone") ? "alone" : "no";
}

/** The action that admits the person who asks. Null when the request names no invite of the room. */
export function admissionOf(state: RoomRecords, { ask }: OpenedRequest): Admission | null {
  const invite = inviteFor(state, ask);
  return invite && { type: "add", leafCert: ask.leafCert, role: roleFor(ask, invite) };
}

// RULE: client.steward-asked: who asks to be a steward is let in as one and never as a member by mistake, nor the other way round
// (attack A122).
function roleFor({ isSteward }: JoinRequestContent, invite: Invite): Role {
  return isSteward ? "steward" : invite.role;
}

/**
 * What lets somebody in whose link is the permission, and needs no yes of ours; null where somebody has to decide.
 *
 * RULE: client.auto-unasked: a device carries it out without asking only where the invite alone satisfies the rule for adding: else its
 * own person's yes would count, which was never said (attacks A2, A55).
 */
export function autoAdmissionOf(room: { readonly roster: Roster }, { ask }: OpenedRequest): Admission | null {
  const { roster } = room;
  const invite = inviteFor({ room }, ask);
  if (invite?.mode !== "auto" || ask.isSteward || memberOf(roster, ask.person) !== null) return null;
  if (!isInviteOpen(invite) || !letsIn(roster, invite)) return null;
  return { type: "add", leafCert: ask.leafCert, role: invite.role };
}

/** The proposals to admit this leaf in this role, the one with most yeses first. */
export function proposalsFor(proposals: readonly OpenProposal[], admission: Action): readonly OpenProposal[] {
  if (admission.type !== "add") return [];
  const { leafCert, role } = admission;
  return proposals
    .filter(({ action }) => action.type === "add" && action.role === role && equalBytes(action.leafCert, leafCert))
    .sort((a, b) => b.yes.length - a.yes.length);
}

function inviteFor({ room }: Pick<RoomSight, "room">, { inviteProof }: OpenedRequest["ask"]): Invite | null {
  const proof = inviteProof && readInviteProof(inviteProof);
  return (room && proof && inviteOf(room.roster, proof.proof.inviteId)) || null;
}

/** What waits for people's agreement, for a screen. */
export function roomProposalsOf(state: RoomRecords): RoomProposal[] {
  const proposals = state.room?.proposals.list() ?? [];
  return proposals.map((proposal) => {
    const { action, actionHash, by, have, need, yes, isAsked, isOwn, refusal } = proposal;
    const declinedBy = proposal.declinedBy.map((person) => named(state, person));
    const people = { by: named(state, isOwn ? state.person : by), person: subjectOf(state, action), declinedBy };
    return {
      action,
      actionHash,
      ...people,
      approvedBy: yes.map((each) => named(state, each)),
      have,
      need,
      isAsked,
      refusal,
    };
  });
}

/** Whom an action is about, if anybody. */
export function subjectOf(state: RoomRecords, action: Action): NamedPerson | null {
  if ("person" in action) return named(state, action.person);
  const cert = "leafCert" in action ? openLeafCert(state.ports.crypto, action.leafCert) : null;
  return cert && named(state, cert.person, cert.name);
}
