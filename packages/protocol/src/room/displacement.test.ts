import { nodeCrypto as crypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import { preset } from "../policy/presets.js";
import { actionHash, type Action } from "../roster/action.js";
import { Chain, type Someone } from "../roster/chain.fixture.js";
import { MOST_OF_ONE, MOST_PROPOSALS, toDisplace } from "./displacement.js";
import type { ProposalRecord } from "./proposalRecord.js";

const chain = new Chain(crypto, preset("admins:2"));
const promotion = (n: number): Action => ({
  type: "setRole",
  person: chain.someone(`Guest ${String(n)}`).person,
  role: "admin",
});

function asked(by: Someone, n: number, more: Partial<ProposalRecord> = {}): ProposalRecord {
  const action = promotion(n);
  return {
    ...{ action, actionHash: actionHash(crypto, action, by.person), since: n, by: by.person },
    ...{ alsoBy: [], approvals: [], declinedBy: [], ...more },
  };
}

/** What gives way when this person asks for one more; by the number of what it was about. */
function displaced(proposals: readonly ProposalRecord[], by: Someone, n = 999) {
  const hash = actionHash(crypto, promotion(n), by.person);
  return toDisplace(crypto, chain.roster, proposals, { hash, by: by.person }).map(({ actionHash, by, isWhole }) => {
    const found = proposals.find((each) => each.actionHash === actionHash)!;
    return [found.since, by, isWhole];
  });
}

const people = (count: number) => Array.from({ length: count }, (_, n) => chain.someone(`Person ${String(n)}`));

describe("what gives way to a new proposal", () => {
  it("RULE proposals.few-of-one: the oldest of one's own four, and for as long as there are fewer nothing", () => {
    const [alice, bob] = people(2) as [Someone, Someone];
    const three = [asked(bob, 0), asked(alice, 1), asked(alice, 2), asked(alice, 3)];
    expect(displaced(three, alice)).toEqual([]);
    expect(displaced([...three, asked(alice, 4)], alice)).toEqual([[1, alice.person, false]]);
    expect(displaced([...three, asked(alice, 4)], bob)).toEqual([]);
    // What is asked for again takes no place more.
    expect(displaced([...three, asked(alice, 4)], alice, 4)).toEqual([]);
    // Of those that another asks for too one's own name goes.
    const shared = asked(bob, 5, { alsoBy: [alice.person] });
    expect(displaced([shared, ...three], alice)).toEqual([[5, alice.person, false]]);
  });

  it("in a room with 64 of them, the oldest of whoever asks for most, whoever asks for it too", () => {
    const many = people(MOST_PROPOSALS);
    const [newcomer] = [chain.someone("Newcomer")];
    const one = many.map((each, n) => asked(each, n + 10));
    expect(displaced(one.slice(1), newcomer)).toEqual([]);
    expect(displaced(one, newcomer)).toEqual([[10, many[0]!.person, true]]);
    // Two of one person's are more than one of anybody's.
    const two = [...one.slice(0, -1), asked(many[5]!, 500)];
    expect(displaced(two, newcomer)).toEqual([[15, many[5]!.person, true]]);
    // Who has four gives one of their own, and so nobody else has to.
    const own = [...one.slice(0, -MOST_OF_ONE), ...[1, 2, 3, 4].map((n) => asked(newcomer, n))];
    expect(own).toHaveLength(MOST_PROPOSALS);
    expect(displaced(own, newcomer)).toEqual([[1, newcomer.person, false]]);
    // Where that one stays, as another asks for it too, one of the busiest goes as well.
    const shared = [
      ...one.slice(0, -MOST_OF_ONE),
      ...[1, 2, 3, 4].map((n) => asked(newcomer, n, { alsoBy: [many[0]!.person] })),
    ];
    expect(displaced(shared, newcomer)).toEqual([
      [1, newcomer.person, false],
      [1, newcomer.person, true],
    ]);
  });

  it("RULE proposals.supported-last: what somebody else agrees to goes after what nobody does, and at last all the same", () => {
    const room = new Chain(crypto, preset("admins:2"));
    const bob = room.someone("Bob");
    room.must(room.alice, room.adding(bob, "admin"));
    const { alice } = room;
    const supported = (n: number, by: Someone) => {
      const action = promotion(n);
      return asked(alice, n, { approvals: [room.approval(by, action)] });
    };
    const oldest = (proposals: readonly ProposalRecord[]) =>
      toDisplace(crypto, room.roster, proposals, {
        hash: actionHash(crypto, promotion(999), alice.person),
        by: alice.person,
      }).map(({ actionHash }) => proposals.find((each) => each.actionHash === actionHash)!.since);
    expect(oldest([supported(1, bob), asked(alice, 2), asked(alice, 3), asked(alice, 4)])).toEqual([2]);
    expect(oldest([1, 2, 3, 4].map((n) => supported(n, bob)))).toEqual([1]);
    // One's own yes is no support, nor is one that does not count.
    expect(oldest([supported(1, alice), asked(alice, 2), asked(alice, 3), asked(alice, 4)])).toEqual([1]);
    const stranger = room.someone("Mallory");
    expect(oldest([supported(1, stranger), asked(alice, 2), asked(alice, 3), asked(alice, 4)])).toEqual([1]);
  });
});
