import { DecodeError, encode, is, list, mapped, optional, stored, struct, text } from "@conclave/codec";
import { PersonId } from "../encoding/ids.js";
import { type Alarm, ALARM_CODES, type AlarmCode } from "../evidence/alarm.js";
import type { Rejection } from "../policy/rejection.js";

const layout = list(
  struct<Alarm>({
    code: mapped(text(32), codeOf, (code) => code),
    person: optional(PersonId),
    // Rejections are not kept: the evidence is.
    rejection: is<Rejection | null>(null),
    evidence: text(),
  }),
);

/** The alarms that pause a room, as one record. */
export function encodeAlarms(alarms: readonly Alarm[]): Uint8Array {
  return encode(alarms, layout.write);
}

/** @throws TypeError for a damaged record, or one of a newer version */
export function decodeAlarms(bytes: Uint8Array | undefined): readonly Alarm[] {
  return bytes === undefined ? [] : stored("alarms", bytes, layout);
}

function codeOf(name: string): AlarmCode {
  const code = ALARM_CODES.find((each) => each === name);
  if (code === undefined) throw new DecodeError("version", "alarm code");
  return code;
}
