import type { JSX } from "preact";
import { now } from "../app/now.js";
import { ago, clockTime, fullTime, shortWhen } from "../words/when.js";

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
