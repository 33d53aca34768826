import { bool, toHex } from "@conclave/codec";
import { PersonId } from "../../encoding/ids.js";
import { refused } from "../../policy/rejection.js";
import { dropKeysBy } from "../listedKey.js";
import { countRemoval, isAuthor, takeOut } from "../removal.js";
import { revokeInvites } from "../revocation.js";
import { memberOf, roleOf } from "../roster.js";
import { actionRule } from "./actionRule.js";

/** A person is removed, with all devices; the invites they made or came by are revoked. */
export interface Remove {
  readonly type: "remove";
  readonly person: PersonId;
  readonly ban: boolean;
}

export const remove = actionRule<Remove>({
  type: "remove",
  number: 3,
  fields: { person: PersonId, ban: bool },
  leastRole: "member",
  matters: () => ["remove"],
  roles: ({ person }, before) => [roleOf(before, person)],
  subject: ({ person }) => person,
  apply: (change, action) => {
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
    dropKeysBy(change.draft, member.person, change.seq);
    return takeOut(change, member, action.ban, revokedInvites);
  },
});
