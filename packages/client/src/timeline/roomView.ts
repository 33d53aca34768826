import { equalBytes, toHex } from "@conclave/codec";
import {
  actionHash,
  type Invite,
  type InviteId,
  inviteLimit,
  isInviteOpen,
  sshFingerprint,
  letsIn,
  memberOf,
  slotIdOf,
  type PersonId,
  personTag,
} from "@conclave/protocol";
import type { LoggedDecision } from "../store/decisionLog.js";
import type { Decision, Right } from "../api/decision.js";
import type { RoomInvite, RoomSshKey } from "../api/invitation.js";
import { skeleton } from "../api/lookalike.js";
import type { JoinedBy, NamedPerson, RoomMember } from "../api/person.js";
import type { RoomSight } from "./roomSight.js";

/** A person with the name they have, or had last. */
export function named(sight: RoomSight, person: PersonId, nameThen?: string): NamedPerson {
  const { room, decisionLog, ports } = sight;
  const roster = room?.roster;
  const now = roster && (memberOf(roster, person)?.name ?? roster.former.get(toHex(person))?.name);
  const name = now ?? nameThen ?? decisionLog.nameOf(person) ?? "";
  const isYou = equalBytes(sight.person, person);
  return { person, name, tag: tagOf(ports.crypto, person), isYou, checked: sight.marks.markOf(person) };
}

// Somebody who admitted many people is named with each of them, and everybody in every view of the room.
const tags = new WeakMap<Uint8Array, string>();

function tagOf(crypto: RoomSight["ports"]["crypto"], person: PersonId): string {
  const tag = tags.get(person) ?? personTag(crypto, person);
  tags.set(person, tag);
  return tag;
}

/** Who is in the room, in the order in which they came. */
export function membersOf(sight: RoomSight): RoomMember[] {
  const members = [...(sight.room?.roster.members.values() ?? [])].sort((a, b) => a.joinedSeq - b.joinedSeq);
  const looks = new Map<string, number>();
  for (const { name } of members) looks.set(skeleton(name), (looks.get(skeleton(name)) ?? 0) + 1);
  return members.map(({ person, name, role, devices, joinedSeq }) => {
    const admission = sight.decisionLog.admissionOf(person);
    const known = admission?.decision.seq === joinedSeq ? admission : null;
    return {
      ...named(sight, person),
      role,
      devices: devices.length,
      since: known?.decision.time ?? null,
      joinedSeq,
      admission: known && admissionOf(sight, known),
      isLookalike: looks.get(skeleton(name))! > 1,
      isUnheard: sight.unheard.has(person),
      heard: sight.signs.of(person)?.heard ?? null,
    };
  });
}

function admissionOf(sight: RoomSight, { decision }: LoggedDecision): JoinedBy {
  if (decision.action.type === "charter") return { how: "founded" };
  const { inviteId, by, person, approvedBy } = decision;
  const isByLink = inviteId && (sight.decisionLog.isAuto(inviteId) || (person && equalBytes(by, person)));
  if (isByLink) return { how: "invited", ...inviteView(sight, inviteId) };
  return { how: "admitted", by: named(sight, by), approvedBy: approvedBy.map((each) => named(sight, each)), inviteId };
}

function inviteView(sight: RoomSight, inviteId: InviteId) {
  const creator = sight.decisionLog.creatorOf(inviteId);
  return {
    inviteId,
    label: sight.invites.find(inviteId)?.label ?? null,
    by: creator && named(sight, creator),
    isAuto: sight.decisionLog.isAuto(inviteId),
  };
}

/** A decision for a screen. */
export function decisionOf(sight: RoomSight, { decision, n, role, after, isAgain }: LoggedDecision): Decision {
  const { seq, time, action, by, person, name, approvedBy, inviteId, revokedInvites, sshKey } = decision;
  const right: Right = {
    role,
    approvedBy: approvedBy.map((each) => named(sight, each)),
    // With `createInvite` the id names what was made, and gives no right.
    invite: action.type === "add" && inviteId !== null ? inviteView(sight, inviteId) : null,
    sshKey: sshKey && {
      fingerprint: sshFingerprint(sight.ports.crypto, sshKey.key),
      comment: sshKey.comment,
      listedBy: named(sight, sshKey.listedBy),
    },
    isFarewell: action.type === "leave",
  };
  const whom = person && named(sight, person, name ?? undefined);
  // Who was let in after it has been decided about.
  const isOpen = after !== null && (sight.decisionLog.admissionOf(after)?.decision.seq ?? 0) < seq;
  const claim = after && { after: named(sight, after), isAgain: isAgain && isOpen };
  const hash = actionHash(sight.ports.crypto, action, by);
  return { seq, n, time, action, actionHash: hash, by: named(sight, by), person: whom, right, revokedInvites, claim };
}

/** The SSH keys on the room's list, the newest first. */
export function listedKeysOf(sight: RoomSight): RoomSshKey[] {
  const { room, ports } = sight;
  const listed = [...(room?.roster.listedKeys.values() ?? [])].sort((a, b) => b.seq - a.seq);
  return listed.map(({ key, comment, listers, usedBy }) => ({
    key,
    fingerprint: sshFingerprint(ports.crypto, key),
    comment,
    listedBy: named(sight, listers[0]!),
    usedBy: usedBy && named(sight, usedBy),
  }));
}

function troubleOf({ room, refusedSlots, ports }: RoomSight, invite: Invite): RoomInvite["trouble"] {
  if (!room) return null;
  if (!letsIn(room.roster, invite)) return "rules";
  if (refusedSlots.size === 0) return null;
  return refusedSlots.has(toHex(slotIdOf(ports.crypto, invite.tokenPub))) ? "closed" : null;
}

/** All open invites, and those that closed a short while ago, newest first. */
export function invitesOf(sight: RoomSight): RoomInvite[] {
  const { room } = sight;
  if (!room) return [];
  const newestFirst = [...room.roster.invites.values()].sort((a, b) => b.createdSeq - a.createdSeq);
  return newestFirst.flatMap((invite) => {
    const own = sight.invites.find(invite.inviteId);
    const { inviteId, role, mode, uses, notAfter, welcomeText, revoked } = invite;
    // An invite to return is no link for anybody.
    if (mode === "return") return [];
    const isOpen = isInviteOpen(invite);
    return {
      inviteId,
      label: own?.label ?? null,
      for: invite.for,
      role,
      mode,
      createdBy: named(sight, invite.createdBy),
      uses,
      limit: invite.for.class === "listed" ? null : inviteLimit(invite),
      notAfter,
      welcomeText,
      isRevoked: revoked,
      isOpen,
      trouble: isOpen ? troubleOf(sight, invite) : null,
      hasLink: own !== null,
    };
  });
}
