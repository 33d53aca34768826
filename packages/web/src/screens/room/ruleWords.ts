import type { Rule } from "@conclave/client/pure";
import { ruleSentence } from "@conclave/words";
import { policyMatters } from "@conclave/words/policyMatters";
import { policyRules } from "@conclave/words/policyRules";
import { listOf } from "../../words/say.js";
import { words } from "../../words/words.js";

/** What a rule is about. */
export const matterNames = words(policyMatters);

const rules = words(policyRules);

/** A rule in plain words: "2 admins together or anyone with an invite". */
export function sayRule(rule: Rule): string {
  return ruleSentence(rule, rules, (choices) => listOf(choices, "or"));
}
