import type { Rule } from "eslint";

export const layers: Rule.RuleModule;

/** The folders of each package that has layers, from the ground up. */
export const LAYERS: Readonly<Record<string, readonly string[]>>;
