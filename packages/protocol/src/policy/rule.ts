import { DecodeError, type Reader, type Writer } from "@conclave/codec";
import { readRole, type Role, writeRole } from "./role.js";

/** Which invites a rule accepts. */
export type InviteClass = "single" | "multi" | "personal";

/** Who may do something (docs/protocol.md §4). A value; `isSatisfied` says what each means. */
export type Rule =
  | { readonly kind: "nobody" }
  /** The person whom it concerns. */
  | { readonly kind: "self" }
  /** An owner says yes. */
  | { readonly kind: "owner" }
  /** Somebody of at least this role says yes. */
  | { readonly kind: "role"; readonly role: Role }
  /** `count` people of at least this role say yes, and with `half` at least half of them; all of them when they are fewer. */
  | { readonly kind: "quorum"; readonly role: Role; readonly count: number; readonly half: boolean }
  /** More than half of the people. */
  | { readonly kind: "majority" }
  /** Everyone. */
  | { readonly kind: "unanimous" }
  /** Any member. */
  | { readonly kind: "anyMember" }
  /** Whoever proves a live invite of this class. */
  | { readonly kind: "invite"; readonly inviteClass: InviteClass | "any" }
  /** One of several. */
  | { readonly kind: "anyOf"; readonly rules: readonly Rule[] };

const KINDS = [
  "nobody",
  "self",
  "owner",
  "role",
  "quorum",
  "majority",
  "unanimous",
  "anyMember",
  "invite",
  "anyOf",
] as const satisfies readonly Rule["kind"][];
const INVITE_CLASSES = ["any", "single", "multi", "personal"] as const;
const MAX_CHOICES = 8;

export function writeRule(writer: Writer, rule: Rule): void {
  writer.u8(KINDS.indexOf(rule.kind) + 1);
  if (rule.kind === "role") writeRole(writer, rule.role);
  if (rule.kind === "quorum") {
    writeRole(writer, rule.role);
    writer.u16(rule.count).bool(rule.half);
  }
  if (rule.kind === "invite") writer.u8(INVITE_CLASSES.indexOf(rule.inviteClass));
  if (rule.kind === "anyOf") writer.vector(rule.rules, writeRule);
}

export function readRule(reader: Reader, nested = false): Rule {
  const kind = KINDS[reader.u8("rule") - 1];
  switch (kind) {
    case undefined:
      throw new DecodeError("bad_value", "rule");
    case "role":
      return { kind, role: readRole(reader) };
    case "quorum": {
      const rule = { kind, role: readRole(reader), count: reader.u16("quorum"), half: reader.bool("half") } as const;
      // RULE: policy.quorum-positive: a quorum of none would let silence decide (attack A55).
      if (rule.count === 0) throw new DecodeError("bad_value", "quorum");
      return rule;
    }
    case "invite": {
      const inviteClass = INVITE_CLASSES[reader.u8("invite class")];
      if (inviteClass === undefined) throw new DecodeError("bad_value", "invite class");
      return { kind, inviteClass };
    }
    case "anyOf": {
      // RULE: policy.rule-bounded: choices do not nest and are few, so a rule costs next to nothing to read (attack A80).
      if (nested) throw new DecodeError("bad_value", "nested rule");
      return { kind, rules: reader.vector((r) => readRule(r, true), MAX_CHOICES, "rules") };
    }
    default:
      return { kind };
  }
}
