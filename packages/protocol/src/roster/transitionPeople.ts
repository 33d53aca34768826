import { equalBytes, toHex } from "@conclave/codec";
import { inviteLimit } from "../invite/invite.js";
import { isAtLeast } from "../policy/role.js";
import type { Action } from "./action.js";
import { type Change, effect, type Effect } from "./change.js";
import { openFarewell } from "./farewell.js";
import { done, type Outcome, refused } from "./rejection.js";
import { type Member, memberOf, memberOfLeaf } from "./roster.js";
import { revokeInvites } from "./transitionInvite.js";

type Of<T extends Action["type"]> = Extract<Action, { type: T }>;

/** Somebody comes in. */
export function add(change: Change, action: Of<"add">): Outcome<Effect> {
  const { draft, seq, author } = change;
  const { cert, invite } = change.newcomer!;
  const inviteId = invite?.inviteId ?? null;
  draft.putMember({
    person: cert.person,
    name: cert.name,
    role: action.role,
    joinedSeq: seq,
    changedSeq: seq,
    addedBy: author?.person ?? cert.person,
    inviteId,
    devices: [{ leaf: cert.leaf, device: cert.device, deviceNo: cert.deviceNo, addedSeq: seq }],
    entries: 0,
    removals: [],
  });
  draft.deleteFormer(toHex(cert.person));
  if (invite !== null) draft.putInvite({ ...invite, uses: Math.min(invite.uses + 1, inviteLimit(invite)) });
  const added = [{ leaf: cert.leaf, credential: action.leafCert }];
  return done(effect({ added, person: cert.person, name: cert.name, inviteId }));
}

/** Somebody is removed. */
export function remove(change: Change, action: Of<"remove">): Outcome<Effect> {
  const member = memberOf(change.before, action.person);
  if (member === null) return refused("not_member");
  if (isAuthor(change, member)) return refused("own_device", "remove");
  const limited = countRemoval(change);
  if (!limited.ok) return limited;
  // RULE: remove.invites: with somebody go the links that they made or came by (attacks A40, A43).
  const id = toHex(member.person);
  const cameBy = member.inviteId === null ? null : toHex(member.inviteId);
  const revokedInvites = revokeInvites(
    change,
    (invite) => toHex(invite.createdBy) === id || toHex(invite.inviteId) === cameBy,
  );
  return done(takeOut(change, member, action.ban, revokedInvites));
}

/** Somebody goes, as they asked for. */
export function leave(change: Change, action: Of<"leave">): Outcome<Effect> {
  const { crypto, before, content } = change;
  const member = memberOf(before, action.person);
  if (member === null) return refused("not_member");
  if (isAuthor(change, member)) return refused("own_device", "leave");
  const { farewell } = content.evidence;
  const opened = farewell === null ? null : openFarewell(crypto, farewell);
  // RULE: leave.farewell: only one's own signed word, for this room and from a device still in it, makes one leave (attack A61).
  const isTheirs =
    opened !== null &&
    equalBytes(opened.roomId, before.roomId) &&
    equalBytes(opened.person, member.person) &&
    memberOfLeaf(before, opened.leaf) === member;
  if (!isTheirs) return refused("bad_farewell");
  const revokedInvites = revokeInvites(change, (invite) => equalBytes(invite.createdBy, member.person));
  return done(takeOut(change, member, false, revokedInvites));
}

/** Somebody becomes more, or less. */
export function setRole(change: Change, action: Of<"setRole">): Outcome<Effect> {
  const member = memberOf(change.before, action.person);
  if (member === null) return refused("not_member");
  if (member.role === action.role) return refused("invalid_action", "same role");
  change.draft.putMember({ ...member, role: action.role, changedSeq: change.seq });
  const revokedInvites = isAtLeast(action.role, member.role) ? [] : revokeInvitesBy(change, member);
  return done(effect({ person: member.person, name: member.name, revokedInvites }));
}

/** The author makes somebody owner in their place. */
export function transferOwnership(change: Change, action: Of<"transferOwnership">): Outcome<Effect> {
  const { draft, seq } = change;
  const author = change.author!;
  const heir = memberOf(change.before, action.person);
  if (heir === null) return refused("not_member");
  if (heir.role === "owner") return refused("invalid_action", "owner already");
  draft.putMember({ ...author, role: "admin", changedSeq: seq });
  draft.putMember({ ...heir, role: "owner", changedSeq: seq });
  return done(effect({ person: heir.person, name: heir.name, revokedInvites: revokeInvitesBy(change, author) }));
}

/**
 * Counts a removal towards the author's limit, and refuses it beyond.
 *
 * RULE: remove.rate: one person shows out a few at a time only, and then others must have acted in between (attack A53).
 */
export function countRemoval({ before, draft, author }: Change): Outcome<null> {
  const { removals: limit } = before.policy.settings;
  if (limit === null) return done(null);
  const member = author!;
  const byOthers = before.seq + 1 - member.entries;
  const recent = member.removals.filter((at) => byOthers - at < limit.entries);
  if (recent.length >= limit.count) return refused("rate_limited");
  draft.putMember({ ...member, removals: [...recent, byOthers] });
  return done(null);
}

// RULE: setRole.invites: who becomes less loses the links that they made as more (attack A40).
function revokeInvitesBy(change: Change, member: Member): readonly Uint8Array[] {
  return revokeInvites(change, (invite) => equalBytes(invite.createdBy, member.person));
}

// Nobody can commit their own leaf's removal (RFC 9420 §12.2), so nobody takes out themself.
function isAuthor({ author }: Change, member: Member): boolean {
  return author !== null && equalBytes(author.person, member.person);
}

function takeOut(change: Change, member: Member, banned: boolean, revokedInvites: readonly Uint8Array[]): Effect {
  const { before, draft, seq } = change;
  const { person, name } = member;
  draft.deleteMember(toHex(person));
  draft.putFormer({ person, name, leftSeq: seq, banned });
  draft.setMeta({ generation: before.generation + 1 });
  // RULE: remove.every-device: a person goes with all devices (attack A60).
  const removed = member.devices.map((device) => device.leaf);
  return effect({ removed, person, name, revokedInvites });
}
