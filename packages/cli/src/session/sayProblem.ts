import type { Problem, TimelineAlarm } from "@conclave/client";
import { isClaim } from "@conclave/protocol";
import { problemSentence } from "@conclave/words";
import { alarm } from "@conclave/words/en/alarm";
import { linkFault } from "@conclave/words/en/linkFault";
import { malformed } from "@conclave/words/en/malformed";
import { problem } from "@conclave/words/en/problem";
import { refusal } from "@conclave/words/en/refusal";
import { relayError } from "@conclave/words/en/relayError";

/** Why something was not done, as one sentence. */
export function sayProblem(told: Problem): string {
  return problemSentence(told, { problem, refusal, relayError, linkFault, malformed }, "en");
}

/** What an alarm is about, as one sentence: what this device saw, or what a member says. */
export function sayAlarm({ code, person }: Pick<TimelineAlarm, "code" | "person">): string {
  return alarm[isClaim({ code, person }) ? "claim" : code];
}
