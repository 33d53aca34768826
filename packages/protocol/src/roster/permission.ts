import { equalBytes } from "@conclave/codec";
import type { PolicyMatter } from "../policy/policy.js";
import { isAtLeast, type Role } from "../policy/role.js";
import type { Rule } from "../policy/rule.js";
import type { Action, ActionType } from "./action.js";
import type { Evidence } from "./entry.js";
import { refused, type Refused } from "./rejection.js";
import { inviteOf, type Member, memberOf, type Roster } from "./roster.js";

// RULE: permission.allow-list: what a plain member may author at all; a new action is the admins' until somebody says
// otherwise (docs/protocol.md §4; attack A2).
const FOR_MEMBERS: ReadonlySet<ActionType> = new Set([
  "add",
  "remove",
  "leave",
  "setRole",
  "setPolicy",
  "addDevice",
  "removeDevice",
  "createInvite",
  "revokeInvite",
]);
const FOR_OWNERS: ReadonlySet<ActionType> = new Set(["seal", "transferOwnership", "setRelay"]);
const WHEN_SEALED: ReadonlySet<ActionType> = new Set([
  "leave",
  "addDevice",
  "removeDevice",
  "revokeInvite",
  "tick",
  "setTitle",
  "setRelay",
]);

/** The role that one must have to author such an action, whatever the policy says. */
function leastRole(type: ActionType): Role {
  if (FOR_OWNERS.has(type)) return "owner";
  return FOR_MEMBERS.has(type) ? "member" : "admin";
}

/** What speaks against a member's authoring this action, apart from the policy's rules; null when nothing does. */
export function objection(before: Roster, action: Action, author: Member, evidence: Evidence): Refused | null {
  // RULE: permission.sealed: a sealed room keeps its people, roles and rules for ever.
  if (before.sealed && !isOpenWhenSealed(action, author)) return refused("sealed");
  if (!isAtLeast(author.role, leastRole(action.type)))
    return refused("not_allowed", `${action.type} by ${author.role}`);
  // RULE: entry.evidence-fits: an entry carries no proof or farewell that does not belong to its action.
  const strayProof = evidence.inviteProof !== null && action.type !== "add";
  if (strayProof || (evidence.farewell !== null && action.type !== "leave"))
    return refused("invalid_action", "evidence");
  // RULE: permission.role-cap: nobody gives a role above their own, nor touches somebody above (attack A11).
  const roles = rolesTouched(before, action, author);
  return roles.every((role) => isAtLeast(author.role, role)) ? null : refused("above_own_role");
}

/**
 * The rules of the policy that must all hold for an action; none when the author's own right is enough. `invited`: the
 * newcomer acts by an invite, on whose role those who made it agreed.
 */
export function rulesFor(before: Roster, action: Action, author: Uint8Array, invited: boolean): readonly Rule[] {
  return (invited && action.type === "add" ? (["add"] as const) : mattersOf(before, action, author)).map(
    (matter) => before.policy.rules[matter],
  );
}

function mattersOf(before: Roster, action: Action, author: Uint8Array): readonly PolicyMatter[] {
  switch (action.type) {
    case "add":
      // RULE: permission.role-given: giving more than membership takes the rule for roles too, whichever way it is given.
      return action.role === "member" ? ["add"] : ["add", "setRole"];
    case "createInvite":
      // Nobody comes in by an invite to return, so those who decide about people need not be asked.
      if (action.invite.mode === "return") return [];
      return action.invite.role === "member" ? ["invite"] : ["invite", "setRole"];
    case "removeDevice":
      return equalBytes(action.person, author) ? [] : ["remove"];
    case "revokeInvite": {
      const invite = inviteOf(before, action.inviteId);
      return invite !== null && equalBytes(invite.createdBy, author) ? [] : ["invite"];
    }
    // RULE: permission.transfer: an owner hands on ownership only where the rule for roles lets them.
    case "transferOwnership":
      return ["setRole"];
    // RULE: permission.seal: sealing is the last change of the rules, so it takes the rule for changing them.
    case "seal":
      return ["setPolicy"];
    case "remove":
    case "setRole":
    case "setPolicy":
    case "addDevice":
      return [action.type];
    case "charter":
    case "leave":
    case "setTitle":
    case "tick":
    case "setRelay":
    case "return":
      // A return is proved by the person themself (`comeBack`).
      return [];
  }
}

function isOpenWhenSealed(action: Action, author: Member): boolean {
  if (action.type === "removeDevice") return equalBytes(action.person, author.person);
  return WHEN_SEALED.has(action.type);
}

function rolesTouched(before: Roster, action: Action, author: Member): readonly Role[] {
  switch (action.type) {
    case "add":
      return [action.role];
    case "createInvite":
      return [action.invite.role];
    case "setRole":
      return [action.role, roleOf(before, action.person)];
    case "remove":
      return [roleOf(before, action.person)];
    case "removeDevice":
      return equalBytes(action.person, author.person) ? [] : [roleOf(before, action.person)];
    default:
      return [];
  }
}

function roleOf(before: Roster, person: Uint8Array): Role {
  return memberOf(before, person)?.role ?? "member";
}
