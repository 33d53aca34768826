import type { RoomId } from "@conclave/protocol";
import type { TimelineMessage } from "./timeline.js";

/** Which of the messages that were found to return. */
export interface SearchOptions {
  /** At most this many (50). */
  readonly limit?: number;
  /** Only what is before: a place of the log in one room's search, a time (ms) in a search of all rooms. */
  readonly before?: number;
}

/** A message that a search of all rooms found. */
export interface FoundMessage {
  readonly roomId: RoomId;
  readonly message: TimelineMessage;
}
