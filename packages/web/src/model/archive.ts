import type { RoomSummary } from "@conclave/client/rpc";

/**
 * Whether a room is put away. It is back in the list as soon as somebody writes there (of a muted one: names the person), and while
 * it waits for the person or has an alarm: nothing that asks for somebody may be out of sight.
 */
export function isArchived({ status, latest }: Pick<RoomSummary, "status" | "latest">): boolean {
  const { listMarks, standing, asked, alarms, paused, isMuted, mentions } = status;
  if (listMarks.archivedAt === null || standing !== "member") return false;
  if (asked > 0 || alarms.length > 0 || paused !== null || mentions > 0) return false;
  return isMuted || (latest?.n ?? 0) <= listMarks.archivedAt;
}
