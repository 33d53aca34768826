import type { RoomStatus, TimelineMessage } from "@conclave/client";
import { describe, expect, it } from "vitest";
import { isArchived } from "./archive.js";

const QUIET = { standing: "member", asked: 0, alarms: [], paused: null, isMuted: false, mentions: 0 } as const;

function room(change: Partial<RoomStatus>, latestN: number) {
  const listMarks = { isPinned: false, isUnread: false, archivedAt: 10 };
  return {
    status: { ...QUIET, listMarks, ...change } as RoomStatus,
    latest: { n: latestN } as TimelineMessage,
  };
}

describe("an archived room", () => {
  it("is away until something is written there; a muted one until somebody names the person", () => {
    expect(isArchived(room({}, 10))).toBe(true);
    expect(isArchived(room({}, 11))).toBe(false);
    expect(isArchived(room({ isMuted: true }, 11))).toBe(true);
    expect(isArchived(room({ isMuted: true, mentions: 1 }, 11))).toBe(false);
    expect(isArchived({ ...room({}, 10), latest: null })).toBe(true);
  });

  it("is back while it waits for the person, or something is wrong", () => {
    expect(isArchived(room({ asked: 1 }, 10))).toBe(false);
    expect(isArchived(room({ paused: { kind: "alarm" } as unknown as RoomStatus["paused"] }, 10))).toBe(false);
    expect(isArchived(room({ alarms: [{}] as unknown as RoomStatus["alarms"] }, 10))).toBe(false);
    expect(isArchived(room({ standing: "left" }, 10))).toBe(false);
    expect(isArchived(room({ listMarks: { isPinned: true, isUnread: false, archivedAt: null } }, 10))).toBe(false);
  });
});
