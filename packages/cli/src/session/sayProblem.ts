import { safeName } from "../terminal/safeText.js";
import type { Problem, TimelineAlarm, WayBack } from "@conclave/client";
import { alarmTopic } from "@conclave/protocol";
import { comingBackSentence, problemSentence } from "@conclave/words";
import { alarm } from "@conclave/words/en/alarm";
import { comingBack } from "@conclave/words/en/comingBack";
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
export function sayAlarm(told: Pick<TimelineAlarm, "code" | "person" | "rejection">): string {
  return alarm[alarmTopic(told)];
}

/** Why this device cannot follow its room, and how far it is on its way back. */
export function sayComingBack({ why, by, told, step }: WayBack): string {
  const safe = (person: { name: string } | null) => person && { name: safeName(person.name) };
  return comingBackSentence({ why, by: safe(by), told: safe(told), step }, comingBack).join(" ");
}
