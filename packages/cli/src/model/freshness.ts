import { safeName } from "../terminal/safeText.js";
import { ago } from "../terminal/when.js";
import type { RoomStatus } from "./room.js";

/** `confirmed by Alice 40 s ago`. */
export function freshnessLine({ freshness }: Pick<RoomStatus, "freshness">): string {
  if (freshness.time === null) return "not confirmed yet";
  const good = freshness.state === "fresh" ? "" : ` (${freshness.state})`;
  return `confirmed by ${safeName(freshness.by?.isYou === true ? "you" : (freshness.by?.name ?? "somebody"))} ${ago(freshness.time, Date.now())}${good}`;
}
