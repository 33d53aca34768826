import type { Policy, Rule } from "@conclave/protocol";

/**
 * How newcomers come in by a link, unless somebody chooses otherwise: where several have to agree on who comes in, a link that
 * admits people at once would decide it without them, so there they ask.
 */
export function usualMode(policy: Policy | null): "direct" | "ask" {
  return policy && needsSeveral(policy.rules.add) ? "ask" : "direct";
}

function needsSeveral(rule: Rule): boolean {
  if (rule.kind === "anyOf") return rule.rules.some(needsSeveral);
  return rule.kind === "unanimous" || rule.kind === "majority" || (rule.kind === "quorum" && rule.count > 1);
}
