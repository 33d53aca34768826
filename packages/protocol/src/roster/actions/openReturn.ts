import { checked, equalBytes, type Failure } from "@conclave/codec";
import type { PersonId } from "../../encoding/ids.js";
import { type Invite, type InviteTerms, inviteTermsLayout } from "../../invite/invite.js";
import type { Change } from "../change.js";
import { refused, type Rejection } from "../../policy/rejection.js";
import { inviteOf, type Roster } from "../roster.js";
import { actionRule } from "./actionRule.js";
import { putNewInvite } from "./createInvite.js";

/** An owner makes it possible to come back by their recovery words (docs/decisions/0006): an invite that lets nobody in. */
export interface OpenReturn {
  readonly type: "openReturn";
  readonly invite: InviteTerms;
}

/**
 * RULE: action.return-invite: an invite to return has a number of its own, and only this action makes one: `createInvite` cannot,
 * so its rules are asked whatever a link lets in (docs/protocol.md §4, Entries).
 */
export const openReturn = actionRule<OpenReturn>({
  type: "openReturn",
  number: 17,
  fields: { invite: checked(inviteTermsLayout, ({ mode }) => mode === "return") },
  // Who may is `return.own`; nobody comes in by it, so those who decide about people need not be asked.
  leastRole: "member",
  roles: ({ invite }) => [invite.role],
  // RULE: proposals.own-return: a member who makes an invite to return for somebody else has its keys, so nobody asks others for
  // one; and a return is nobody's to carry out but its author's (attacks A37, A62).
  isOwnAffair: true,
  apply: (change, { invite }) => {
    if (inviteOf(change.before, invite.inviteId) !== null) return refused("invite_exists");
    return objectionToReturn(change, invite) ?? putNewInvite(change, invite);
  },
});

/** The invite by which a member can come back, if they made one that is still good. */
export function openReturnOf(roster: Roster, person: PersonId): Invite | null {
  for (const invite of roster.openInvites.values())
    if (invite.mode === "return" && equalBytes(invite.createdBy, person)) return invite;
  return null;
}

/**
 * RULE: return.own: an owner makes an invite to return for themself, one at a time, that gives nothing else: anybody who is
 * not an owner has to be let in again by those who decide (attacks A11, A83).
 */
function objectionToReturn(
  { before, author }: Change,
  { for: meant, role, notAfter, welcomeText }: InviteTerms,
): Failure<Rejection> | null {
  if (author?.role !== "owner") return refused("not_allowed", "return");
  const isPlain = role === "member" && notAfter === null && welcomeText === "";
  if (!isPlain || meant.class !== "personal" || !equalBytes(meant.person, author.person))
    return refused("invalid_action", "return");
  return openReturnOf(before, author.person) === null ? null : refused("invite_exists", "return");
}
