import type { Rule } from "eslint";

/** What each package may import. */
export const ARROWS: Readonly<Record<string, readonly string[]>>;

export const arrows: Rule.RuleModule;
