import { rightTo, ROOM_VERSION } from "@conclave/protocol";
import type { RoomVersion } from "../api/roomVersion.js";
import { named } from "../timeline/roomView.js";
import type { RoomState } from "../work/roomState.js";

/** The room's version, and whose apps would wait after the next one; null where we are in no room. */
export function roomVersion(state: RoomState): RoomVersion | null {
  const { room, person } = state;
  if (room?.status !== "active") return null;
  const { version } = room.roster;
  const next = version < ROOM_VERSION ? version + 1 : null;
  const { behind, unknown } = room.appsBehind(version + 1);
  const people = (all: typeof behind) => all.map((each) => named(state, each));
  const can = next === null ? "no" : rightTo(room.roster, { type: "upgrade", version: next }, person).can;
  return { version, knows: ROOM_VERSION, next, can, behind: people(behind), unknown: people(unknown) };
}
