import { actsWith, type RoomSession } from "@conclave/client";
import { toHex } from "@conclave/codec";
import { type Explanation, type PersonId, type Policy, type PolicyDoubt, type PolicyMatter } from "@conclave/protocol";
import {
  explainedSentence,
  type ExplainedSections,
  silenceSentences,
  type ToldAct,
  type ToldPerson,
} from "@conclave/words";
import { acts } from "@conclave/words/en/acts";
import { explained } from "@conclave/words/en/explained";
import { policyDoubt } from "@conclave/words/en/policyDoubt";
import type { Output } from "../terminal/output.js";
import { shownName } from "./personView.js";

const SECTIONS: ExplainedSections = { acts, explained, list };
/** The acts of which it is told what waits for somebody who never answers. */
const MAIN: ReadonlySet<ToldAct["act"]> = new Set(["add", "invite", "remove", "makeAdmin", "setPolicy"]);
const ACT_OF: Readonly<Record<PolicyMatter, ToldAct["act"]>> = {
  ...{ add: "add", remove: "remove", setRole: "makeAdmin", setPolicy: "setPolicy" },
  ...{ invite: "invite", addDevice: "addDevice" },
};

/** What is doubtful about a policy, as `--json` prints it. */
export interface DoubtDocument {
  /** `nobody_can`, `count_too_large` or `locked_out`. */
  readonly code: string;
  readonly message: string;
}

/** What a policy means for a room, in words. */
export interface ExplainedPolicy {
  /** What can be done, and who does it, in the order in which it is told. */
  readonly rows: readonly { readonly act: ToldAct["act"]; readonly what: string; readonly who: string }[];
  /** What else there is to know, a sentence each. */
  readonly remarks: readonly string[];
}

/** An explanation of a policy for this room, in words. */
export function explainedPolicy(
  room: RoomSession,
  { acts: all, invites, waiting }: Explanation,
  policy: Policy,
): ExplainedPolicy {
  const people = new Map(
    room
      .members()
      .map((member): [string, ToldPerson] => [toHex(member.person), { name: shownName(member), role: member.role }]),
  );
  const everyone = [...people.values()];
  const personOf = (person: PersonId) => people.get(toHex(person)) ?? null;
  const told = actsWith(all, personOf);
  const isOpen = invites.includes("single") || invites.includes("multi") || invites.includes("listed");
  const { removals } = policy.settings;
  const newcomers = waiting.flatMap((person) => personOf(person)?.name ?? []);
  return {
    rows: told.map((each) => ({
      act: each.act,
      what: capital(acts[each.act]),
      who: explainedSentence(each, everyone, SECTIONS),
    })),
    remarks: [
      ...(isOpen ? [explained.byInvite] : invites.includes("personal") ? [explained.byPersonalInvite] : []),
      ...(removals ? [explained.removals(removals)] : []),
      ...(newcomers.length > 0 ? [explained.waiting({ count: newcomers.length, names: list(newcomers, "and") })] : []),
      ...silenceSentences(
        told.filter(({ act }) => MAIN.has(act)),
        everyone,
        SECTIONS,
      ),
    ],
  };
}

/** A doubt about a policy, as a sentence. */
function doubtSentence(doubt: PolicyDoubt): string {
  switch (doubt.code) {
    case "nobody_can":
      return policyDoubt.nobody_can({ acts: actsOf(doubt.matters) });
    case "count_too_large": {
      const { matters, count, voices } = doubt;
      const said = { acts: actsOf(matters), count: String(count) };
      if (voices === 0) return policyDoubt.count_too_largeNone(said);
      return voices === 1
        ? policyDoubt.count_too_largeOne(said)
        : policyDoubt.count_too_large({ ...said, voices: String(voices) });
    }
    case "locked_out":
      return policyDoubt.locked_out;
  }
}

function actsOf(matters: readonly PolicyMatter[]): string {
  return list(
    matters.map((matter) => acts[ACT_OF[matter]]),
    "or",
  );
}

/** Tells people what is doubtful about a policy before they are asked; gives it as programs are told. */
export function warnOfDoubts(output: Output, doubts: readonly PolicyDoubt[]): readonly DoubtDocument[] {
  const told = doubts.map(doubtOf);
  for (const { code, message } of told) output.warn(message, code.toUpperCase());
  return told;
}

/** A doubt as programs are told. */
export function doubtOf(doubt: PolicyDoubt): DoubtDocument {
  return { code: doubt.code, message: doubtSentence(doubt) };
}

function list(items: readonly string[], join: "and" | "or"): string {
  return new Intl.ListFormat("en-GB", { type: join === "and" ? "conjunction" : "disjunction" }).format(items);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
