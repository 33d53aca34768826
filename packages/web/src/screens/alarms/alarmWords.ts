import type { TimelineAlarm } from "@conclave/client";
import { isClaim } from "@conclave/client/pure";
import { alarm } from "@conclave/words/alarm";
import { words } from "../../words/words.js";

const alarms = words(alarm);

/** What this device saw, or a member says, as one sentence. */
export function alarmSentence({ code, person }: Pick<TimelineAlarm, "code" | "person">): string {
  return alarms[isClaim({ code, person }) ? "claim" : code];
}
