import type { Problem } from "@conclave/client";
import { spanOf } from "@conclave/words";
import { problem as problems } from "@conclave/words/problem";
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

const t = words(problems);
const refusals = words(refusal);
const relayErrors = words(relayError);
const linkFaults = words(linkFault);
const malformations = words(malformed);

/** What a person can do, where there is something: said behind the reason. */
type Advice = Readonly<Partial<Record<string, string>>>;
const advice: Advice = words(problemAdvice);
const relayErrorAdvices: Advice = words(relayErrorAdvice);
const linkFaultAdvices: Advice = words(linkFaultAdvice);
const malformedAdvices: Advice = words(malformedAdvice);

/** Why something was not done, for the person who wanted it, and what they can do about it. */
export function sayProblem(problem: Problem): string {
  switch (problem.kind) {
    case "refused":
      return refusals[problem.rejection.code];
    case "relay":
      return advised(relayErrors[problem.error], relayErrorAdvices[problem.error]);
    case "link":
      return advised(linkFaults[problem.fault], linkFaultAdvices[problem.fault]);
    case "malformed":
      return advised(malformations[problem.what], malformedAdvices[problem.what]);
    case "clock": {
      const span = spanOf(language.value, Math.abs(problem.ahead));
      return advised(t.clock({ span, way: problem.ahead > 0 ? "ahead" : "behind" }), advice["clock"]);
    }
    case "starved":
      return advised(t.starved(problem), advice["starved"]);
    default:
      return advised(t[problem.kind], advice[problem.kind]);
  }
}

function advised(sentence: string, what: string | undefined): string {
  return what === undefined ? sentence : `${sentence} ${what}`;
}
