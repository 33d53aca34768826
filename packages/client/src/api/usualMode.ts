import type { Policy, Rule } from "@conclave/protocol";

/**
 * How newcomers by a link come in, unless somebody says otherwise: where several have to agree on who comes in, a link that
 * lets in at once would decide it without them, so that there they ask.
 */
export function usualMode(policy: Policy | null): "direct" | "ask" {
  return policy && needsSeveral(policy.rules.add) ? "ask" : "direct";
}

function needsSeveral(rule: Rule): boolean {
  if (rule.kind === "anyOf") return rule.rules.some(needsSeveral);
  return rule.kind === "unanimous" || rule.kind === "majority" || (rule.kind === "quorum" && rule.count > 1);
}
