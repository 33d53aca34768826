import { equalBytes } from "@conclave/codec";
import type { Invite, InviteTerms } from "../invite/invite.js";
import { isInviteOpen } from "../invite/invite.js";
import type { Action } from "./action.js";
import { type Change, effect, type Effect } from "./change.js";
import { MAX_MEMBERS, MAX_OPEN_INVITES } from "./limit.js";
import { done, type Outcome, refused, type Refused } from "./rejection.js";
import { inviteOf, memberOf, type Roster } from "./roster.js";

/** A link comes to be. */
export function createInvite(change: Change, action: Extract<Action, { type: "createInvite" }>): Outcome<Effect> {
  const { before, draft, content, seq } = change;
  const { invite } = action;
  // RULE: invite.once: an invite's id is never used again, so neither are the yeses to it.
  if (inviteOf(before, invite.inviteId) !== null) return refused("invite_exists");
  if (invite.mode === "return") {
    const refusal = objectionToReturn(change, invite);
    if (refusal !== null) return refusal;
  }
  let open = 0;
  for (const each of before.invites.values()) if (isInviteOpen(each, before.chainTime)) open++;
  // RULE: invite.limit: links are few, and none is for more people than a room holds (attack A83).
  if (open >= MAX_OPEN_INVITES) return refused("invite_limit");
  if (invite.for.class === "multi" && invite.for.limit > MAX_MEMBERS) return refused("invalid_action", "invite limit");
  draft.putInvite({ ...invite, createdBy: content.author.person, createdSeq: seq, uses: 0, revoked: false });
  const person = invite.for.class === "personal" ? invite.for.person : null;
  const name = person === null ? null : (memberOf(before, person)?.name ?? null);
  return done(effect({ inviteId: invite.inviteId, person, name }));
}

/**
 * RULE: return.own: an owner makes an invite to return for themself, one at a time, that gives nothing else: whoever is no
 * owner is let in anew by those who decide (attacks A11, A83).
 */
function objectionToReturn({ before, author }: Change, { for: meant, role, notAfter }: InviteTerms): Refused | null {
  if (author?.role !== "owner") return refused("not_allowed", "return");
  const isPlain = role === "member" && notAfter === null;
  if (!isPlain || meant.class !== "personal" || !equalBytes(meant.person, author.person))
    return refused("invalid_action", "return");
  return openReturnOf(before, author.person) === null ? null : refused("invite_exists", "return");
}

/** The invite by which a member can come back, if they made one that is still good. */
export function openReturnOf(roster: Roster, person: Uint8Array): Invite | null {
  for (const invite of roster.invites.values()) {
    const isTheirs = invite.mode === "return" && equalBytes(invite.createdBy, person);
    if (isTheirs && isInviteOpen(invite, roster.chainTime)) return invite;
  }
  return null;
}

/** A link is withdrawn. */
export function revokeInvite(change: Change, action: Extract<Action, { type: "revokeInvite" }>): Outcome<Effect> {
  const invite = inviteOf(change.before, action.inviteId);
  if (invite === null) return refused("invite_unknown");
  if (invite.revoked) return refused("invite_revoked");
  change.draft.putInvite({ ...invite, revoked: true });
  return done(effect({ inviteId: invite.inviteId, revokedInvites: [invite.inviteId] }));
}

/** Revokes those of the invites that are not revoked yet; gives their ids. */
export function revokeInvites({ before, draft }: Change, which: (invite: Invite) => boolean): readonly Uint8Array[] {
  const gone = [...before.invites.values()].filter((invite) => !invite.revoked && which(invite));
  for (const invite of gone) draft.putInvite({ ...invite, revoked: true });
  return gone.map((invite) => invite.inviteId);
}
