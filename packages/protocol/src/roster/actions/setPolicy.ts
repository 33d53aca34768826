import { equalBytes, done } from "@conclave/codec";
import { type Policy, policyHash, policyLayout } from "../../policy/policy.js";
import type { Rule } from "../../policy/rule.js";
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

/**
 * Whether a policy can ever be changed again. There always is an owner, so a rule that asks for people can be met.
 *
 * RULE: policy.no-lock: rules that nobody can change are a sealed room by accident (attack A51).
 */
export function canBeChanged(policy: Policy): boolean {
  return asksPeople(policy.rules.setPolicy);
}

function asksPeople(rule: Rule): boolean {
  if (rule.kind === "anyOf") return rule.rules.some(asksPeople);
  return rule.kind !== "nobody" && rule.kind !== "self" && rule.kind !== "invite";
}
