import { readFileSync } from "node:fs";

/** A tick of `/proc`, in ms: the same on every Linux that Node runs on. */
const TICK_MS = 10;

/** The processor time that processes have used so far, in ms; those that are gone count nothing. Linux. */
export function processorTime(pids: readonly number[]): number {
  let ticks = 0;
  for (const pid of pids) {
    try {
      // After the name, which may have spaces and is in brackets: state is the first field, utime and stime the 12th and 13th.
      const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ");
      ticks += Number(fields[11]) + Number(fields[12]);
    } catch {
      // It has ended.
    }
  }
  return ticks * TICK_MS;
}
