import { equalBytes } from "@conclave/codec";
import type { InviteId, PersonId } from "../encoding/ids.js";
import type { Invite } from "../invite/invite.js";
import type { Change } from "./change.js";
import { dropKeysBy } from "./listedKey.js";

/** Revokes those of the invites that are still open; gives their ids. */
export function revokeInvites({ before, draft }: Change, which: (invite: Invite) => boolean): readonly InviteId[] {
  const gone = [...before.openInvites.values()].filter(which);
  for (const invite of gone) draft.putInvite({ ...invite, revoked: true });
  return gone.map((invite) => invite.inviteId);
}

/** Revokes every open invite that this person made, and takes the keys that they listed off the list; gives the invites' ids. */
export function revokeInvitesBy(change: Change, person: PersonId): readonly InviteId[] {
  dropKeysBy(change.draft, person, change.seq);
  return revokeInvites(change, (invite) => equalBytes(invite.createdBy, person));
}
