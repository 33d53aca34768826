import type { TimelineAlarm } from "@conclave/client";
import { saveFile } from "../../app/saveFile.js";

/** Gives the person the proof as a file; where there is none that others could check, what was seen. */
export function saveProof(alarm: TimelineAlarm): void {
  const text = alarm.proof ?? JSON.stringify({ ...alarm, person: alarm.person?.name ?? null }, null, 2);
  const day = new Date(alarm.time).toISOString().slice(0, 10);
  saveFile(new Blob([text]), `conclave-${alarm.code.toLowerCase()}-${day}.json`);
}
