import { encode } from "@conclave/codec";
import { stored } from "../encoding/stored.js";
import { type Alarm, ALARMS, type AlarmCode } from "../evidence/alarm.js";

const CODES = Object.keys(ALARMS) as AlarmCode[];

/** The alarms that pause a room, as one record. Their rejections are not kept: the evidence is. */
export function encodeAlarms(alarms: readonly Alarm[]): Uint8Array {
  return encode(alarms, (w, list) =>
    w.vector(list, (x, { code, person, evidence }) => {
      x.text(code)
        .optional(person, (y, bytes) => y.fixed(bytes))
        .text(evidence);
    }),
  );
}

/** @throws TypeError for a damaged record */
export function decodeAlarms(bytes: Uint8Array | undefined): Alarm[] {
  if (bytes === undefined) return [];
  return stored("alarms", bytes, (r) =>
    r.vector((x) => {
      const code = x.text(32);
      const known = CODES.find((each) => each === code);
      if (known === undefined) throw new TypeError("a stored alarm is of a newer version");
      return { code: known, person: x.optional((y) => y.fixed(32)), rejection: null, evidence: x.text() };
    }),
  );
}
