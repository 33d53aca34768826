import { proofFromJson } from "@conclave/protocol";
import type { LoggedAlarm } from "../store/alarmLog.js";
import type { RoomRecords } from "./roomSight.js";
import { named } from "./roomView.js";
import type { TimelineAlarm } from "../api/timeline.js";

/** An alarm for a screen. */
export function alarmView(
  state: RoomRecords,
  { order, n, time, alarm, count, acknowledged }: LoggedAlarm,
): TimelineAlarm {
  return {
    order,
    n,
    time,
    code: alarm.code,
    person: alarm.person && named(state, alarm.person),
    rejection: alarm.rejection,
    proof: proofFromJson(alarm.evidence) === null ? null : alarm.evidence,
    count,
    acknowledged,
  };
}
