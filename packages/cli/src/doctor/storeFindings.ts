import type { StoreFacts } from "@conclave/relay";
import { count } from "../commands/backup.js";
import { bad, good, type Finding } from "./finding.js";
import { span } from "./finding.js";

/** How far a clock may be behind what it has dated, ms: the relay reserves time ahead, and machines differ. */
const CLOCK_TOLERANCE_MS = 60_000;
const SHOWN = 5;
const SHOWN_DIGITS = 16;

/** Whether every log is as it was written. `todo`: how rooms are put back. */
export function roomsFinding({ logs }: StoreFacts, todo: string): Finding {
  const { rooms, records, damaged } = logs;
  if (damaged.length === 0) {
    if (rooms === 0) return good("rooms", "There are no rooms yet.");
    return good("rooms", `${count(rooms, "room")} with ${count(records, "record")}: each record leads to its head.`);
  }
  const shown = damaged
    .slice(0, SHOWN)
    .map(({ tag, room, why }) => `${tag?.slice(0, SHOWN_DIGITS) ?? `number ${room}`} (${why})`);
  const more = damaged.length > SHOWN ? `, and ${damaged.length - SHOWN} more` : "";
  const text = `${damaged.length} of ${count(rooms, "room")} damaged, and not served from there on: ${shown.join(", ")}${more}.`;
  return bad("rooms", text, todo);
}

/** Whether a clock is behind what was dated and signed by it. `whose`: the clock, as the beginning of a sentence. */
export function clockFinding({ signedUntil, lastRecord }: StoreFacts, now: number, whose: string): Finding {
  const ahead = Math.max(signedUntil, lastRecord) - now;
  if (ahead <= CLOCK_TOLERANCE_MS) return good("clock", `${whose} is not behind what the relay has signed.`);
  return bad(
    "clock",
    `${whose} is ${span(ahead)} behind what the relay has signed: it was wrong then, or is wrong now.`,
    "Look at the time with: date. Set it right and keep it right: timedatectl set-ntp true. If it is right now, leave it: receipts never go back, so all messages get the same time until it has caught up.",
  );
}
