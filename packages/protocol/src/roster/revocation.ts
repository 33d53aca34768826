import { equalBytes } from "@conclave/codec";
import type { InviteId, PersonId } from "../encoding/ids.js";
import type { Invite } from "../invite/invite.js";
import type { Change } from "./change.js";

/** Revokes those of the invites that are not revoked yet; gives their ids. */
export function revokeInvites({ before, draft }: Change, which: (invite: Invite) => boolean): readonly InviteId[] {
  const gone = [...before.invites.values()].filter((invite) => !invite.revoked && which(invite));
  for (const invite of gone) draft.putInvite({ ...invite, revoked: true });
  return gone.map((invite) => invite.inviteId);
}

/** Revokes every invite that this person made; gives their ids. */
export function revokeInvitesBy(change: Change, person: PersonId): readonly InviteId[] {
  return revokeInvites(change, (invite) => equalBytes(invite.createdBy, person));
}
