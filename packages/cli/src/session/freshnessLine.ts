import type { Freshness } from "@conclave/client";
import { safeName } from "../terminal/safeText.js";
import { ago } from "../terminal/when.js";

/** `confirmed by Alice 40 s ago`. */
export function freshnessLine({ state, by, time }: Freshness): string {
  if (time === null) return "not confirmed yet";
  const good = state === "fresh" ? "" : ` (${state})`;
  return `confirmed by ${safeName(by?.isYou === true ? "you" : (by?.name ?? "somebody"))} ${ago(time, Date.now())}${good}`;
}
