import type { RoomStatus, TimelineAlarm } from "@conclave/client";
import { describe, expect, it } from "vitest";
import { ringForm } from "../screens/room/ringForm.js";
import { ringWords } from "../screens/room/ringWords.js";
import { type Ring, ringOf } from "./ring.js";

const NOW = 1_800_000_000_000;
const DAY_MS = 86_400_000;
const BY = { name: "Alice", person: new Uint8Array(32), tag: "amber-bicycle", isYou: false } as never;
const FRESH = { state: "fresh", by: BY, others: 0, time: NOW, until: null, isAnswer: true, clock: null } as const;
const CALM = {
  ...{ standing: "member", isLeaving: false, ending: null, connection: "live", isRecovering: false, mirror: null },
  ...{ isConfirmed: true, freshness: FRESH, epoch: 1, seq: 1, n: 1, pending: 0, unread: 0, mentions: 0 },
  ...{
    isMuted: false,
    listMarks: { isPinned: false, isUnread: false, archivedAt: null },
    firstUnread: null,
    requests: 0,
    asked: 0,
    open: null,
    paused: null,
    comingBack: null,
  },
  ...{ roomAhead: 0, clockAhead: 0, fileLimit: null, providers: null, alarms: [] },
} as const satisfies RoomStatus;
const ALARM = { code: "BAD_RECEIPT" } as unknown as TimelineAlarm;

const ring = (change: Partial<RoomStatus>, since: number | null = NOW): Ring =>
  ringOf({ ...CALM, ...change }, since, NOW);
/** How it is drawn, and what it says. */
const seen = (change: Partial<RoomStatus>, since?: number) => {
  const shown = ring(change, since);
  return [ringForm(shown), ringWords(shown, { ...CALM, ...change })];
};

describe("the ring of a room", () => {
  it("is closed, and says nothing, when who decides has confirmed the list and nothing waits", () => {
    expect(seen({})).toEqual(["closed", ""]);
    expect(seen({ freshness: { ...FRESH, state: "aging" } })).toEqual(["closed", ""]);
    expect(seen({ unread: 4, pending: 1 })).toEqual(["closed", ""]);
  });

  it("has a part for each yes that it takes: green, indigo where it waits for you, pale", () => {
    const open = { have: 1, need: 3 };
    expect(seen({ open, asked: 1 })).toEqual([["yes", "you", "rest"], "Waits for your decision"]);
    expect(seen({ open: { have: 2, need: 4 } })).toEqual([["yes", "yes", "rest", "rest"], "2 of 4 approved"]);
    expect(seen({ requests: 1, asked: 1 })).toEqual([["yes", "you"], "Someone wants to join"]);
    expect(seen({ requests: 1 })).toEqual([["yes", "rest"], "Someone is waiting to be let in"]);
    // More than eight parts are a share.
    expect(ringForm(ring({ open: { have: 6, need: 24 } }))).toEqual(["yes", "yes", ...Array<string>(6).fill("rest")]);
  });

  it("stays open at the last yes until it is done", () => {
    for (const open of [
      { have: 2, need: 2 },
      { have: 40, need: 40 },
      { have: 0, need: 1 },
      { have: 1, need: 1 },
    ]) {
      for (const asked of [0, 1]) {
        const form = ringForm(ring({ open, asked }));
        expect(form).toContain(asked ? "you" : "rest");
        expect(form!.length).toBeGreaterThan(1);
      }
    }
  });

  it("RULE web.ring-alarm: is red for an alarm, whatever else is the matter", () => {
    const alarm = { why: "alarm", alarm: ALARM } as const;
    expect(seen({ paused: alarm, alarms: [ALARM] })).toEqual(["alarm", "Alarm: sending is paused"]);
    expect(seen({ alarms: [ALARM] })).toEqual(["alarm", "An alarm to look at"]);
    const worst = { connection: "offline", asked: 2, open: { have: 1, need: 2 }, isConfirmed: false } as const;
    expect(ringForm(ring({ ...worst, alarms: [ALARM] }))).toBe("alarm");
  });

  it("RULE web.ring-unknown: is dots while what is shown may be old, and says why", () => {
    const old: readonly (readonly [Partial<RoomStatus>, RegExp])[] = [
      [{ connection: "offline" }, /^Not connected: what you write is sent later$/u],
      [{ connection: "offline", pending: 2 }, /^Not connected: 2 messages waiting$/u],
      [{ connection: "offline", mirror: "wss://m.example" }, /from the mirror/u],
      [{ connection: "connecting" }, /^Connecting$/u],
      [{ connection: "catching up" }, /^Catching up$/u],
      [{ isRecovering: true }, /restored/u],
      [{ paused: { why: "failed", message: "" } }, /^Sending is paused$/u],
      [{ standing: "restored", paused: { why: "restored" } }, /^Sending is paused$/u],
      [{ comingBack: {} as never }, /^On its way back/u],
      [{ freshness: { ...FRESH, clock: { ahead: 3_600_000, people: 2 } } }, /clock is 60 minutes ahead/u],
      [{ freshness: { ...FRESH, state: "stale", time: NOW - DAY_MS } }, /^Not confirmed since .+, by Alice$/u],
      [{ freshness: { ...FRESH, state: "expired", by: null, time: null } }, /^Nobody who decides/u],
    ];
    for (const [change, words] of old) {
      // A decision that waits does not hide it.
      for (const more of [{}, { asked: 1, open: { have: 1, need: 2 } }]) {
        const [form, said] = seen({ ...change, ...more });
        expect(form, JSON.stringify(change)).toBe("dots");
        expect(said).toMatch(words);
      }
    }
  });

  it("RULE web.ring-unknown: has a gap while nobody has confirmed who is here, and is dots when that lasts a day", () => {
    const unknown = { freshness: { ...FRESH, state: "unknown", by: null, time: null } } as const;
    for (const change of [unknown, { isConfirmed: false }, { ...unknown, isConfirmed: false }]) {
      expect(seen(change)).toEqual(["gap", "Waiting for the others"]);
    }
    expect(ringForm(ring({ isConfirmed: false }, NOW - DAY_MS + 1))).toBe("gap");
    expect(seen({ isConfirmed: false }, NOW - DAY_MS)).toEqual([
      "dots",
      "Nobody who decides has confirmed who is here",
    ]);
    // Those who decide may be too many to be asked.
    expect(ringForm(ring(unknown, NOW - 9 * DAY_MS))).toBe("gap");
  });

  it("turns on the way in, and is not there where one is out", () => {
    expect(seen({ standing: "joining" })).toEqual(["turning", "Joining"]);
    expect(seen({ standing: "founding" })).toEqual(["turning", "Being set up"]);
    expect(seen({ standing: "asking", connection: "offline" })).toEqual(["turning", "Waiting to be let in"]);
    for (const standing of ["removed", "left", "lost"] as const) expect(seen({ standing })).toEqual([null, ""]);
  });
});
