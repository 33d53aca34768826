import { nodeCrypto as crypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import { preset } from "../policy/presets.js";
import type { Policy } from "../policy/policy.js";
import type { Action } from "./action.js";
import { Chain, type Someone } from "./chain.fixture.js";
import { outlook, rightTo } from "./outlook.js";

/** Owner Alice, admins Bob and Carol, member Dave, under these rules. */
function room(policy: Policy = preset("admins:2")) {
  const chain = new Chain(crypto);
  const [bob, carol, dave] = [chain.add("Bob", "admin"), chain.add("Carol", "admin"), chain.add("Dave")];
  if (policy !== chain.roster.policy) chain.must(chain.alice, { type: "setPolicy", policy });
  const ask = (by: Someone, action: Action, ...approvals: Uint8Array[]) =>
    outlook(
      crypto,
      chain.roster,
      { action, author: { person: by.person, leaf: by.leaf }, time: chain.time },
      approvals,
    );
  const right = (by: Someone, action: Action) => rightTo(chain.roster, action, by.person);
  return { chain, alice: chain.alice, bob, carol, dave, erin: chain.someone("Erin"), ask, right };
}

const no = (code: string) => ({ can: "no", why: { code } });

describe("what a screen says would come of an action", () => {
  it("one's own yes counts, others' as far as they were given, and with enough it is done at once", () => {
    const { chain, bob, carol, erin, ask } = room();
    const adding = chain.adding(erin);
    expect(ask(bob, adding)).toEqual({ can: "together", have: 1, need: 2 });
    expect(ask(bob, adding, chain.approval(carol, adding, {}, bob))).toEqual({ can: "alone" });
    expect(ask(bob, { type: "tick" })).toEqual({ can: "alone" });
  });

  it("somebody without a say is told so, and not that others are missing", () => {
    const { chain, dave, erin, ask } = room();
    expect(ask(dave, chain.adding(erin))).toMatchObject(no("not_allowed"));
  });

  it("what would be refused even if everybody agreed says why", () => {
    const { chain, alice, bob, erin, ask } = room();
    expect(ask(erin, { type: "tick" })).toEqual(no("author_unknown"));
    expect(ask({ ...bob, leaf: alice.leaf }, { type: "tick" })).toEqual(no("author_unknown"));
    expect(ask(bob, { type: "remove", person: erin.person, ban: false })).toMatchObject(no("not_member"));
    expect(ask(bob, chain.adding(bob))).toMatchObject(no("leaf_reused"));
    expect(ask(bob, { type: "setTitle", title: "\u0000" })).toMatchObject({ can: "no" });
    expect(ask(bob, { type: "allow", keys: [] })).toEqual(no("malformed"));
    chain.must(alice, { type: "seal" }, { approvals: [chain.approval(bob, { type: "seal" })] });
    expect(ask(alice, chain.adding(erin))).toMatchObject(no("sealed"));
  });

  it("where nobody can ever agree it is not proposed", () => {
    const { rules, settings } = preset("owner");
    const { chain, alice, erin, ask } = room({ rules: { ...rules, add: { kind: "nobody" } }, settings });
    expect(ask(alice, chain.adding(erin))).toEqual(no("not_allowed"));
  });

  it("the right to a kind of action: alone, with others, or not at all", () => {
    const { chain, alice, bob, dave, erin, right } = room();
    const adding = chain.adding(erin);
    expect(right(bob, adding)).toEqual({ can: "together", have: 1, need: 2 });
    expect(right(dave, adding)).toEqual(no("not_allowed"));
    expect(right(dave, { type: "setTitle", title: "x" })).toMatchObject(no("not_allowed"));
    expect(right(erin, adding)).toEqual(no("not_member"));
    expect(right(bob, { type: "allow", keys: [] })).toEqual(no("malformed"));
    expect(right(alice, { type: "tick" })).toEqual({ can: "alone" });
    // Whether it makes sense is not looked at.
    expect(right(bob, { type: "remove", person: erin.person, ban: false })).toMatchObject({ can: "together" });
  });
});
