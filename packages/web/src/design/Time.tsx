import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { ago, clockTime, fullTime, shortWhen } from "../words/when.js";

/** The time of now (ms), moved on every 20 seconds while the page is seen: for "3 minutes ago". */
export const now = signal(Date.now());
if (typeof document !== "undefined") {
  setInterval(() => {
    if (!document.hidden) now.value = Date.now();
  }, 20_000);
  document.addEventListener("visibilitychange", () => (now.value = Date.now()));
}

export interface TimeProps {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** "3 minutes ago", "14:05", or whichever is shortest in a list. */
  readonly as?: "ago" | "clock" | "short";
}

/** A point in time that stays true while one looks at it; in full as its tooltip. */
export function Time({ time, as = "ago" }: TimeProps): JSX.Element {
  const text = as === "clock" ? clockTime(time) : as === "short" ? shortWhen(time, now.value) : ago(time, now.value);
  return (
    <time dateTime={new Date(time).toISOString()} title={fullTime(time)}>
      {text}
    </time>
  );
}
