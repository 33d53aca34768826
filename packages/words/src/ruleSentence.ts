import type { policyRules } from "./generated/en/policyRules.js";

type Rules = typeof policyRules;
type Kind = "nobody" | "self" | "owner" | "majority" | "unanimous" | "anyMember";

/** A rule of a policy, as the protocol has it. */
export type ToldRule =
  | { readonly kind: Kind }
  | { readonly kind: "role"; readonly role: "owner" | "admin" | "member" }
  | {
      readonly kind: "quorum";
      readonly role: "owner" | "admin" | "member";
      readonly count: number;
      readonly half: boolean;
    }
  | { readonly kind: "invite"; readonly inviteClass: keyof typeof INVITES }
  | { readonly kind: "anyOf"; readonly rules: readonly ToldRule[] };

const QUORUM = { owner: "quorumOwners", admin: "quorum", member: "quorumMembers" } as const;

const INVITES = {
  any: "invite",
  single: "inviteSingle",
  multi: "inviteMulti",
  personal: "invitePersonal",
  listed: "inviteListed",
} as const;

/** A rule in plain words: "2 admins together or anyone with an invite". `or` joins several in the language of the sentences. */
export function ruleSentence(rule: ToldRule, rules: Rules, or: (choices: readonly string[]) => string): string {
  switch (rule.kind) {
    case "role":
      return rules[rule.role];
    case "quorum": {
      const some = rules[QUORUM[rule.role]](rule);
      return rule.half ? `${some} (${rules.half})` : some;
    }
    case "invite":
      // RULE: words.rules-told-apart: what two rules share in words is a change that nobody sees (docs/decisions/0048).
      return rules[INVITES[rule.inviteClass]];
    case "anyMember":
      return rules.member;
    case "anyOf":
      return or(rule.rules.map((each) => ruleSentence(each, rules, or)));
    default:
      return rules[rule.kind];
  }
}
