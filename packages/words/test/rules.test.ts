import { describe, expect, it } from "vitest";
import { policyRules as english } from "@conclave/words/en/policyRules";
import { policyRules as all } from "@conclave/words/policyRules";
import { ruleSentence, type ToldRule } from "../src/ruleSentence.js";

const ROLES = ["owner", "admin", "member"] as const;
const CLASSES = ["any", "single", "multi", "personal", "listed"] as const;
// Closed unions: a kind of rule that is left out does not compile.
const PLAIN: Readonly<Record<Exclude<ToldRule["kind"], "role" | "quorum" | "invite" | "anyOf">, 0>> = {
  ...{ nobody: 0, self: 0, owner: 0, majority: 0, unanimous: 0, anyMember: 0 },
};
const SINGLE: readonly ToldRule[] = [
  ...(Object.keys(PLAIN) as (keyof typeof PLAIN)[]).map((kind) => ({ kind })),
  ...ROLES.map((role) => ({ kind: "role", role }) as const),
  ...ROLES.flatMap((role) =>
    [2, 3].flatMap((count) => [true, false].map((half) => ({ kind: "quorum", role, count, half }) as const)),
  ),
  ...CLASSES.map((inviteClass) => ({ kind: "invite", inviteClass }) as const),
];
/** Two ways to write that one owner, or one person who is no steward, decides: they share their words. */
const isTwin = ({ kind }: ToldRule) => kind === "owner" || kind === "anyMember";

describe("rules in words", () => {
  it.each(Object.keys(all))(
    "RULE words.rules-told-apart: no two rules that differ share their words (%s)",
    async (language) => {
      const of = all[language as keyof typeof all];
      const sentences = typeof of === "function" ? await of() : of;
      const told = SINGLE.filter((rule) => !isTwin(rule)).map((rule) =>
        ruleSentence(rule, sentences, (choices) => choices.join(" / ")),
      );
      expect(told).toHaveLength(new Set(told).size);
    },
  );

  it("joins choices, with the kind of invite in each", () => {
    const choice: ToldRule = { kind: "anyOf", rules: [{ kind: "owner" }, { kind: "invite", inviteClass: "single" }] };
    expect(ruleSentence(choice, english, (choices) => choices.join(" or "))).toBe(
      "an owner or anyone with an invite for one person",
    );
  });
});
