import { equalBytes, fixed, done } from "@conclave/codec";
import { INVITE_ID_BYTES } from "../../invite/invite.js";
import { effect } from "../change.js";
import { refused } from "../../policy/rejection.js";
import { inviteOf } from "../roster.js";
import { actionRule } from "./actionRule.js";

/** A link is withdrawn. */
export interface RevokeInvite {
  readonly type: "revokeInvite";
  readonly inviteId: Uint8Array;
}

export const revokeInvite = actionRule<RevokeInvite>({
  type: "revokeInvite",
  number: 10,
  fields: { inviteId: fixed(INVITE_ID_BYTES) },
  leastRole: "member",
  isOpenWhenSealed: () => true,
  matters: ({ inviteId }, { before, author }) => {
    const invite = inviteOf(before, inviteId);
    return invite !== null && equalBytes(invite.createdBy, author) ? [] : ["invite"];
  },
  apply: ({ before, draft }, { inviteId }) => {
    const invite = inviteOf(before, inviteId);
    if (invite === null) return refused("invite_unknown");
    if (invite.revoked) return refused("invite_revoked");
    draft.putInvite({ ...invite, revoked: true });
    return done(effect({ inviteId: invite.inviteId, revokedInvites: [invite.inviteId] }));
  },
});
