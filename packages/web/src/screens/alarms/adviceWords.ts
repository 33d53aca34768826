import type { TimelineAlarm } from "@conclave/client";
import { alarmTopic } from "@conclave/client/pure";
import { alarmAdvice } from "@conclave/words/alarmAdvice";
import { alarmMeaning } from "@conclave/words/alarmMeaning";
import { words } from "../../words/words.js";

const meanings = words(alarmMeaning);
const advice = words(alarmAdvice);

/** What it means, in plain words. */
export function meaningOf(alarm: Pick<TimelineAlarm, "code" | "person" | "rejection">): string {
  return meanings[alarmTopic(alarm)];
}

/** What to do about an alarm: only what there are the means for. */
export function adviceFor(alarm: Pick<TimelineAlarm, "code" | "person" | "rejection">): string {
  const topic = alarmTopic(alarm);
  const isNamed = alarm.person !== null || (topic !== "REFUSED_CHANGE" && topic !== "BAD_MESSAGE");
  return isNamed ? advice[topic] : advice.unnamed;
}
