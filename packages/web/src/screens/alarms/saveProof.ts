import type { TimelineAlarm } from "@conclave/client";

/** Gives the person the proof as a file; where there is none that others could check, what was seen. */
export function saveProof(alarm: TimelineAlarm): void {
  const text = alarm.proof ?? JSON.stringify({ ...alarm, person: alarm.person?.name ?? null }, null, 2);
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `conclave-${alarm.code.toLowerCase()}-${new Date(alarm.time).toISOString().slice(0, 10)}.json`;
  link.click();
  // The download has begun by then; a browser that is slower keeps the blob itself.
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, 60_000);
}
