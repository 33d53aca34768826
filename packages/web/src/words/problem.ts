import type { Problem, Rival } from "@conclave/client";
import { plainName } from "@conclave/client/pure";
import { problemSentence } from "@conclave/words";
import { problem } from "@conclave/words/problem";
import { linkFault } from "@conclave/words/linkFault";
import { linkFaultAdvice } from "@conclave/words/linkFaultAdvice";
import { malformed } from "@conclave/words/malformed";
import { malformedAdvice } from "@conclave/words/malformedAdvice";
import { problemAdvice } from "@conclave/words/problemAdvice";
import { refusal } from "@conclave/words/refusal";
import { relayError } from "@conclave/words/relayError";
import { relayErrorAdvice } from "@conclave/words/relayErrorAdvice";
import { language } from "./language.js";
import { words } from "./words.js";

const sections = {
  problem: words(problem),
  refusal: words(refusal),
  relayError: words(relayError),
  linkFault: words(linkFault),
  malformed: words(malformed),
};

/** What a person can do, where there is something: said behind the reason. */
type Advice = Readonly<Partial<Record<string, string>>>;
const problemAdvices = words(problemAdvice);
const { starvedBy, ...plainAdvices } = problemAdvices;
const advice: Advice = plainAdvices;
const relayErrorAdvices: Advice = words(relayErrorAdvice);
const linkFaultAdvices: Advice = words(linkFaultAdvice);
const malformedAdvices: Advice = words(malformedAdvice);

/** Why something was not done, for the person who wanted it, and what they can do about it. */
export function sayProblem(told: Problem): string {
  const sentence = problemSentence(told, sections, language.value);
  const what = adviceOn(told);
  return what === undefined ? sentence : `${sentence} ${what}`;
}

function adviceOn(told: Problem): string | undefined {
  switch (told.kind) {
    case "refused":
      return told.rejection.upgraded && advice["upgraded"];
    case "relay":
      return relayErrorAdvices[told.error];
    case "link":
      return linkFaultAdvices[told.fault];
    case "malformed":
      return malformedAdvices[told.what];
    case "starved":
      return starvedAdvice(told.by ?? []);
    default:
      return advice[told.kind];
  }
}

/** Whoever keeps coming first can be removed by those who may: the door is in the list of people. */
function starvedAdvice(by: readonly Rival[]): string | undefined {
  const names = by.filter(({ canRemove }) => canRemove).map(({ person }) => plainName(person.name));
  return names.length === 0 ? advice["starved"] : starvedBy({ names: names.join(", ") });
}
