import { equalBytes, done } from "@conclave/codec";
import { InviteId } from "../../encoding/ids.js";
import { effect } from "../change.js";
import { refused } from "../../policy/rejection.js";
import { closedReason } from "../inviteCheck.js";
import { inviteOf } from "../roster.js";
import { actionRule } from "./actionRule.js";

/** A link is withdrawn. */
export interface RevokeInvite {
  readonly type: "revokeInvite";
  readonly inviteId: InviteId;
}

export const revokeInvite = actionRule<RevokeInvite>({
  type: "revokeInvite",
  number: 10,
  fields: { inviteId: InviteId },
  leastRole: "member",
  isOpenWhenSealed: () => true,
  matters: ({ inviteId }, { before, author }) => {
    const invite = inviteOf(before, inviteId);
    return invite !== null && equalBytes(invite.createdBy, author) ? [] : ["invite"];
  },
  apply: ({ before, draft }, { inviteId }) => {
    const invite = inviteOf(before, inviteId);
    if (invite === null) return refused("invite_unknown");
    const closed = closedReason(invite);
    if (closed !== null) return closed;
    draft.putInvite({ ...invite, revoked: true });
    return done(effect({ inviteId: invite.inviteId, revokedInvites: [invite.inviteId] }));
  },
});
