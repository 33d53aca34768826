import type { RoomSession, TimelineItem } from "@conclave/client";

/** The newest lines of a room, oldest first: at most so many, what waits to be sent among them. */
export async function newest(room: RoomSession, limit: number): Promise<TimelineItem[]> {
  if (limit === 0) return [];
  // What is pending comes in addition.
  return (await room.timeline({ limit })).slice(-limit);
}
