import type { DecidingRole, Rule } from "@conclave/client/pure";
import { policyMatters } from "@conclave/words/policyMatters";
import { policyRules } from "@conclave/words/policyRules";
import { listOf } from "../../words/say.js";
import { words } from "../../words/words.js";

/** What a rule is about. */
export const matterNames = words(policyMatters);

const rules = words(policyRules);

const QUORUM = { owner: "quorumOwners", admin: "quorum", member: "quorumMembers" } as const satisfies Record<
  DecidingRole,
  string
>;

/** A rule in plain words: "2 admins together or anyone with an invite". */
export function sayRule(rule: Rule): string {
  switch (rule.kind) {
    case "role":
      return rules[rule.role];
    case "quorum": {
      const some = rules[QUORUM[rule.role]](rule);
      return rule.half ? `${some} (${rules.half})` : some;
    }
    case "anyMember":
      return rules.member;
    case "anyOf":
      return listOf(rule.rules.map(sayRule), "or");
    default:
      return rules[rule.kind];
  }
}
