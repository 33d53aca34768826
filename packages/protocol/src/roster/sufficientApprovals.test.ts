import { nodeCrypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import { adminsTogether, ownerLed } from "../policy/presets.js";
import type { Policy } from "../policy/policy.js";
import type { Rule } from "../policy/rule.js";
import type { Action } from "./action.js";
import { Chain, type Someone, verdict } from "./chain.fixture.js";
import { sufficientApprovals } from "./sufficientApprovals.js";

const CROWD = 260;

/** A room that so many have joined by a link; then the policy is this. */
function crowd(policy: Policy, admins = 0): { chain: Chain; people: Someone[] } {
  const chain = new Chain(nodeCrypto);
  const people = Array.from({ length: CROWD }, (_, at) =>
    chain.add(`P${String(at)}`, at >= CROWD - admins ? "admin" : "member"),
  );
  chain.must(chain.alice, { type: "setPolicy", policy });
  return { chain, people };
}

/** The owner decides, but on who is shown out. */
function removing(remove: Rule): Policy {
  const policy = ownerLed();
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
    const { chain, people } = crowd(adminsTogether(2), 2);
    const [author, mallory] = [people.at(-1)!, people[0]!];
    const action = { type: "remove", person: mallory.person, ban: false } as const;
    const outdated = chain.approval(people[1]!, action, { policyHash: chain.bytes("other") });
    const yes = [...people.slice(2).map((each) => chain.approval(each, action)), outdated];
    expect(given(chain, author, action, yes)).toEqual([yes.at(-3)]);
  });

  it("all who agreed are named where there is room", () => {
    const chain = new Chain(nodeCrypto);
    const [bob, carol, dave] = [chain.add("Bob", "admin"), chain.add("Carol", "admin"), chain.someone("Dave")];
    chain.must(chain.alice, { type: "setPolicy", policy: adminsTogether(2) });
    const action = chain.adding(dave);
    const yes = [bob, carol].map((each) => chain.approval(each, action));
    expect(given(chain, chain.alice, action, yes)).toEqual(yes);
  });

  it("RULE approval.each-counts: of somebody who agreed twice, the yes that counts", () => {
    const chain = new Chain(nodeCrypto);
    const [bob, dave] = [chain.add("Bob", "admin"), chain.someone("Dave")];
    chain.must(chain.alice, { type: "setPolicy", policy: adminsTogether(2) });
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
});
