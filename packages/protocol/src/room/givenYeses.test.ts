import { toHex } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import type { Delta } from "../encoding/provider.js";
import { preset } from "../policy/presets.js";
import { type Action, actionHash } from "../roster/action.js";
import { Chain, type Someone } from "../roster/chain.fixture.js";
import { GivenYeses } from "./givenYeses.js";

/** Two of the admins decide, and what a disk has of their yeses. */
function room() {
  const chain = new Chain(nodeCrypto, preset("admins:2"));
  const [bob, carol] = [chain.someone("Bob"), chain.someone("Carol")];
  // Alice alone is all admins there are, and the next one needs her yes only.
  chain.must(chain.alice, chain.adding(bob, "admin"));
  const add = chain.adding(carol);
  chain.must(chain.alice, add, { approvals: [chain.approval(bob, add)] });
  const records = new Map<string, Uint8Array>();
  const store = ({ put, delete: gone }: Delta) => {
    for (const [key, value] of put) records.set(key, value);
    for (const key of gone) expect(records.delete(key)).toBe(true);
  };
  const keep = (given: GivenYeses, action: Action, who: Someone, change = {}) => {
    const proposal = {
      ...{ action, actionHash: actionHash(nodeCrypto, action, chain.alice.person), by: chain.alice.person },
      ...{ since: 0, alsoBy: [], approvals: [], declinedBy: [] },
    };
    store(given.keep(proposal, who.person, chain.approval(who, action, change)));
  };
  const yes = (given: GivenYeses) => given.list().map(({ action, yes }) => [action.type, [...yes].sort()]);
  return { chain, alice: chain.alice, bob, carol, records, store, keep, yes };
}

const sorted = (...people: Someone[]) => people.map(({ person }) => toHex(person)).sort();

describe("yeses that may be used against the list of members", () => {
  it("RULE freshness.yes-outlives: are kept for each action and person, also after a restart; of what leaves the list alone none is", () => {
    const { alice, bob, carol, records, keep, yes } = room();
    const given = GivenYeses.load(records);
    const removal = { type: "remove", person: carol.person, ban: false } as const;
    const ban = { ...removal, ban: true };
    keep(given, removal, bob);
    keep(given, removal, alice);
    keep(given, ban, bob);
    keep(given, { type: "setTitle", title: "Other" }, bob);
    expect(records.size).toBe(3);
    const wanted = [
      ["remove", sorted(alice, bob)],
      ["remove", sorted(bob)],
    ];
    expect(yes(given)).toEqual(wanted);
    expect(yes(GivenYeses.load(records))).toEqual(wanted);
  });

  it("are eight of one person at most: the oldest give way, and nobody else's", () => {
    const { chain, alice, bob, records, keep } = room();
    const first = GivenYeses.load(records);
    const removal = (n: number): Action => ({
      type: "remove",
      person: chain.someone(`Nobody ${n}`).person,
      ban: false,
    });
    keep(first, removal(0), alice);
    // The one that is given again counts as new.
    for (let n = 0; n < 8; n++) keep(first, removal(n), bob, { baseSeq: n });
    keep(first, removal(0), bob, { baseSeq: 8 });
    expect(records.size).toBe(9);
    const given = GivenYeses.load(records);
    keep(given, removal(8), bob, { baseSeq: 9 });
    expect(records.size).toBe(9);
    for (const each of [given, GivenYeses.load(records)]) {
      const ofBob = each.list().filter(({ yes }) => yes.has(toHex(bob.person)));
      const names = ofBob.map(({ action }) => toHex((action as Extract<Action, { type: "remove" }>).person));
      const left = [2, 3, 4, 5, 6, 7, 0, 8].map((n) => toHex(chain.someone(`Nobody ${n}`).person));
      expect(names.sort()).toEqual(left.sort());
      expect(each.list().filter(({ yes }) => yes.has(toHex(alice.person)))).toHaveLength(1);
    }
  });

  it("are forgotten when they are void, and not before", () => {
    const { chain, alice, bob, carol, records, store, keep, yes } = room();
    const given = GivenYeses.load(records);
    const removal = { type: "remove", person: carol.person, ban: false } as const;
    keep(given, removal, bob);
    store(given.settle(nodeCrypto, chain.roster));
    expect(yes(given)).toHaveLength(1);
    chain.must(alice, removal, { approvals: [chain.approval(bob, removal)] });
    store(given.settle(nodeCrypto, chain.roster));
    expect(given.list()).toEqual([]);
    expect(records.size).toBe(0);
  });
});
