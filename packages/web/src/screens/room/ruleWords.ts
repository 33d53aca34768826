import type { Role, Rule } from "@conclave/client/pure";
import { listOf, plural } from "../../words/say.js";
import { words } from "../../words/words.js";

/** What a rule is about. */
export const matterNames = words({
  en: {
    add: "Let people in",
    invite: "Make invites",
    remove: "Remove people",
    setRole: "Give roles",
    setPolicy: "Change these rules",
  },
  de: {
    add: "Hereinlassen",
    invite: "Einladen",
    remove: "Leute entfernen",
    setRole: "Rollen vergeben",
    setPolicy: "Diese Regeln ändern",
  },
});

const rules = words({
  en: {
    nobody: "nobody",
    self: "whom it concerns",
    owner: "an owner",
    admin: "any admin",
    member: "anyone here",
    quorum: (count: number) => plural(count, { one: "# admin", other: "# admins together" }),
    quorumOwners: (count: number) => plural(count, { one: "# owner", other: "# owners together" }),
    quorumMembers: (count: number) => plural(count, { one: "anyone here", other: "# people together" }),
    half: "at least half of them",
    majority: "more than half of all",
    unanimous: "everybody together",
    invite: "whoever has an invite",
  },
  de: {
    nobody: "niemand",
    self: "wen es betrifft",
    owner: "wem der Raum gehört",
    admin: "jeder Admin",
    member: "alle hier",
    quorum: (count: number) => plural(count, { one: "# Admin", other: "# Admins gemeinsam" }),
    quorumOwners: (count: number) =>
      plural(count, { one: "# Person, der er gehört", other: "# Leute, denen er gehört" }),
    quorumMembers: (count: number) => plural(count, { one: "alle hier", other: "# Leute gemeinsam" }),
    half: "mindestens die Hälfte",
    majority: "mehr als die Hälfte",
    unanimous: "alle gemeinsam",
    invite: "wer eine Einladung hat",
  },
});

const QUORUM = { owner: "quorumOwners", admin: "quorum", member: "quorumMembers" } as const satisfies Record<
  Role,
  string
>;

/** A rule in plain words: "2 admins together or whoever has an invite". */
export function sayRule(rule: Rule): string {
  switch (rule.kind) {
    case "role":
      return rules[rule.role];
    case "quorum": {
      const some = rules[QUORUM[rule.role]](rule.count);
      return rule.half ? `${some} (${rules.half})` : some;
    }
    case "anyMember":
      return rules.member;
    case "anyOf":
      return listOf(rule.rules.map(sayRule), "or");
    default:
      return rules[rule.kind];
  }
}
