import { toHex } from "@conclave/codec";
import { nodeCrypto as crypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import type { Rule } from "../policy/rule.js";
import { Chain, type Someone } from "./chain.fixture.js";
import { type Grounds, mostNeeded, tally } from "./tally.js";

/** Owner Alice, admins Bob and Carol, members Dave and Erin. */
function room() {
  const chain = new Chain(crypto);
  const [bob, carol] = [chain.add("Bob", "admin"), chain.add("Carol", "admin")];
  return { chain, alice: chain.alice, bob, carol, dave: chain.add("Dave"), erin: chain.add("Erin") };
}

/** What a rule asks for, and what there is when these people say yes. */
function asked(chain: Chain, rule: Rule, yes: readonly Someone[], grounds: Partial<Grounds> = {}) {
  const people = new Set(yes.map(({ person }) => toHex(person)));
  const { have, need, counted } = tally(rule, {
    before: chain.roster,
    yes: people,
    self: false,
    invite: null,
    ...grounds,
  });
  const names = [...counted].map((person) => chain.roster.members.get(person)!.name);
  return { have, need, names };
}

const HOPELESS = { have: 0, need: Number.POSITIVE_INFINITY, names: [] };

describe("what a rule asks for", () => {
  it("nobody: no yes helps, of whomever about whatever", () => {
    const { chain, alice, bob } = room();
    expect(asked(chain, { kind: "nobody" }, [alice, bob], { self: true, invite: "single" })).toEqual(HOPELESS);
  });

  it("the person themself: met by what is about themselves, and by no yes", () => {
    const { chain, alice } = room();
    expect(asked(chain, { kind: "self" }, [alice])).toEqual(HOPELESS);
    expect(asked(chain, { kind: "self" }, [], { self: true })).toEqual({ have: 1, need: 1, names: [] });
  });

  it("one person: somebody of that role or above says yes, and is named; nobody below does", () => {
    const { chain, alice, bob, dave } = room();
    const admin: Rule = { kind: "role", role: "admin" };
    expect(asked(chain, admin, [dave])).toEqual({ have: 0, need: 1, names: [] });
    expect(asked(chain, admin, [dave, bob])).toEqual({ have: 1, need: 1, names: ["Bob"] });
    expect(asked(chain, admin, [alice])).toEqual({ have: 1, need: 1, names: ["Alice"] });
    expect(asked(chain, { kind: "owner" }, [bob, dave])).toEqual({ have: 0, need: 1, names: [] });
    expect(asked(chain, { kind: "owner" }, [dave, alice])).toEqual({ have: 1, need: 1, names: ["Alice"] });
    // One is enough: of several yeses each is named, and none is more than that.
    expect(asked(chain, admin, [dave, bob, alice])).toEqual({ have: 1, need: 1, names: ["Bob", "Alice"] });
    expect(asked(chain, { kind: "anyMember" }, [])).toEqual({ have: 0, need: 1, names: [] });
    expect(asked(chain, { kind: "anyMember" }, [dave])).toEqual({ have: 1, need: 1, names: ["Dave"] });
  });

  it("a quorum: so many of that role, or all of them while they are fewer", () => {
    const { chain, alice, bob, carol, dave } = room();
    const quorum = (count: number): Rule => ({ kind: "quorum", role: "admin", count, half: false });
    expect(asked(chain, quorum(2), [bob, dave])).toEqual({ have: 1, need: 2, names: ["Bob"] });
    expect(asked(chain, quorum(2), [carol, bob])).toMatchObject({ have: 2, need: 2 });
    expect(asked(chain, quorum(9), [alice, bob])).toMatchObject({ have: 2, need: 3 });
  });

  it("at least half: of an odd number, the greater part", () => {
    const { chain, bob } = room();
    const quorum = (role: "admin" | "member", count: number): Rule => ({ kind: "quorum", role, count, half: true });
    expect(asked(chain, quorum("member", 1), [bob])).toMatchObject({ have: 1, need: 3 });
    expect(asked(chain, quorum("admin", 1), [bob])).toMatchObject({ have: 1, need: 2 });
    expect(asked(chain, quorum("admin", 3), [bob])).toMatchObject({ have: 1, need: 3 });
    chain.add("Frank");
    expect(asked(chain, quorum("member", 1), [bob])).toMatchObject({ have: 1, need: 3 });
  });

  it("an invite: of the class that the rule names, and only one that was proved", () => {
    const { chain, alice } = room();
    const met = { have: 1, need: 1, names: [] };
    const single: Rule = { kind: "invite", inviteClass: "single" };
    expect(asked(chain, single, [alice])).toEqual(HOPELESS);
    expect(asked(chain, single, [], { invite: "multi" })).toEqual(HOPELESS);
    expect(asked(chain, single, [], { invite: "single" })).toEqual(met);
    expect(asked(chain, { kind: "invite", inviteClass: "any" }, [], { invite: "multi" })).toEqual(met);
    expect(asked(chain, { kind: "invite", inviteClass: "any" }, [alice])).toEqual(HOPELESS);
  });

  it("one of several: the one that lacks least speaks, in whatever order they stand", () => {
    const { chain, bob, dave } = room();
    const [near, far]: Rule[] = [
      { kind: "quorum", role: "admin", count: 2, half: false },
      { kind: "quorum", role: "member", count: 4, half: false },
    ];
    for (const rules of [
      [near!, far!],
      [far!, near!],
    ])
      expect(asked(chain, { kind: "anyOf", rules }, [bob, dave])).toEqual({ have: 1, need: 2, names: ["Bob"] });
    expect(asked(chain, { kind: "anyOf", rules: [] }, [bob])).toEqual(HOPELESS);
  });
});

describe("the most yeses that a rule may come to ask for", () => {
  it("one where one person decides, none that helps where no yes does", () => {
    const { members } = room().chain.roster;
    for (const kind of ["nobody", "self"] as const)
      expect(mostNeeded({ kind }, members)).toBe(Number.POSITIVE_INFINITY);
    expect(mostNeeded({ kind: "invite", inviteClass: "any" }, members)).toBe(Number.POSITIVE_INFINITY);
    for (const kind of ["owner", "anyMember"] as const) expect(mostNeeded({ kind }, members)).toBe(1);
    expect(mostNeeded({ kind: "role", role: "member" }, members)).toBe(1);
  });

  it("of a ballot, as of all who could vote, newcomers among them", () => {
    const { chain } = room();
    const { rules, settings } = chain.roster.policy;
    chain.must(chain.alice, { type: "setPolicy", policy: { rules, settings: { ...settings, minTenure: 100 } } });
    const { members } = chain.roster;
    const quorum = (role: "admin" | "member", count: number, half = false): Rule => ({
      kind: "quorum",
      role,
      count,
      half,
    });
    expect(mostNeeded({ kind: "majority" }, members)).toBe(3);
    expect(mostNeeded({ kind: "unanimous" }, members)).toBe(5);
    expect(mostNeeded(quorum("admin", 2), members)).toBe(2);
    expect(mostNeeded(quorum("admin", 9), members)).toBe(3);
    expect(mostNeeded(quorum("admin", 1, true), members)).toBe(2);
    expect(mostNeeded(quorum("member", 1, true), members)).toBe(3);
  });

  it("of several rules, what the easiest asks for", () => {
    const { members } = room().chain.roster;
    const rules: Rule[] = [{ kind: "unanimous" }, { kind: "majority" }, { kind: "nobody" }];
    expect(mostNeeded({ kind: "anyOf", rules }, members)).toBe(3);
  });
});
