import { toHex } from "@conclave/codec";
import { nodeCrypto as crypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import type { Policy } from "../policy/policy.js";
import { preset } from "../policy/presets.js";
import type { Rule } from "../policy/rule.js";
import { Chain, NOBODY_DECIDES, type Someone, verdict } from "./chain.fixture.js";
import { bearsOnList, covers, type GivenYes, othersNeeded, vouchersOf } from "./coverage.js";

/** Owner Alice, admins Bob and Carol, members Dave and Erin, under this policy. */
function room(policy: Policy) {
  const chain = new Chain(crypto);
  const [bob, carol] = [chain.add("Bob", "admin"), chain.add("Carol", "admin")];
  const [dave, erin] = [chain.add("Dave"), chain.add("Erin")];
  const roster = { ...chain.roster, policy };
  const ids = (people: readonly Someone[]) => new Set(people.map(({ person }) => toHex(person)));
  return {
    ...{ chain, roster, alice: chain.alice, bob, carol, dave, erin, ids },
    isCovered: (people: readonly Someone[], given: readonly GivenYes[] = []) => covers(roster, ids(people), given),
    vouchers: () => vouchersOf(roster).map(({ name }) => name),
  };
}

function removedBy(remove: Rule, add: Rule = { kind: "owner" }): Policy {
  const { rules, settings } = preset("owner");
  return { rules: { ...rules, remove, add, invite: { kind: "nobody" } }, settings };
}

describe("whose word about the list suffices", () => {
  it("RULE freshness.coverage: the owner's, where the owner decides, and nobody's beside it (attack A20)", () => {
    const { isCovered, alice, bob, carol, dave, erin, vouchers } = room(preset("owner"));
    expect(isCovered([alice])).toBe(true);
    expect(isCovered([bob, carol, dave, erin])).toBe(false);
    expect(isCovered([])).toBe(false);
    expect(vouchers()).toEqual(["Alice"]);
  });

  it("where any admin may remove, that of all of them: one vouches for nothing (attack A119)", () => {
    const { isCovered, alice, bob, carol, dave, vouchers } = room(preset("open"));
    expect(isCovered([alice, bob])).toBe(false);
    expect(isCovered([bob, dave])).toBe(false);
    expect(isCovered([alice, bob, carol])).toBe(true);
    expect(vouchers()).toEqual(["Alice", "Bob", "Carol"]);
  });

  it("of k that have to agree among n admins, that of n - k + 1", () => {
    const { isCovered, alice, bob, carol, dave, erin } = room(preset("admins:2"));
    expect(isCovered([alice, bob])).toBe(true);
    expect(isCovered([bob, carol])).toBe(true);
    expect(isCovered([alice, dave, erin])).toBe(false);
    expect(room(preset("admins:3")).isCovered([carol])).toBe(true);
  });

  it("everybody's, where anybody may remove", () => {
    const { isCovered, alice, bob, carol, dave, erin, vouchers } = room(preset("everyone"));
    expect(isCovered([alice, bob, carol, dave])).toBe(false);
    expect(isCovered([alice, bob, carol, dave, erin])).toBe(true);
    expect(vouchers()).toHaveLength(5);
  });

  it("any one's, where all have to agree, and nobody's, where nobody can ever be removed", () => {
    const agreed = room(preset("add-only"));
    expect(agreed.isCovered([agreed.erin])).toBe(true);
    expect(agreed.isCovered([])).toBe(false);
    const closed = room(NOBODY_DECIDES);
    expect(closed.isCovered([])).toBe(true);
    expect(closed.vouchers()).toEqual([]);
    expect(covers({ ...room(preset("open")).roster, sealed: true }, new Set())).toBe(true);
  });

  it("counts who may change roles or rules: they remove whom they like, after that", () => {
    const { rules, settings } = preset("owner");
    const admin: Rule = { kind: "role", role: "admin" };
    for (const matter of ["setRole", "setPolicy"] as const) {
      const { isCovered, alice, bob, carol } = room({ rules: { ...rules, [matter]: admin }, settings });
      expect(isCovered([alice])).toBe(false);
      expect(isCovered([alice, bob, carol])).toBe(true);
    }
  });

  it("RULE freshness.puppets: a ballot of all members binds nobody where more can be let in (attack A46)", () => {
    const owned = room(removedBy({ kind: "majority" }));
    expect(owned.isCovered([owned.alice, owned.bob, owned.carol])).toBe(true);
    expect(owned.isCovered([owned.alice, owned.bob])).toBe(false);
    const open = room(removedBy({ kind: "majority" }, { kind: "anyMember" }));
    expect(open.isCovered([open.alice, open.bob, open.carol, open.dave])).toBe(false);
    const few: Rule = { kind: "quorum", role: "member", count: 3, half: false };
    expect(room(removedBy(few)).isCovered([open.alice, open.bob, open.carol])).toBe(true);
    expect(room(removedBy(few, { kind: "anyMember" })).isCovered([open.alice, open.bob, open.carol])).toBe(false);
    const { openInvites } = openRoom();
    const roster = { ...owned.roster, openInvites };
    expect(covers(roster, owned.ids([owned.alice, owned.bob, owned.carol]))).toBe(false);
  });

  it("RULE freshness.given-yes: a yes to a removal counts, whatever who said it says since (attack A120)", () => {
    const { isCovered, ids, alice, bob, carol, erin } = room(preset("admins:2"));
    const given = { action: { type: "remove", person: erin.person, ban: false }, yes: ids([bob]) } as const;
    const title = { ...given, action: { type: "setTitle", title: "x" } } as const;
    expect(isCovered([alice, bob], [given])).toBe(false);
    expect(isCovered([alice, carol], [given])).toBe(true);
    expect(isCovered([alice, bob], [title])).toBe(true);
  });

  it("says how many others it takes, and nothing where that is everybody or too many", () => {
    const needed = (policy: Policy, who: "alice" | "bob" | "dave", most = 8) => {
      const made = room(policy);
      return othersNeeded(made.roster, made[who].person, most);
    };
    expect(needed(preset("owner"), "alice")).toBe(0);
    expect(needed(preset("owner"), "dave")).toBe(1);
    expect(needed(preset("open"), "dave")).toBe(3);
    expect(needed(preset("open"), "bob")).toBe(2);
    expect(needed(preset("open"), "dave", 2)).toBeNull();
    expect(needed(preset("admins:2"), "dave")).toBe(2);
    expect(needed(preset("everyone"), "dave")).toBeNull();
    expect(needed(NOBODY_DECIDES, "dave")).toBe(0);
  });

  it("more people never cover less", () => {
    const policies = [preset("owner"), preset("open"), preset("admins:2"), preset("everyone"), preset("add-only")];
    for (const policy of policies) {
      const { isCovered, alice, bob, carol, dave, erin } = room(policy);
      const people = [alice, bob, carol, dave, erin];
      for (let some = 0; some < 32; some++) {
        const chosen = people.filter((_, index) => some & (1 << index));
        if (!isCovered(chosen)) continue;
        for (const more of people) expect(isCovered([...chosen, more])).toBe(true);
      }
    }
  });
});

describe("who is covered is asked before anybody is removed (attack A119)", () => {
  const ids = (...people: Someone[]) => new Set(people.map(({ person }) => toHex(person)));
  const removalOf = ({ person }: Someone) => ({ type: "remove", person, ban: false }) as const;

  it("RULE freshness.puppets: an open link that makes its bearer an admin covers nobody where admins remove", () => {
    const chain = new Chain(crypto, preset("open"));
    const [bob, erin] = [chain.add("Bob", "admin"), chain.add("Erin")];
    expect(covers(chain.roster, ids(chain.alice, bob))).toBe(true);
    chain.must(chain.alice, { type: "createInvite", invite: chain.terms("admins", { role: "admin" }) });
    expect(covers(chain.roster, ids(chain.alice, bob))).toBe(false);
    const frank = chain.someone("Frank");
    expect(verdict(chain.join("admins", frank, "admin"))).toBe("ok");
    expect(verdict(chain.act(frank, removalOf(erin)))).toBe("ok");
  });

  it("RULE freshness.tenure: who may not vote yet counts among those outside", () => {
    const { rules, settings } = preset("admins:2");
    const chain = new Chain(crypto, { rules, settings: { ...settings, minTenure: 20 } });
    const [bob, carol, erin] = [chain.add("Bob", "admin"), chain.add("Carol", "admin"), chain.add("Erin")];
    // Bob may vote now, and Carol not yet.
    for (let n = 0; n < 18; n++) chain.must(chain.alice, { type: "tick" });
    expect(covers(chain.roster, ids(chain.alice))).toBe(false);
    expect(covers(chain.roster, ids(chain.alice, bob))).toBe(true);
    for (let n = 0; n < 25; n++) {
      chain.time += 24 * 3_600_000;
      chain.must(bob, { type: "tick" });
    }
    const removal = removalOf(erin);
    expect(verdict(chain.act(bob, removal, { approvals: [chain.approval(carol, removal, {}, bob)] }))).toBe("ok");
  });

  it("RULE freshness.given-yes: a yes to somebody's coming in as an admin counts against the list too (attack A120)", () => {
    const chain = new Chain(crypto, preset("admins:1"));
    const [bob, carol, erin] = [chain.add("Bob", "admin"), chain.add("Carol", "admin"), chain.add("Erin")];
    const change = { type: "setPolicy", policy: preset("admins:2") } as const;
    chain.must(chain.alice, change, { approvals: [chain.approval(bob, change)] });
    const frank = chain.someone("Frank");
    const adding = chain.adding(frank, "admin");
    const yes = chain.approval(bob, adding, {}, carol);
    expect(covers(chain.roster, ids(chain.alice, bob))).toBe(true);
    expect(covers(chain.roster, ids(chain.alice, bob), [{ action: adding, yes: ids(bob, carol) }])).toBe(false);
    expect(verdict(chain.act(carol, adding, { approvals: [yes] }))).toBe("ok");
    const removal = removalOf(erin);
    expect(verdict(chain.act(carol, removal, { approvals: [chain.approval(frank, removal, {}, carol)] }))).toBe("ok");
  });
});

describe("a rule of several parts, links and yeses, as they bear on the list", () => {
  const member: Rule = { kind: "anyMember" };
  const owner: Rule = { kind: "owner" };

  it("RULE freshness.puppets: more people meet one of several rules, and an owner's rule only as owners", () => {
    const either: Rule = { kind: "anyOf", rules: [owner, { kind: "majority" }] };
    const { isCovered, alice, bob, carol, dave } = room(removedBy(either, member));
    expect(isCovered([alice, bob, carol, dave])).toBe(false);
    const chain = new Chain(crypto, preset("owner"));
    const ids = new Set([toHex(chain.alice.person)]);
    chain.must(chain.alice, { type: "createInvite", invite: chain.terms("admins", { role: "admin" }) });
    expect(covers(chain.roster, ids)).toBe(true);
    chain.must(chain.alice, { type: "createInvite", invite: chain.terms("owners", { role: "owner" }) });
    expect(covers(chain.roster, ids)).toBe(false);
    const frank = chain.someone("Frank");
    expect(verdict(chain.join("owners", frank, "owner"))).toBe("ok");
    expect(verdict(chain.act(frank, { type: "remove", person: chain.alice.person, ban: false }))).toBe("ok");
  });

  it("members who can be let in make no quorum of admins", () => {
    const admins: Rule = { kind: "quorum", role: "admin", count: 2, half: false };
    const { isCovered, alice, bob } = room(removedBy(admins, member));
    expect(isCovered([alice, bob])).toBe(true);
  });

  it("an invite to return lets nobody in who could take part in a ballot", () => {
    const majority = removedBy({ kind: "majority" });
    const chain = new Chain(crypto, { ...majority, rules: { ...majority.rules, invite: owner } });
    const [bob] = [chain.add("Bob"), chain.add("Carol")];
    const ids = new Set([chain.alice, bob].map(({ person }) => toHex(person)));
    const personal = { class: "personal", person: chain.alice.person } as const;
    chain.must(chain.alice, { type: "openReturn", invite: chain.terms("words", { mode: "return", for: personal }) });
    expect(covers(chain.roster, ids)).toBe(true);
  });

  it("RULE freshness.given-yes: to come in as an admin takes a yes to both, the coming in and the role", () => {
    const { rules, settings } = preset("open");
    const open = room({ rules: { ...rules, add: member }, settings });
    const { alice, bob, carol, dave, ids } = open;
    const adding = open.chain.adding(open.chain.someone("Frank"), "admin");
    expect(open.isCovered([alice, bob, carol], [{ action: adding, yes: ids([dave]) }])).toBe(true);
    expect(open.isCovered([alice, bob, carol], [{ action: adding, yes: ids([alice]) }])).toBe(false);
  });

  it("RULE freshness.given-yes: a yes to a newcomer counts where newcomers have a say, and only if it suffices", () => {
    const { isCovered, chain, ids, alice, bob, carol, dave } = room(removedBy({ kind: "majority" }));
    const adding = chain.adding(chain.someone("Frank"));
    expect(isCovered([alice, bob, carol], [{ action: adding, yes: ids([alice]) }])).toBe(false);
    expect(isCovered([alice, bob, carol], [{ action: adding, yes: ids([dave]) }])).toBe(true);
  });

  it("RULE freshness.puppets: who comes in by one rule may be enough for what the next one asks", () => {
    const { rules, settings } = preset("open");
    const { isCovered, chain, ids, alice, bob, carol } = room({
      rules: { ...rules, add: { kind: "majority" }, invite: member },
      settings,
    });
    expect(isCovered([alice, bob, carol])).toBe(true);
    const adding = chain.adding(chain.someone("Frank"), "admin");
    expect(isCovered([alice, bob, carol], [{ action: adding, yes: ids([alice]) }])).toBe(false);
  });

  it("the yes of somebody who is out counts for nothing", () => {
    const { isCovered, chain, ids, alice, bob, erin } = room(preset("admins:2"));
    const action = { type: "remove", person: erin.person, ban: false } as const;
    expect(isCovered([alice, bob], [{ action, yes: ids([chain.someone("Frank")]) }])).toBe(true);
  });

  it("what lets nobody in and takes nobody out does not bear on it", () => {
    const { chain, erin } = room(preset("owner"));
    expect(bearsOnList({ type: "setTitle", title: "x" })).toBe(false);
    expect(bearsOnList(chain.adding(chain.someone("Frank")))).toBe(true);
    expect(bearsOnList(chain.allowing("frank"))).toBe(true);
    expect(bearsOnList({ type: "remove", person: erin.person, ban: false })).toBe(true);
  });

  it("asks those with the highest roles first, and not everybody where fewer suffice", () => {
    const chain = new Chain(crypto, preset("admins:1"));
    const [bob, carol, dave] = [chain.add("Bob", "admin"), chain.add("Carol", "owner"), chain.add("Dave")];
    const down = { type: "setRole", person: chain.alice.person, role: "admin" } as const;
    chain.must(chain.alice, down, { approvals: [chain.approval(bob, down)] });
    const { rules, settings } = preset("admins:2");
    const roster = { ...chain.roster, policy: { rules: { ...rules, setRole: owner, setPolicy: owner }, settings } };
    expect(othersNeeded(roster, dave.person, 8)).toBe(2);
    expect(othersNeeded(roster, bob.person, 8)).toBe(1);
    expect(othersNeeded(roster, carol.person, 8)).toBe(1);
    const two: Rule = { kind: "quorum", role: "member", count: 2, half: false };
    const made = room(removedBy(two));
    expect(othersNeeded(made.roster, made.dave.person, 8)).toBe(3);
  });

  it("in a room of two each asks the other, though that is everybody", () => {
    const chain = new Chain(crypto, preset("everyone"));
    const bob = chain.add("Bob");
    expect(othersNeeded(chain.roster, bob.person, 8)).toBe(1);
  });
});

function openRoom() {
  const chain = new Chain(crypto);
  chain.must(chain.alice, { type: "createInvite", invite: chain.terms("for all") });
  return chain.roster;
}
