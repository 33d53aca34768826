import { done } from "@conclave/codec";
import { effect } from "../change.js";
import { revokeInvites } from "../revocation.js";
import { actionRule } from "./actionRule.js";

/** The people are as they are, for ever. */
export interface Seal {
  readonly type: "seal";
}

export const seal = actionRule<Seal>({
  type: "seal",
  number: 12,
  fields: {},
  leastRole: "owner",
  isAuthors: () => true,
  // RULE: permission.seal: sealing is the last change of the rules, so it takes the rule for changing them.
  matters: () => ["setPolicy"],
  apply: (change) => {
    change.draft.setMeta({ sealed: true, changedSeq: change.seq });
    return done(effect({ revokedInvites: revokeInvites(change, () => true) }));
  },
});
