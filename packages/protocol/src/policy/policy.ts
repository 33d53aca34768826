import { DecodeError, encode, type Reader, type Writer } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { labelledHash } from "../encoding/digest.js";
import { readRule, type Rule, writeRule } from "./rule.js";

/** What a policy has a rule for. */
export type PolicyMatter = "add" | "remove" | "setRole" | "setPolicy" | "invite" | "addDevice";

/** Numbers that go with the rules. */
export interface PolicySettings {
  /** Entries that must follow a person's admission before their yes counts in quorum, majority and unanimity; at most 1,000. */
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

const MATTERS = [
  "add",
  "remove",
  "setRole",
  "setPolicy",
  "invite",
  "addDevice",
] as const satisfies readonly PolicyMatter[];
const HISTORY = ["none", "marked"] as const;
const MAX_REMOVALS = 64;
const MAX_TENURE = 1000;

export function writePolicy(writer: Writer, { rules, settings }: Policy): void {
  for (const matter of MATTERS) writeRule(writer, rules[matter]);
  writer.u32(settings.minTenure).u53(settings.maxStale).u8(HISTORY.indexOf(settings.history));
  writer.optional(settings.removals, (w, { count, entries }) => w.u8(count).u16(entries));
  // Room for recovery (heirs, delay), which this version does not have.
  writer.u8(0);
}

export function readPolicy(reader: Reader): Policy {
  const rule = () => readRule(reader);
  const rules = {
    add: rule(),
    remove: rule(),
    setRole: rule(),
    setPolicy: rule(),
    invite: rule(),
    addDevice: rule(),
  };
  const minTenure = reader.u32("min tenure");
  const maxStale = reader.u53("max stale");
  const history = HISTORY[reader.u8("history")];
  const removals = reader.optional((r) => ({ count: r.u8("removals"), entries: r.u16("entries") }));
  // RULE: policy.tenure-bounded: a wait without end would leave a room to those who are in it now (attack A51).
  if (minTenure > MAX_TENURE) throw new DecodeError("bad_value", "min tenure");
  const badRemovals = removals !== null && (removals.count === 0 || removals.count > MAX_REMOVALS);
  if (history === undefined || badRemovals || reader.u8("recovery") !== 0)
    throw new DecodeError("bad_value", "settings");
  return { rules, settings: { minTenure, maxStale, history, removals } };
}

/** The hash that entries and approvals name a policy by. */
export function policyHash(crypto: Crypto, policy: Policy): Uint8Array {
  return labelledHash(crypto, "conclave/policy/v1", encode(policy, writePolicy));
}
