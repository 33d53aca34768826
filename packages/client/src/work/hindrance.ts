import type { AlarmCode, Upgraded } from "@conclave/protocol";
import type { Problem } from "../api/problem.js";
import type { RoomState } from "./roomState.js";

/** Why nothing can be done in this room, now or later; null while it can. */
export function ended({ failure, phase }: RoomState): Problem | null {
  if (failure !== null) return { kind: "closed" };
  if (phase.is === "restored") return { kind: "restored" };
  return phase.is === "out" || phase.is === "asking" ? { kind: "not_member" } : null;
}

/** Why nothing that needs the room as it is now can be done; null while it can. */
export function hindering(state: RoomState): Problem | null {
  return ended(state) ?? (state.upgraded ? outdated(state.upgraded) : null);
}

/**
 * Why nothing is sent in this room, whatever the network does; null where that depends on it (`Sync.hindrance`).
 *
 * RULE: client.reason-as-itself: what stops something is told as what it is: an alarm is never called an outage, nor an outage
 * an attack; a person who waits is told at once, and not that nobody answered.
 */
export function hindrance(state: RoomState): Problem | null {
  // What was kept back may have been given by now: the sync knows that.
  const alarm = state.room?.pausingAlarms.find(({ code }) => code !== "WITHHELD");
  return hindering(state) ?? (alarm ? pausedBy(alarm.code) : null);
}

/** What only a newer app can do. */
export function outdated(upgraded: Upgraded): Problem {
  return { kind: "refused", rejection: { code: "update_needed", upgraded } };
}

export function pausedBy(code: AlarmCode): Problem {
  return { kind: "refused", rejection: { code: "paused", detail: code } };
}
