import type { RoomSession, TimelineItem } from "@conclave/client";

/** The newest lines of a room, oldest first: at most `limit`, including what is waiting to be sent. */
export async function newest(room: RoomSession, limit: number): Promise<TimelineItem[]> {
  if (limit === 0) return [];
  // What is pending comes in addition.
  return (await room.timeline({ limit })).slice(-limit);
}
