import { expect, it } from "vitest";
import { alarm, ALARM_CODES, type AlarmCode } from "../evidence/alarm.js";
import { PersonId } from "../encoding/ids.js";
import { decodeAlarms, encodeAlarms } from "./alarmRecord.js";

it("alarms that pause a room are stored with whom they name and what shows it, and without what was refused", () => {
  const person = PersonId.of(new Uint8Array(32).fill(1));
  const all = ALARM_CODES.map((code, at) => alarm(code, at % 2 === 0 ? { person, evidence: `e${String(at)}` } : {}));
  expect(decodeAlarms(encodeAlarms(all))).toEqual(all);
  expect(decodeAlarms(undefined)).toEqual([]);
});

it("an alarm that this app does not know is not passed over: the room is not loaded", () => {
  const newer = alarm("NEWER" as AlarmCode);
  expect(() => decodeAlarms(encodeAlarms([alarm("FORK"), newer]))).toThrow(TypeError);
  expect(() => decodeAlarms(encodeAlarms([alarm("FORK")]).slice(0, -1))).toThrow(TypeError);
});
