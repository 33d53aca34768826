import { equalBytes, done } from "@conclave/codec";
import { canBeChanged, type Policy, policyHash, policyLayout } from "../../policy/policy.js";
import { effect } from "../change.js";
import { refused } from "../../policy/rejection.js";
import { actionRule } from "./actionRule.js";

/** The room gets other rules. */
export interface SetPolicy {
  readonly type: "setPolicy";
  readonly policy: Policy;
}

export const setPolicy = actionRule<SetPolicy>({
  type: "setPolicy",
  number: 6,
  fields: { policy: policyLayout },
  leastRole: "member",
  matters: () => ["setPolicy"],
  apply: ({ crypto, before, draft, seq }, { policy }) => {
    if (!canBeChanged(policy)) return refused("invalid_policy");
    if (equalBytes(policyHash(crypto, policy), before.policyHash)) return refused("invalid_action", "same policy");
    draft.setMeta({ policy, changedSeq: seq });
    return done(effect());
  },
});
