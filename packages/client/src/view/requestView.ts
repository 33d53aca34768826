import { equalBytes } from "@conclave/codec";
import { inviteOf, openApproval, personFingerprint, personTag, readInviteProof } from "@conclave/protocol";
import type { OpenedRequest } from "../session/joinRequests.js";
import type { RoomState } from "../session/roomState.js";
import type { JoinRequest, OpenProposal } from "./invitation.js";
import type { NamedPerson } from "./person.js";
import { named } from "./roomView.js";

/** A request to be let in, for a screen. Null when it names no invite of the room. */
export function requestView(state: RoomState, { item, ask }: OpenedRequest): JoinRequest | null {
  const { room, ports } = state;
  const proof = ask.inviteProof && readInviteProof(ask.inviteProof);
  const invite = room && proof && inviteOf(room.roster, proof.proof.inviteId);
  if (!room || !invite) return null;
  const { inviteId, role, createdBy } = invite;
  const { person, name, note, leafCert } = ask;
  const proposals = room.proposals();
  const proposal = proposals.find(({ action }) => action.type === "add" && equalBytes(action.leafCert, leafCert));
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
    action: { type: "add", leafCert, role },
    approvedBy: approversOf(state, proposal?.approvals ?? []),
    approvalsNeeded: proposal?.need ?? 0,
  };
}

/** What waits for people's agreement, for a screen. */
export function proposalsOf(state: RoomState): OpenProposal[] {
  const proposals = state.room?.proposals() ?? [];
  return proposals.map(({ action, actionHash, by, approvals, have, need }) => {
    const approvedBy = approversOf(state, approvals);
    return { action, actionHash, by: named(state, by), approvedBy, have, need };
  });
}

function approversOf(state: RoomState, approvals: readonly Uint8Array[]): NamedPerson[] {
  return approvals.flatMap((bytes) => {
    const approval = openApproval(state.ports.crypto, bytes);
    return approval ? [named(state, approval.person)] : [];
  });
}
