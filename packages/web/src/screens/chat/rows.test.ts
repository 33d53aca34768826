import type { Decision, NamedPerson, TimelineItem } from "@conclave/client";
import { InviteId, PersonId } from "@conclave/client/pure";
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
  return { kind: "unreadable", key: `u${n}`, n, reason: "before_join", count: 1 };
}

const nameOf = (each: number | NamedPerson) => (typeof each === "number" ? each : each.name);

function named(id: number): NamedPerson {
  return { person: PersonId.of(new Uint8Array(32).fill(id)), name: String(id), tag: "", isYou: false, checked: null };
}

function invite(id: number): Decision["right"]["invite"] {
  return { inviteId: InviteId.of(new Uint8Array(16).fill(id)), label: null, by: named(1), isAuto: false };
}

const hash = (id: number) => new Uint8Array(32).fill(id);

/** What person `by` asked for, as hash(`of`) names it. */
function proposal(n: number, of: number, by: number, ending: "done" | "withdrawn" | null): TimelineItem {
  const asked = { actionHash: hash(of), by: named(by), time: NOON, ending, action: {}, person: null };
  return { kind: "proposal", key: `p${n}`, n, proposal: asked } as unknown as TimelineItem;
}

/** Somebody comes in by an invite. */
function entry(n: number, time: number, who: number, by: number, change: Partial<Decision> = {}): TimelineItem {
  const decision = {
    ...{
      seq: n,
      n,
      time,
      action: { type: "add" },
      by: named(who),
      person: named(who),
      actionHash: hash(n),
      revokedInvites: [],
      claim: null,
    },
    right: { role: null, approvedBy: [], invite: invite(by), sshKey: null, isFarewell: false },
    ...change,
  } as unknown as Decision;
  return { kind: "decision", key: `d${n}`, n, decision };
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

  it("makes one line of people who come in one after the other by one invite", () => {
    const rows = rowsOf(
      [
        entry(1, NOON, 1, 7),
        entry(2, NOON + 60_000, 2, 7),
        entry(3, NOON + 120_000, 3, 7),
        entry(4, NOON + 180_000, 4, 8),
        message(5, NOON + 240_000),
        entry(6, NOON + 300_000, 5, 8),
        entry(7, NOON + 300_000 + 2 * 3_600_000, 6, 8),
        entry(8, NOON + DAY, 7, 8),
      ],
      null,
      NOON + DAY,
    );
    expect(
      rows.map((row) => (row.kind === "decision" ? [row.n, row.decision.by, ...row.also].map(nameOf) : row.kind)),
    ).toEqual([[3, "1", "2", "3"], [4, "4"], "message", [6, "5"], [7, "6"], [8, "7"]]);
  });

  it("leaves alone who was let in by somebody, or with the yes of others", () => {
    const letIn = entry(2, NOON, 2, 7, { by: named(1) });
    const agreed = entry(3, NOON, 3, 7, {
      right: { role: null, approvedBy: [named(1)], invite: invite(7), sshKey: null, isFarewell: false },
    });
    const rows = rowsOf([entry(1, NOON, 1, 7), letIn, agreed, entry(4, NOON, 4, 7)], null, NOON);
    expect(rows).toHaveLength(4);
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

  it("tells a decision once, with who asked for it where somebody else made it", () => {
    const rows = rowsOf(
      [
        ...[proposal(1, 4, 8, "done"), proposal(2, 5, 5, "done"), proposal(3, 9, 8, "withdrawn")],
        ...[entry(4, NOON, 4, 7), entry(5, NOON + DAY, 5, 7), entry(6, NOON + 2 * DAY, 6, 7), proposal(7, 9, 8, null)],
      ],
      null,
      NOON,
    );
    const told = rows.map((row) => (row.kind === "decision" ? (row.askedBy?.name ?? "nobody") : row.kind));
    expect(told).toEqual(["proposal", "8", "nobody", "nobody", "proposal"]);
  });
});
