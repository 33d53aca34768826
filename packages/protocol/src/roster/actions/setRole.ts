import { done } from "@conclave/codec";
import { PersonId } from "../../encoding/ids.js";
import { type DecidingRole, decidingRoleLayout, hasSay, isAtLeast } from "../../policy/role.js";
import { effect } from "../change.js";
import { refused } from "../../policy/rejection.js";
import { revokeInvitesBy } from "../revocation.js";
import { memberOf, roleOf } from "../roster.js";
import { actionRule } from "./actionRule.js";

/** A person gets another role. */
export interface SetRole {
  readonly type: "setRole";
  readonly person: PersonId;
  readonly role: DecidingRole;
}

export const setRole = actionRule<SetRole>({
  type: "setRole",
  number: 5,
  fields: { person: PersonId, role: decidingRoleLayout },
  leastRole: "member",
  matters: () => ["setRole"],
  roles: ({ person, role }, before) => [role, roleOf(before, person)],
  subject: ({ person }) => person,
  apply: (change, action) => {
    const member = memberOf(change.before, action.person);
    if (member === null) return refused("not_member");
    // RULE: steward.stays: what was let in as a steward never gets a say: the person who runs it asks again, as a person (attack A122).
    if (!hasSay(member.role)) return refused("is_steward");
    if (member.role === action.role) return refused("invalid_action", "same role");
    change.draft.putMember({ ...member, role: action.role, changedSeq: change.seq });
    // RULE: setRole.invites: who becomes less loses the links that they made as more (attack A40).
    const revokedInvites = isAtLeast(action.role, member.role) ? [] : revokeInvitesBy(change, member.person);
    return done(effect({ person: member.person, name: member.name, revokedInvites }));
  },
});
