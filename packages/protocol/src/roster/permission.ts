import type { Failure } from "@conclave/codec";
import { hasSay, isAtLeast, type Role } from "../policy/role.js";
import type { Rule } from "../policy/rule.js";
import { type Action, ruleOf } from "./action.js";
import type { Evidence } from "./entryHeader.js";
import { refused, type Rejection } from "../policy/rejection.js";
import type { Member, Roster } from "./roster.js";
import type { PersonId } from "../encoding/ids.js";

/** What speaks against a member's authoring this action, apart from the policy's rules; null when nothing does. */
export function objection(
  before: Roster,
  action: Action,
  author: Member,
  evidence: Evidence,
): Failure<Rejection> | null {
  const rule = ruleOf(action);
  // RULE: permission.sealed: a sealed room keeps its people, roles and rules for ever.
  if (before.sealed && !rule.isOpenWhenSealed(action, author.person)) return refused("sealed");
  // RULE: steward.authors: a steward carries out farewells and admissions and closes links that are over, and nothing else, no matter who
  // agrees to it (attacks A99, A122).
  const mayAuthor = hasSay(author.role) ? isAtLeast(author.role, rule.leastRole) : rule.isStewards;
  if (!mayAuthor) return refused("not_allowed", `${action.type} by ${author.role}`);
  // RULE: entry.evidence-fits: an entry carries no proof or farewell that does not belong to its action.
  const isStray = (kind: "proof" | "farewell") => evidence[kind] !== null && rule.evidence !== kind;
  if (isStray("proof") || isStray("farewell")) return refused("invalid_action", "evidence");
  // RULE: permission.role-cap: nobody gives a role above their own, nor touches somebody above (attack A11).
  const roles = rule.roles(action, before, author);
  // RULE: steward.admits-members: a steward makes plain members, never an admin or another steward (attack A122).
  const mayGive = (role: Role) => (hasSay(author.role) ? isAtLeast(author.role, role) : role === "member");
  return roles.every(mayGive) ? null : refused("above_own_role");
}

/**
 * The rules of the policy that must all hold for an action; none when the author's own right is enough. `isInvited`: the
 * newcomer acts by an invite, on whose role those who made it agreed.
 */
export function rulesFor(before: Roster, action: Action, author: PersonId, isInvited: boolean): readonly Rule[] {
  return ruleOf(action)
    .matters(action, { before, author, isInvited })
    .map((matter) => before.policy.rules[matter]);
}
