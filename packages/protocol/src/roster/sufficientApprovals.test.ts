import { nodeCrypto } from "@conclave/crypto/node";
import { toHex } from "@conclave/codec";
import { describe, expect, it } from "vitest";
import { preset } from "../policy/presets.js";
import type { Policy } from "../policy/policy.js";
import type { Rule } from "../policy/rule.js";
import type { Action } from "./action.js";
import { Chain, type Someone, verdict } from "./chain.fixture.js";
import { sufficientApprovals } from "./sufficientApprovals.js";

const CROWD = 260;

/** A room that so many have joined by a link; then the policy is this. */
function crowd(policy: Policy, admins = 0, size = CROWD): { chain: Chain; people: Someone[] } {
  const chain = new Chain(nodeCrypto);
  const people = Array.from({ length: size }, (_, at) =>
    chain.add(`P${String(at)}`, at >= size - admins ? "admin" : "member"),
  );
  chain.must(chain.alice, { type: "setPolicy", policy });
  return { chain, people };
}

/** The owner decides, but on who is shown out. */
function removing(remove: Rule): Policy {
  const policy = preset("owner");
  return { ...policy, rules: { ...policy.rules, remove } };
}

const given = (chain: Chain, by: Someone, action: Action, yes: readonly Uint8Array[]) =>
  sufficientApprovals(nodeCrypto, chain.roster, action, by.person, yes);

describe("the approvals that an entry needs", () => {
  it("A113: RULE approval.no-more-than-needed: 241 people who all agree keep nobody from carrying it out", () => {
    const { chain, people } = crowd(removing({ kind: "majority" }));
    const [mallory, author] = [people[0]!, people[1]!];
    const action = { type: "remove", person: mallory.person, ban: false } as const;
    const yes = people.slice(2, 243).map((each) => chain.approval(each, action));
    expect(yes).toHaveLength(241);
    expect(verdict(chain.author(author, action, { approvals: yes }))).toBe("malformed");
    const few = given(chain, author, action, yes);
    // 261 are in the room: 131 are more than half, and the author is one of them.
    expect(few).toHaveLength(130);
    expect(verdict(chain.author(author, action, { approvals: few }))).toBe("ok");
    expect(verdict(chain.author(author, action, { approvals: few.slice(1) }))).toBe("approvals_missing");
  });

  it("those of whom the rule asks come first, and nobody who does not count, or signs it as author", () => {
    const { chain, people } = crowd(preset("admins:2"), 2);
    const [author, mallory] = [people.at(-1)!, people[0]!];
    const action = { type: "remove", person: mallory.person, ban: false } as const;
    const outdated = chain.approval(people[1]!, action, { policyHash: chain.bytes("other") });
    const yes = [...people.slice(2).map((each) => chain.approval(each, action)), outdated];
    expect(given(chain, author, action, yes)).toEqual([yes.at(-3)]);
  });

  it("all who agreed are named where there is room", () => {
    const chain = new Chain(nodeCrypto);
    const [bob, carol, dave] = [chain.add("Bob", "admin"), chain.add("Carol", "admin"), chain.someone("Dave")];
    chain.must(chain.alice, { type: "setPolicy", policy: preset("admins:2") });
    const action = chain.adding(dave);
    const yes = [bob, carol].map((each) => chain.approval(each, action));
    expect(given(chain, chain.alice, action, yes)).toEqual(yes);
  });

  it("RULE approval.each-counts: of somebody who agreed twice, the yes that counts", () => {
    const chain = new Chain(nodeCrypto);
    const [bob, dave] = [chain.add("Bob", "admin"), chain.someone("Dave")];
    chain.must(chain.alice, { type: "setPolicy", policy: preset("admins:2") });
    const action = chain.adding(dave);
    const outdated = chain.approval(bob, action, { policyHash: chain.bytes("other") });
    const yes = chain.approval(bob, action);
    for (const both of [
      [outdated, yes],
      [yes, outdated],
    ])
      expect(given(chain, chain.alice, action, both)).toEqual([yes]);
    expect(
      verdict(chain.author(chain.alice, action, { approvals: given(chain, chain.alice, action, [yes, yes]) })),
    ).toBe("ok");
  });

  it("where they do not suffice, as many are given as there is room for", () => {
    const { chain, people } = crowd(removing({ kind: "unanimous" }));
    const action = { type: "remove", person: people[0]!.person, ban: false } as const;
    const yes = people.slice(2).map((each) => chain.approval(each, action));
    expect(given(chain, people[1]!, action, yes)).toHaveLength(240);
  });

  it("those who may vote already come first, the founder among them, and then owners", () => {
    const { chain, people } = crowd(removing({ kind: "quorum", role: "member", count: 3, half: false }), 0, 60);
    const { rules, settings } = chain.roster.policy;
    // Of P0 to P59, with entries 1 to 60, those up to P30 have been there for 30 entries when this one is made.
    chain.must(chain.alice, { type: "setPolicy", policy: { rules, settings: { ...settings, minTenure: 32 } } });
    const action = { type: "remove", person: people[0]!.person, ban: false } as const;
    const yes = people.slice(20, 58).map((each) => chain.approval(each, action, {}, chain.alice));
    const names = (some: readonly Uint8Array[]) => some.map((each) => people[20 + yes.indexOf(each)]?.name);
    expect(chain.roster.seq - chain.roster.members.get(toHex(people[29]!.person))!.joinedSeq).toBe(32);
    expect(names(given(chain, chain.alice, action, yes.toReversed()))).toEqual(["P29", "P28"]);
    // In a room so young that nobody else may vote yet, the founder does.
    const young = { rules, settings: { ...settings, minTenure: 1000 } };
    chain.must(chain.alice, { type: "setRole", person: people[59]!.person, role: "owner" });
    chain.must(chain.alice, { type: "setPolicy", policy: young });
    const alone = { type: "setRole", person: chain.alice.person, role: "member" } as const;
    chain.must(people[59]!, alone);
    const by = people[58]!;
    const again = [...people.slice(20, 58), chain.alice].map((each) => chain.approval(each, action, {}, by));
    expect(given(chain, by, action, again)).toEqual([again.at(-1)]);
  });

  it("where an owner is asked, an owner comes before any number of admins", () => {
    const { chain, people } = crowd(removing({ kind: "anyOf", rules: [{ kind: "owner" }] }), 40, 40);
    const action = { type: "remove", person: people[0]!.person, ban: false } as const;
    const author = people[1]!;
    const yes = [...people.slice(2), chain.alice].map((each) => chain.approval(each, action, {}, author));
    expect(given(chain, author, action, yes)).toEqual([yes.at(-1)]);
  });

  it("up to 32 are all named, and the author, who signs, never is", () => {
    const { chain, people } = crowd(removing({ kind: "anyMember" }), 0, 40);
    const action = { type: "remove", person: people[0]!.person, ban: false } as const;
    const author = people[1]!;
    const yes = people.slice(1).map((each) => chain.approval(each, action, {}, author));
    expect(given(chain, author, action, yes.slice(0, 33))).toEqual(yes.slice(1, 33));
    expect(given(chain, author, action, yes.slice(0, 34))).toEqual([]);
  });
});
