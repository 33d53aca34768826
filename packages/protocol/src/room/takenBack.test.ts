import { nodeCrypto } from "@conclave/crypto/node";
import { expect, it } from "vitest";
import { Chain } from "../roster/chain.fixture.js";
import { TakenBack } from "./takenBack.js";

const chain = new Chain(nodeCrypto);
const [alice, bob] = [chain.alice.person, chain.add("Bob").person];

it("an approval from before its giver took one back may have been taken back; nobody else's, and none from after it", () => {
  const back = TakenBack.load([]);
  const { put, delete: gone } = back.note(alice, 7);
  expect(gone).toEqual([]);
  for (const each of [back, TakenBack.load(put)]) {
    expect([6, 7, 8].map((n) => each.since(alice, n))).toEqual(["yes", "no", "no"]);
    expect(each.since(bob, 0)).toBe("no");
  }
});

it("where messages are missing nobody knows, except of whom it is known", () => {
  const back = TakenBack.load([]);
  const put = [...back.note(alice, 3).put, ...back.missed(7).put];
  for (const each of [back, TakenBack.load(put)]) {
    expect([2, 3, 6, 7].map((n) => each.since(alice, n))).toEqual(["yes", "unknown", "unknown", "no"]);
    expect([6, 7].map((n) => each.since(bob, n))).toEqual(["unknown", "no"]);
  }
});

it("who is out needs no place: what they approved is void; those of members, and of what is missing, stay", () => {
  const room = new Chain(nodeCrypto);
  const carol = room.add("Carol").person;
  const back = TakenBack.load([]);
  const [noted] = back.note(carol, 3).put;
  back.note(alice, 4);
  back.missed(2);
  expect(back.settle(room.roster).delete).toEqual([]);
  room.must(room.alice, { type: "remove", person: carol, ban: false });
  expect(back.settle(room.roster)).toEqual({ put: [], delete: [noted![0]] });
  expect([back.since(carol, 2), back.since(carol, 1), back.since(alice, 3)]).toEqual(["no", "unknown", "yes"]);
});
