import type { VaultProblem } from "@conclave/client/browser";
import { settingsSecurity } from "@conclave/words/settingsSecurity";
import { settingsSecurityProblems } from "@conclave/words/settingsSecurityProblems";
import { words } from "../../words/words.js";

export const t = words(settingsSecurity);

/** Why a lock was not changed. */
export const problems = words(settingsSecurityProblems) satisfies Record<VaultProblem, string>;
