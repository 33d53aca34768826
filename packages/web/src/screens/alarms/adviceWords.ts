import type { TimelineAlarm } from "@conclave/client";
import { isClaim } from "@conclave/client/pure";
import { alarmAdvice } from "@conclave/words/alarmAdvice";
import { alarmMeaning } from "@conclave/words/alarmMeaning";
import { words } from "../../words/words.js";

const meanings = words(alarmMeaning);
const advice = words(alarmAdvice);

/** What it means, in plain words. */
export function meaningOf({ code, person }: Pick<TimelineAlarm, "code" | "person">): string {
  return meanings[isClaim({ code, person }) ? "claim" : code];
}

/** What to do about an alarm: only what there are the means for. */
export function adviceFor({ code, person }: Pick<TimelineAlarm, "code" | "person">): string {
  if (isClaim({ code, person })) return advice.claim;
  const isNamed = person !== null || (code !== "REFUSED_CHANGE" && code !== "BAD_MESSAGE");
  return isNamed ? advice[code] : advice.unnamed;
}
