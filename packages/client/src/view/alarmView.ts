import { alarmSentence, proofFromJson } from "@conclave/protocol";
import type { LoggedAlarm } from "../session/alarmLog.js";
import type { RoomState } from "../session/roomState.js";
import { named } from "./roomView.js";
import type { TimelineAlarm } from "./timeline.js";

/** An alarm for a screen. */
export function alarmView(
  state: RoomState,
  { order, n, time, alarm, count, acknowledged }: LoggedAlarm,
): TimelineAlarm {
  return {
    order,
    n,
    time,
    code: alarm.code,
    sentence: alarmSentence(alarm),
    person: alarm.person && named(state, alarm.person),
    rejection: alarm.rejection,
    proof: proofFromJson(alarm.evidence) === null ? null : alarm.evidence,
    count,
    acknowledged,
  };
}
