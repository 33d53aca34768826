import type { Freshness, NamedPerson, RoomStatus } from "@conclave/client";
import { spanOf } from "@conclave/words";
import { safeName } from "../terminal/safeText.js";
import { ago, dayAndTime } from "../terminal/when.js";

/** `confirmed by Alice 40 s ago`. */
export function freshnessLine({ state, by, others, time, isAnswer }: Freshness): string {
  if (by === null || time === null) return `not confirmed yet${state === "unknown" ? "" : ` (${state})`}`;
  if (state === "unknown")
    return `never confirmed for everybody; last heard from ${nameOf(by)} ${ago(time, Date.now())}`;
  const more = others === 0 ? "" : ` and ${others} ${others === 1 ? "other" : "others"}`;
  const good = state === "fresh" ? (isAnswer ? ", in answer to you" : "") : ` (${state})`;
  return `confirmed by ${nameOf(by)}${more} ${ago(time, Date.now())}${good}`;
}

/** What several people's clocks say of this machine's; null where they do not doubt it. */
export function clockLine({ clock }: Freshness): string | null {
  if (clock === null) return null;
  const way = clock.ahead > 0 ? "ahead" : "behind";
  return `this machine's clock is ${spanOf("en", Math.abs(clock.ahead))} ${way}, by the clocks of ${clock.people} people`;
}

/** What the relay's clock and the others' say of this machine's; null where they do not doubt it. */
export function clockDoubtLine({ clockAhead }: Pick<RoomStatus, "clockAhead">): string | null {
  if (clockAhead === 0) return null;
  return `this machine's clock is ${spanOf("en", Math.abs(clockAhead))} ${clockAhead > 0 ? "ahead of" : "behind"} the relay's`;
}

/** Whether a person is asked before they send: nobody who decides has confirmed the list for too long. */
export function isOld({ state }: Freshness): boolean {
  return state === "stale" || state === "expired";
}

/** `Nobody who decides here has confirmed the list of members since 24 Nov 2026 14:05.` */
export function oldSentence({ time }: Freshness): string {
  const since = time === null ? "yet" : `since ${dayAndTime(time)}`;
  return `Nobody who decides here has confirmed the list of members ${since}: somebody may have been removed.`;
}

function nameOf(by: NamedPerson): string {
  return by.isYou ? "you" : safeName(by.name === "" ? "somebody" : by.name);
}
