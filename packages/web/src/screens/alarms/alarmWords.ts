import type { TimelineAlarm } from "@conclave/client";
import { alarmTopic } from "@conclave/client/pure";
import { alarm } from "@conclave/words/alarm";
import { words } from "../../words/words.js";

const alarms = words(alarm);

/** What this device saw, or a member says, as one sentence. */
export function alarmSentence(alarm: Pick<TimelineAlarm, "code" | "person" | "rejection">): string {
  return alarms[alarmTopic(alarm)];
}
