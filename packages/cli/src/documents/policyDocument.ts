import { type Policy, presetOf } from "@conclave/protocol";
import { aboutPolicy, rulesOf } from "../session/policyView.js";

/** Who decides what. */
export interface PolicyDocument {
  /** Its word, as `conclave policy set` takes it; null for a policy of the room's own. */
  readonly preset: string | null;
  readonly about: string;
  /** Each rule in words. */
  readonly words: Readonly<Record<string, string>>;
  /** The policy itself. */
  readonly policy: Policy;
}

export function policyDocument(policy: Policy): PolicyDocument {
  const preset = presetOf(policy);
  return { preset, about: aboutPolicy(preset), words: rulesOf(policy), policy };
}
