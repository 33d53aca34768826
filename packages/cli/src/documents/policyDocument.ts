import type { Policy } from "@conclave/protocol";
import { aboutPreset, presetOf, rulesOf } from "../session/policyView.js";

/** Who decides what. */
export interface PolicyDocument {
  readonly preset: string;
  readonly about: string | null;
  readonly rules: Readonly<Record<string, string>>;
  /** The policy itself, as the protocol has it. */
  readonly policy: Policy;
}

export function policyDocument(policy: Policy): PolicyDocument {
  const preset = presetOf(policy);
  return { preset, about: aboutPreset(preset), rules: rulesOf(policy), policy };
}
