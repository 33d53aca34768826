import { checked, done, type Result } from "@conclave/codec";
import { type InviteTerms, inviteTermsLayout } from "../../invite/invite.js";
import { type Change, effect, type Effect } from "../change.js";
import { MAX_MEMBERS, MAX_OPEN_INVITES } from "../limit.js";
import { refused, type Rejection } from "../../policy/rejection.js";
import { inviteOf, memberOf } from "../roster.js";
import { actionRule } from "./actionRule.js";

/** A link comes to be, by which people come in or ask to. */
export interface CreateInvite {
  readonly type: "createInvite";
  readonly invite: InviteTerms;
}

export const createInvite = actionRule<CreateInvite>({
  type: "createInvite",
  number: 9,
  fields: {
    // To return is `openReturn`, with a number of its own.
    invite: checked(inviteTermsLayout, ({ mode }) => mode !== "return"),
  },
  leastRole: "member",
  matters: ({ invite }) => (invite.role === "member" ? ["invite"] : ["invite", "setRole"]),
  roles: ({ invite }) => [invite.role],
  apply: (change, { invite }) => putNewInvite(change, invite),
});

/** Puts a new invite into the roster, by whichever action. */
export function putNewInvite({ before, draft, header, seq }: Change, invite: InviteTerms): Result<Effect, Rejection> {
  // RULE: invite.once: an id is not used again while a yes to its invite may still count.
  if (inviteOf(before, invite.inviteId) !== null) return refused("invite_exists");
  // RULE: invite.limit: links are few, and none is for more people than a room holds (attack A83).
  if (before.openInvites.size >= MAX_OPEN_INVITES) return refused("invite_limit");
  // RULE: ssh.member-only: a link for listed keys gives plain membership: a person who may list keys gives nobody more by it (attack A11).
  if (invite.for.class === "listed" && invite.role !== "member")
    return refused("invalid_action", "role of listed keys");
  // RULE: invite.auto-member: it gives membership only, since a steward who carries it out could give nothing else (attack A11).
  if (invite.mode === "auto" && invite.role !== "member") return refused("invalid_action", "role of an auto invite");
  if (invite.for.class === "multi" && invite.for.limit > MAX_MEMBERS) return refused("invalid_action", "invite limit");
  draft.putInvite({
    ...invite,
    createdBy: header.author.person,
    createdSeq: seq,
    uses: 0,
    revoked: false,
    closedSeq: 0,
  });
  const person = invite.for.class === "personal" ? invite.for.person : null;
  const name = person === null ? null : (memberOf(before, person)?.name ?? null);
  return done(effect({ inviteId: invite.inviteId, person, name }));
}
