import type { RelayConnection } from "../relay/relayConnection.js";
import type { Problem } from "../api/problem.js";
import { joinEndingOf } from "../store/phase.js";
import type { RoomState } from "./roomState.js";
import type { MessageSender } from "./sender.js";
import type { Sync } from "./sync.js";

/** The parts of a room's engine that know why something does not go on. */
export interface Movement {
  readonly state: RoomState;
  readonly connection: RelayConnection;
  readonly sync: Sync;
  readonly sender: MessageSender;
}

/** Why nothing can be done in this room, now or later; null while it can. */
export function ended({ failure, phase }: RoomState): Problem | null {
  if (failure !== null) return { kind: "closed" };
  if (phase.is === "restored") return { kind: "restored" };
  const problem = joinEndingOf(phase)?.problem;
  if (problem?.kind === "early_form") return problem;
  return phase.is === "out" || phase.is === "asking" ? { kind: "not_member" } : null;
}

/** Why nothing that needs the room as it is now can be done; null while it can. */
export function hindering(state: RoomState): Problem | null {
  return ended(state) ?? (state.needsUpdate ? { kind: "update_needed" } : null);
}

/**
 * Why nothing is sent in this room, whatever the network does; null where it is.
 *
 * RULE: client.reason-as-itself: what stops something is told as what it is: an alarm is never called an outage, nor an outage
 * an attack; a person who waits is told at once, and not that nobody answered.
 */
export function hindrance(state: RoomState): Problem | null {
  // What was kept back may have been given by now: the sync knows that.
  const alarm = state.room?.pausingAlarms.find(({ code }) => code !== "WITHHELD");
  return hindering(state) ?? (alarm ? { kind: "refused", rejection: { code: "paused", detail: alarm.code } } : null);
}

/** Why something that waits for the relay did not come about in its time. */
export function whyLate({ state, connection, sync, sender }: Movement): Problem {
  const stopped = hindrance(state);
  if (stopped) return stopped;
  if (!connection.welcome) return { kind: "unreachable" };
  if (!sync.isLive) return sync.problem ?? sync.refusal ?? { kind: "behind" };
  return sender.refusal ?? { kind: "underway" };
}
