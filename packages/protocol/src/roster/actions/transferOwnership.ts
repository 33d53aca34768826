import { done } from "@conclave/codec";
import { PersonId } from "../../encoding/ids.js";
import { hasSay } from "../../policy/role.js";
import { effect } from "../change.js";
import { refused } from "../../policy/rejection.js";
import { revokeInvitesBy } from "../revocation.js";
import { memberOf } from "../roster.js";
import { actionRule } from "./actionRule.js";

/** The author, an owner, makes somebody else owner and becomes admin. */
export interface TransferOwnership {
  readonly type: "transferOwnership";
  readonly person: PersonId;
}

export const transferOwnership = actionRule<TransferOwnership>({
  type: "transferOwnership",
  number: 13,
  fields: { person: PersonId },
  leastRole: "owner",
  isAuthors: () => true,
  // RULE: permission.transfer: an owner hands on ownership only where the rule for roles lets them.
  matters: () => ["setRole"],
  subject: ({ person }) => person,
  apply: (change, { person }) => {
    const { draft, seq } = change;
    const author = change.author!;
    const heir = memberOf(change.before, person);
    if (heir === null) return refused("not_member");
    if (!hasSay(heir.role)) return refused("is_steward");
    if (heir.role === "owner") return refused("invalid_action", "owner already");
    draft.putMember({ ...author, role: "admin", changedSeq: seq });
    draft.putMember({ ...heir, role: "owner", changedSeq: seq });
    // As in `setRole`: the author becomes less.
    const revokedInvites = revokeInvitesBy(change, author.person);
    return done(effect({ person: heir.person, name: heir.name, revokedInvites }));
  },
});
