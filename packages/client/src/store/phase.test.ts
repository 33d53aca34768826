import type { Room } from "@conclave/protocol";
import { describe, expect, it } from "vitest";
import { joinEndingOf, type Phase, phaseAfter, standingOf } from "./phase.js";

const creation = {} as never;
const request = {} as never;
const lost: Phase = { is: "out", why: "lost", ending: { problem: { kind: "closed" }, by: null }, request };
const ALL: readonly Phase[] = [
  { is: "founding", creation },
  { is: "joining", join: null },
  { is: "asking", request },
  { is: "member" },
  { is: "out", why: "removed" },
  { is: "out", why: "left" },
  lost,
  { is: "restored" },
];
const ENDED = ALL.slice(4);
const room = (status: Room["status"], ...codes: readonly string[]) =>
  ({ status, pausingAlarms: codes.map((code) => ({ code })) }) as unknown as Room;

describe("the phase of a room", () => {
  it("is told as it is, and where it is over as why", () => {
    const told = ["founding", "joining", "asking", "member", "removed", "left", "lost", "restored"];
    expect(ALL.map(standingOf)).toEqual(told);
  });

  it("ends with the membership, from wherever it is; what is over stays as it is", () => {
    for (const why of ["removed", "left"] as const) {
      for (const phase of ALL.slice(0, 4)) expect(phaseAfter(phase, room(why))).toEqual({ is: "out", why });
      for (const phase of ENDED) expect(phaseAfter(phase, room(why))).toBe(phase);
    }
  });

  it("is that of a copy where an alarm says so, and no other alarm, however many there are", () => {
    const member: Phase = { is: "member" };
    expect(phaseAfter(member, room("active", "WITHHELD", "RESTORED"))).toEqual({ is: "restored" });
    expect(phaseAfter(member, room("active", "WITHHELD", "FORK"))).toBe(member);
    // Who was taken out meanwhile has nothing to come back to.
    expect(phaseAfter(member, room("removed", "RESTORED"))).toEqual({ is: "out", why: "removed" });
    for (const phase of ENDED) expect(phaseAfter(phase, room("active", "RESTORED"))).toBe(phase);
  });

  it("becomes that of a member when a join has come through, and by nothing else", () => {
    expect(phaseAfter({ is: "joining", join: null }, room("active"))).toEqual({ is: "member" });
    for (const phase of ALL.filter(({ is }) => is !== "joining")) expect(phaseAfter(phase, room("active"))).toBe(phase);
    const joining: Phase = { is: "joining", join: null };
    expect(phaseAfter(joining, room("joining"))).toBe(joining);
  });

  it("tells how a join ended only where it did", () => {
    expect(ALL.map(joinEndingOf)).toEqual([
      null,
      null,
      null,
      null,
      null,
      null,
      { problem: { kind: "closed" }, by: null },
      null,
    ]);
  });
});
