import type { RoomSession } from "@conclave/client";

/** A person has looked at all alarms, and goes on sending. */
export async function resumeSending(room: RoomSession): Promise<void> {
  for (const { order } of room.status().alarms) await room.acknowledge(order);
  await room.resume();
}
