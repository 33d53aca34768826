import { PersonId } from "@conclave/protocol";
import { describe, expect, it } from "vitest";
import { Claims } from "./claims.js";

const [you, alice, carol, bob, dave] = [1, 2, 3, 4, 5].map((n) => PersonId.of(new Uint8Array(32).fill(n))) as [
  PersonId,
  PersonId,
  PersonId,
  PersonId,
  PersonId,
];

describe("what devices claim of somebody when they come back", () => {
  it("A107: RULE client.claims-counted: a liar counts once, however often; two people count, and each time your own device says so", () => {
    const liar = new Claims(you);
    expect(Array.from({ length: 9 }, () => liar.take(alice, bob))).toEqual(new Array(9).fill(false));
    expect(liar.take(carol, bob)).toBe(true);
    const own = new Claims(you);
    expect([own.take(you, bob), own.take(you, bob)]).toEqual([false, true]);
    const mixed = new Claims(you);
    expect([mixed.take(alice, bob), mixed.take(you, bob)]).toEqual([false, true]);
  });

  it("are counted for each person, and begin at zero once they are let in again", () => {
    const claims = new Claims(you);
    expect([claims.take(alice, bob), claims.take(carol, dave)]).toEqual([false, false]);
    claims.settle(bob);
    expect([claims.take(carol, bob), claims.take(alice, bob)]).toEqual([false, true]);
    claims.clear();
    expect(claims.take(alice, bob)).toBe(false);
  });
});
