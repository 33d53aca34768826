import type { Upgraded } from "../policy/rejection.js";
import type { Entry } from "./entry.js";
import { memberOf, type Roster } from "./roster.js";
import { ROOM_VERSION } from "./version.js";

/** Who moved the room to a version that this app does not know, by an allowed entry and the roster after it; null when nobody did. */
export function ahead(roster: Roster, { author }: Entry): Upgraded | null {
  if (roster.version <= ROOM_VERSION) return null;
  const by = memberOf(roster, author.person);
  return { by: by && { person: by.person, name: by.name }, version: roster.version, knows: ROOM_VERSION };
}
