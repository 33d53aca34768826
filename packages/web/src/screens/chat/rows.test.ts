import type { TimelineItem } from "@conclave/client";
import { describe, expect, it } from "vitest";
import { rowsOf } from "./rows.js";

const NOON = new Date(2026, 4, 3, 12).getTime();
const DAY = 86_400_000;

function message(n: number, time: number, author = 1): TimelineItem {
  const person = { person: new Uint8Array([author]), name: "A", tag: "", isYou: false, checked: null };
  const message = { author: person, time, n, authorGone: false } as Extract<
    TimelineItem,
    { kind: "message" }
  >["message"];
  return { kind: "message", key: `m${n}`, n, message };
}

function unreadable(n: number): TimelineItem {
  return { kind: "unreadable", key: `u${n}`, n, reason: "before_join" };
}

describe("the lines of a conversation", () => {
  it("begins a day once, and goes by no clock that is ahead or behind", () => {
    const items = [
      message(1, NOON),
      message(2, NOON - 9 * DAY),
      message(3, NOON + 900 * DAY),
      message(4, NOON + DAY),
      message(5, NOON + DAY),
    ];
    const rows = rowsOf(items, null, NOON + DAY);
    expect(rows.map(({ day }) => day)).toEqual([NOON, null, null, NOON + DAY, null]);
  });

  it("puts lines of one person together for five minutes", () => {
    const items = [
      message(1, NOON),
      message(2, NOON + 60_000),
      message(3, NOON + 120_000, 2),
      message(4, NOON + 900_000, 2),
    ];
    const rows = rowsOf(items, null, NOON);
    expect(rows.map((row) => row.kind === "message" && [row.isFirst, row.isLast])).toEqual([
      [true, false],
      [false, true],
      [true, true],
      [true, true],
    ]);
  });

  it("makes one line of many that cannot be shown for one reason", () => {
    const rows = rowsOf([unreadable(1), unreadable(2), unreadable(3), message(4, NOON)], null, NOON);
    expect(rows.map((row) => [row.kind, row.n])).toEqual([
      ["unreadable", 3],
      ["message", 4],
    ]);
    expect(rows[0]).toMatchObject({ count: 3 });
  });

  it("marks the first message that was not read", () => {
    const rows = rowsOf([message(1, NOON), message(2, NOON + 1), message(3, NOON + 2)], 2, NOON);
    expect(rows.map(({ isFirstUnread }) => isFirstUnread)).toEqual([false, true, false]);
  });
});
