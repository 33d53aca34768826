import type { Rule } from "eslint";

export const compareBytes: Rule.RuleModule;
