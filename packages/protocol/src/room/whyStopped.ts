import { refused, updateNeeded, type Upgraded } from "../policy/rejection.js";
import { ROOM_VERSION } from "../roster/version.js";
import type { RoomParts } from "./parts.js";

/** Who moved the room to a version that this app does not know: nothing more is read or sent. Null when nobody did. */
export function upgradedBy({ core }: Pick<RoomParts, "core">): Upgraded | null {
  const { upgraded } = core;
  return upgraded !== null && upgraded.version > ROOM_VERSION ? { ...upgraded, knows: ROOM_VERSION } : null;
}

/**
 * Why nothing is sent in the room now; null when it is.
 *
 * RULE: room.stop: nothing is sent while joining, behind, after a proven lie, or from a copied device (attacks A28, A64).
 */
export function whyStopped(parts: RoomParts): ReturnType<typeof refused> | null {
  const { core, alarms, isCaughtUp } = parts;
  if (core.status !== "active") return refused("not_active", core.status);
  const upgraded = upgradedBy(parts);
  if (upgraded !== null) return updateNeeded(upgraded);
  if (alarms.length > 0) return refused("paused", alarms[0]!.code);
  return isCaughtUp ? null : refused("not_caught_up");
}
