import type { Problem } from "../api/problem.js";
import type { RelayAccess } from "../relay/relayConnection.js";
import type { RoomState } from "./roomState.js";
import type { MessageSender } from "./sender.js";
import type { Sync } from "./sync.js";

/** The parts of a room's engine that know why something does not go on. */
export interface Movement {
  readonly state: RoomState;
  readonly connection: RelayAccess;
  readonly sync: Sync;
  readonly sender: MessageSender;
}

/** Why something that waits for the relay did not come about in its time. */
export function whyLate({ sync, sender }: Pick<Movement, "sync" | "sender">): Problem {
  return (
    sync.hindrance ?? (sync.isComingBack ? { kind: "coming_back" } : null) ?? sender.refusal ?? { kind: "underway" }
  );
}
