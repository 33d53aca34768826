import type { Rule } from "eslint";

export const outcomeLast: Rule.RuleModule;
