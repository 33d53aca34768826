import type { Rule } from "eslint";

export const noCircle: Rule.RuleModule;
