import { NO_DELTA } from "../encoding/delta.js";
import { type Alarm, isPausing } from "../evidence/alarm.js";
import type { Delta } from "../encoding/provider.js";
import { encodeAlarms } from "./alarmRecord.js";
import { ALARM_RECORD, type RoomParts } from "./parts.js";

/** Keeps an alarm that stops sending; what to store of it. Others are only told. */
export function pauseFor(parts: RoomParts, alarm: Alarm | null): Delta {
  if (alarm === null || !isPausing(alarm) || parts.alarms.some(({ code }) => code === alarm.code)) return NO_DELTA;
  parts.alarms = [...parts.alarms, alarm];
  return { put: [[ALARM_RECORD, encodeAlarms(parts.alarms)]], delete: [] };
}
