import type { Outlook } from "@conclave/protocol";
import type { NamedPerson } from "./person.js";

/** Which version a room is of, and what a move to the next one would mean (docs/protocol.md §4). */
export interface RoomVersion {
  readonly version: number;
  /** The newest version that this app knows. */
  readonly knows: number;
  /** The version that an `upgrade` leads to; null where this app knows none after the room's. */
  readonly next: number | null;
  /** Whether our person may move it there alone, together with others, or not at all. */
  readonly can: Outlook["can"];
  /** Other people whose apps have said that they do not know the version after the room's: they wait until they update. */
  readonly behind: readonly NamedPerson[];
  /** Other people whose apps have said nothing about that yet. */
  readonly unknown: readonly NamedPerson[];
}
