import { equalBytes } from "@conclave/codec";
import type { PersonId } from "../encoding/ids.js";
import type { Policy, PolicyMatter } from "../policy/policy.js";
import type { Rule } from "../policy/rule.js";
import type { ActKind } from "./actKind.js";
import { explain, type Explanation, isPossible } from "./explain.js";
import type { Roster } from "./roster.js";
import { tally } from "./tally.js";

/** What somebody should know of a policy before it is a room's: the rules allow it, and it may be a mistake. */
export type PolicyDoubt =
  /** As the room is now, nobody can do what these rules are about, even if everybody agrees. */
  | { readonly code: "nobody_can"; readonly matters: readonly PolicyMatter[] }
  /** These rules ask for more people than there are with that role: until there are, all of them have to agree. */
  | {
      readonly code: "count_too_large";
      readonly matters: readonly PolicyMatter[];
      readonly count: number;
      readonly voices: number;
    }
  /** Who sets it has a say in the rules now, and none then. */
  | { readonly code: "locked_out" };

/** The stable names of doubts. */
export const POLICY_DOUBT_CODES = [
  "nobody_can",
  "count_too_large",
  "locked_out",
] as const satisfies readonly PolicyDoubt["code"][];

/** The acts that show whether anybody can do what a rule is about. */
const ACTS_OF = {
  add: "add",
  remove: "remove",
  setRole: "makeAdmin",
  setPolicy: "setPolicy",
  invite: "invite",
  addDevice: "addDevice",
} as const satisfies Record<PolicyMatter, ActKind>;

const MATTERS = Object.keys(ACTS_OF) as readonly PolicyMatter[];

/** What is doubtful about a policy for a room as it is now, where this person sets it. */
export function policyDoubts(before: Roster, policy: Policy, person: PersonId): readonly PolicyDoubt[] {
  const then = { ...before, policy };
  const explanation = explain(then);
  const stuck = MATTERS.filter((matter) => !canAny(explanation, matter));
  return [
    ...(stuck.length > 0 ? [{ code: "nobody_can", matters: stuck } as const] : []),
    ...tooLarge(then),
    ...(hasSayInRules(explain(before), person) && !hasSayInRules(explanation, person)
      ? [{ code: "locked_out" } as const]
      : []),
  ];
}

function canAny({ acts, invites }: Explanation, matter: PolicyMatter): boolean {
  return (
    acts.some((each) => each.act === ACTS_OF[matter] && isPossible(each)) || (matter === "add" && invites.length > 0)
  );
}

/** The rules that ask for more people than there are: those that ask for as many of as many are one doubt. */
function tooLarge(then: Roster): readonly PolicyDoubt[] {
  const found = new Map<string, { count: number; voices: number; matters: PolicyMatter[] }>();
  for (const matter of MATTERS)
    for (const { count, voices } of quorumsAbove(then, then.policy.rules[matter])) {
      const key = `${count} of ${voices}`;
      const same = found.get(key) ?? { count, voices, matters: [] };
      found.set(key, { ...same, matters: [...same.matters, matter] });
    }
  return [...found.values()].map((each) => ({ code: "count_too_large", ...each }));
}

function quorumsAbove(then: Roster, rule: Rule): readonly { count: number; voices: number }[] {
  if (rule.kind === "anyOf") return rule.rules.flatMap((each) => quorumsAbove(then, each));
  if (rule.kind !== "quorum") return [];
  const { counted } = tally(rule, { before: then, yes: new Set(then.members.keys()), self: false, invite: null });
  return rule.count > counted.size ? [{ count: rule.count, voices: counted.size }] : [];
}

function hasSayInRules({ acts }: Explanation, person: PersonId): boolean {
  const rules = acts.find(({ act }) => act === "setPolicy");
  return rules?.ways.some(({ of }) => of.some((each) => equalBytes(each, person))) === true;
}
