import { bool, checked, choice, type Codec, list, u16, variant } from "@conclave/codec";
import { type DecidingRole, decidingRoleLayout } from "./role.js";

/** Which invites a rule accepts. */
export type InviteClass = "single" | "multi" | "personal" | "listed";

/** Who may do something (docs/protocol.md §4). A value; `isSatisfied` says what each means. */
export type Rule =
  | { readonly kind: "nobody" }
  /** The person whom it concerns. */
  | { readonly kind: "self" }
  /** An owner says yes. */
  | { readonly kind: "owner" }
  /** Somebody of at least this role says yes. */
  | { readonly kind: "role"; readonly role: DecidingRole }
  /** `count` people of at least this role say yes, and with `half` at least half of them; all of them when they are fewer. */
  | { readonly kind: "quorum"; readonly role: DecidingRole; readonly count: number; readonly half: boolean }
  /** More than half of the people. */
  | { readonly kind: "majority" }
  /** Everyone. */
  | { readonly kind: "unanimous" }
  /** Any member who is no steward. */
  | { readonly kind: "anyMember" }
  /** Whoever proves a live invite of this class. */
  | { readonly kind: "invite"; readonly inviteClass: InviteClass | "any" }
  /** One of several. */
  | { readonly kind: "anyOf"; readonly rules: readonly Rule[] };

// The numbers are in signed bytes: never change one.
const PLAIN = {
  nobody: [1, {}],
  self: [2, {}],
  owner: [3, {}],
  role: [4, { role: decidingRoleLayout }],
  // RULE: policy.quorum-positive: a quorum of none would let silence decide (attack A55).
  quorum: [5, { role: decidingRoleLayout, count: checked(u16, (count) => count > 0), half: bool }],
  majority: [6, {}],
  unanimous: [7, {}],
  anyMember: [8, {}],
  invite: [9, { inviteClass: choice({ any: 0, single: 1, multi: 2, personal: 3, listed: 4 }) }],
} as const;

// RULE: policy.rule-bounded: choices do not nest and are few, so a rule costs next to nothing to read (attack A80).
const choices = list<Rule>(
  {
    read: variant<Exclude<Rule, { readonly kind: "anyOf" }>, "kind">("kind", PLAIN).read,
    write: (writer, rule) => ruleLayout.write(writer, rule),
  },
  8,
);

export const ruleLayout: Codec<Rule> = variant<Rule, "kind">("kind", { ...PLAIN, anyOf: [10, { rules: choices }] });
