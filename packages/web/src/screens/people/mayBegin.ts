import type { Policy, PolicyMatter, Role, Rule } from "@conclave/client/pure";

const RANK: Readonly<Record<Role, number>> = { member: 0, admin: 1, owner: 2 };

/**
 * Whether a member of this role can begin something by the room's policy: alone, or by proposing it to others. Only for what
 * a screen offers; whether it is done is judged by everybody's device.
 */
export function mayBegin(policy: Policy | null, matter: PolicyMatter, role: Role | null): boolean {
  return policy !== null && role !== null && begins(policy.rules[matter], role);
}

function begins(rule: Rule, role: Role): boolean {
  switch (rule.kind) {
    case "owner":
      return role === "owner";
    case "role":
    case "quorum":
      return RANK[role] >= RANK[rule.role];
    case "majority":
    case "unanimous":
    case "anyMember":
      return true;
    case "anyOf":
      return rule.rules.some((each) => begins(each, role));
    case "nobody":
    case "self":
    case "invite":
      return false;
  }
}

/** Whether somebody of this role needs other people's yes for it. Only for what a screen says beforehand. */
export function needsOthers(
  policy: Policy | null,
  matter: PolicyMatter,
  role: Role | null,
  people: readonly Role[],
): boolean {
  return (
    mayBegin(policy, matter, role) && policy !== null && role !== null && !isAlone(policy.rules[matter], role, people)
  );
}

function isAlone(rule: Rule, role: Role, people: readonly Role[]): boolean {
  if (rule.kind === "anyOf") return rule.rules.some((each) => begins(each, role) && isAlone(each, role, people));
  if (rule.kind === "majority" || rule.kind === "unanimous") return people.length === 1;
  if (rule.kind !== "quorum") return true;
  const able = people.filter((each) => RANK[each] >= RANK[rule.role]).length;
  const half = rule.half ? Math.ceil(able / 2) : 0;
  return Math.min(able, Math.max(rule.count, half)) <= 1;
}
