import type { Problem, TimelineAlarm } from "@conclave/client";
import { isClaim } from "@conclave/protocol";
import { spanOf } from "@conclave/words";
import { alarm } from "@conclave/words/en/alarm";
import { linkFault } from "@conclave/words/en/linkFault";
import { malformed } from "@conclave/words/en/malformed";
import { problem as sentences } from "@conclave/words/en/problem";
import { refusal } from "@conclave/words/en/refusal";
import { relayError } from "@conclave/words/en/relayError";

/** Why something was not done, as one sentence. */
export function sayProblem(problem: Problem): string {
  switch (problem.kind) {
    case "refused":
      return refusal[problem.rejection.code];
    case "relay":
      return relayError[problem.error];
    case "link":
      return linkFault[problem.fault];
    case "malformed":
      return malformed[problem.what];
    case "clock": {
      const way = problem.ahead > 0 ? "ahead" : "behind";
      return sentences.clock({ span: spanOf("en", Math.abs(problem.ahead)), way });
    }
    case "starved":
      return sentences.starved(problem);
    default:
      return sentences[problem.kind];
  }
}

/** What an alarm is about, as one sentence: what this device saw, or what a member says. */
export function sayAlarm({ code, person }: Pick<TimelineAlarm, "code" | "person">): string {
  return alarm[isClaim({ code, person }) ? "claim" : code];
}
