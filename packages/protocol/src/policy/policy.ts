import { checked, choice, type Codec, encode, mapped, optional, struct, u16, u32, u53, u8 } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { labelledHash } from "../encoding/digest.js";
import { type Rule, ruleLayout } from "./rule.js";

/** The most people whose yes one decision holds: its author's, and those of as many others as an entry has room for. */
export const MAX_YESES = 241;

/** What a policy has a rule for. */
export type PolicyMatter = "add" | "remove" | "setRole" | "setPolicy" | "invite" | "addDevice";

/** Numbers that go with the rules. */
export interface PolicySettings {
  /** Entries by people who may vote that must follow a person's admission before theirs counts in quorum, majority and unanimity; at most 1,000. */
  readonly minTenure: number;
  /** Milliseconds without word from an owner or admin after which clients ask before they send; 0 for never. */
  readonly maxStale: number;
  /** Whether newcomers are given earlier messages that their senders marked for it. */
  readonly history: "none" | "marked";
  /** How many people one person may remove until `entries` entries by others have followed; null for no limit. */
  readonly removals: { readonly count: number; readonly entries: number } | null;
}

/** Who may do what in a room (docs/protocol.md §4). */
export interface Policy {
  readonly rules: Readonly<Record<PolicyMatter, Rule>>;
  readonly settings: PolicySettings;
}

const settings = struct<PolicySettings>({
  // RULE: policy.tenure-bounded: a wait without end would leave a room to those who are in it now (attack A51).
  minTenure: checked(u32, (entries) => entries <= 1000),
  maxStale: u53,
  history: choice({ none: 0, marked: 1 }),
  removals: optional(struct({ count: checked(u8, (count) => count > 0 && count <= 64), entries: u16 })),
});

const layout = struct({
  rules: struct<Policy["rules"]>({
    add: ruleLayout,
    remove: ruleLayout,
    setRole: ruleLayout,
    setPolicy: ruleLayout,
    invite: ruleLayout,
    addDevice: ruleLayout,
  }),
  settings,
  /** Room for recovery (heirs, delay), which this version does not have. */
  recovery: checked(u8, (recovery) => recovery === 0),
});

export const policyLayout: Codec<Policy> = mapped(
  layout,
  ({ rules, settings }) => ({ rules, settings }),
  (policy) => ({ ...policy, recovery: 0 }),
);

/** The hash that entries and approvals name a policy by. */
export function policyHash(crypto: Crypto, policy: Policy): Uint8Array {
  return labelledHash(crypto, "conclave/policy/v1", encode(policy, policyLayout.write));
}

/**
 * Whether a policy can ever be changed again. There always is an owner, so a rule that asks for people can be met.
 *
 * RULE: policy.no-lock: rules that nobody can change are a sealed room by accident (attack A51).
 */
export function canBeChanged(policy: Policy): boolean {
  return asksPeople(policy.rules.setPolicy);
}

function asksPeople(rule: Rule): boolean {
  if (rule.kind === "anyOf") return rule.rules.some(asksPeople);
  return rule.kind !== "nobody" && rule.kind !== "self" && rule.kind !== "invite";
}
