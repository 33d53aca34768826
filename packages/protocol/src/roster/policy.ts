import { DecodeError, encode, type Reader, type Writer } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";

/** What a person may do in general. A steward is a device that carries out what is authorised already, and no voter. */
export type Role = "steward" | "member" | "admin" | "owner";
export type InviteClass = "single" | "multi" | "personal";

/** Who may do something. One recursive type; every preset is a value of it (docs/protocol.md §4). */
export type Rule =
  | { readonly rule: "nobody" | "self" | "owner" | "majority" | "unanimous" | "anyMember" }
  | { readonly rule: "role"; readonly role: Role }
  /** At least `k` distinct persons of at least this role; with `half`, also at least half of them. */
  | { readonly rule: "quorum"; readonly role: Role; readonly k: number; readonly half: boolean }
  | { readonly rule: "invite"; readonly class: InviteClass }
  | { readonly rule: "anyOf"; readonly rules: readonly Rule[] };

export interface Settings {
  readonly title: string;
  /** Entries that a newcomer must have seen before their approval or vote counts. */
  readonly minTenure: number;
  /** Milliseconds without a heartbeat after which the room is shown as stale. */
  readonly maxStale: number;
  /** Whether newcomers may be given older messages. */
  readonly history: boolean;
  /** Removals by one person within the last 20 entries; 0 means no limit. */
  readonly removeRate: number;
  /** Succession of a lost owner: who may claim, and after how many ticks. Null: never. */
  readonly recovery: { readonly heirs: Rule; readonly delayTicks: number } | null;
}

export interface Policy {
  readonly add: Rule;
  readonly remove: Rule;
  readonly setRole: Rule;
  readonly setPolicy: Rule;
  readonly invite: Rule;
  readonly addDevice: Rule;
  readonly settings: Settings;
}

export const ROLES: readonly Role[] = ["steward", "member", "admin", "owner"];
export const INVITE_CLASSES: readonly InviteClass[] = ["single", "multi", "personal"];
const RULES: readonly Rule["rule"][] = [
  "nobody", "self", "owner", "role", "quorum", "majority", "unanimous", "anyMember", "invite", "anyOf",
]; // prettier-ignore
const MAX_DEPTH = 3;
const MAX_ALTERNATIVES = 8;

/** Order of roles: a higher number may do more. */
export function rankOf(role: Role): number {
  return ROLES.indexOf(role);
}

export function writeRole(writer: Writer, role: Role): void {
  writer.u8(rankOf(role));
}

export function readRole(reader: Reader): Role {
  return oneOf(ROLES, reader.u8(), "role");
}

export function writeRule(writer: Writer, rule: Rule): void {
  writer.u8(RULES.indexOf(rule.rule));
  switch (rule.rule) {
    case "role":
      return writeRole(writer, rule.role);
    case "quorum":
      writeRole(writer, rule.role);
      writer.u16(rule.k).bool(rule.half);
      return;
    case "invite":
      writer.u8(INVITE_CLASSES.indexOf(rule.class));
      return;
    case "anyOf":
      writer.vector(rule.rules, writeRule);
      return;
    default:
      return;
  }
}

export function readRule(reader: Reader, depth = 0): Rule {
  const name = oneOf(RULES, reader.u8(), "rule");
  switch (name) {
    case "role":
      return { rule: name, role: readRole(reader) };
    case "quorum": {
      const role = readRole(reader);
      const k = reader.u16();
      // RULE: policy.quorum: a quorum of zero would be everybody's permission.
      if (k === 0) throw new DecodeError("bad_value", "quorum");
      return { rule: name, role, k, half: reader.bool() };
    }
    case "invite":
      return { rule: name, class: oneOf(INVITE_CLASSES, reader.u8(), "invite class") };
    case "anyOf":
      // RULE: policy.depth: nesting is bounded before it is followed (attack A80).
      if (depth >= MAX_DEPTH) throw new DecodeError("too_long", "rule depth");
      return { rule: name, rules: reader.vector((inner) => readRule(inner, depth + 1), MAX_ALTERNATIVES) };
    default:
      return { rule: name };
  }
}

export function writePolicy(writer: Writer, policy: Policy): void {
  for (const rule of [policy.add, policy.remove, policy.setRole, policy.setPolicy, policy.invite, policy.addDevice])
    writeRule(writer, rule);
  const { settings } = policy;
  writer.text(settings.title).u32(settings.minTenure).u53(settings.maxStale).bool(settings.history);
  writer.u16(settings.removeRate);
  writer.optional(settings.recovery, (inner, recovery) => {
    writeRule(inner, recovery.heirs);
    inner.u16(recovery.delayTicks);
  });
}

export function readPolicy(reader: Reader): Policy {
  const [add, remove, setRole] = [readRule(reader), readRule(reader), readRule(reader)];
  const [setPolicy, invite, addDevice] = [readRule(reader), readRule(reader), readRule(reader)];
  const settings: Settings = {
    title: reader.text(256, "title"),
    minTenure: reader.u32(),
    maxStale: reader.u53(),
    history: reader.bool(),
    removeRate: reader.u16(),
    recovery: reader.optional((inner) => ({ heirs: readRule(inner), delayTicks: inner.u16() })),
  };
  return { add, remove, setRole, setPolicy, invite, addDevice, settings };
}

/** SHA-256 of the policy behind its label: what entries and approvals are bound to. */
export function policyHash(crypto: Crypto, policy: Policy): Uint8Array {
  return crypto.hash("sha256", encode(policy, (writer) => writePolicy(writer.text("conclave/policy/v1"), policy)));
}

/** The `index`th of a closed list, or a decode error: shared by every enumeration on the wire. */
export function oneOf<T>(list: readonly T[], index: number, what: string): T {
  const value = list[index];
  if (value === undefined) throw new DecodeError("bad_value", what);
  return value;
}
