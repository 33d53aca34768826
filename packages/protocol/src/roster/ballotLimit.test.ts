import { nodeCrypto as crypto } from "@conclave/crypto/node";
import { beforeAll, describe, expect, it } from "vitest";
import type { Policy } from "../policy/policy.js";
import { preset } from "../policy/presets.js";
import type { Rule } from "../policy/rule.js";
import { Chain, type Someone, verdict } from "./chain.fixture.js";
import type { Roster } from "./roster.js";

/** A room under a rule for changing rules, in which the owner lets people in alone. */
function under(setPolicy: Rule, minTenure = 0): Policy {
  const { rules, settings } = preset("owner");
  return { rules: { ...rules, setPolicy }, settings: { ...settings, minTenure } };
}

const majority: Rule = { kind: "majority" };
const unanimous: Rule = { kind: "unanimous" };

describe("a room whose rules ask many people", () => {
  const chain = new Chain(crypto);
  const people: Someone[] = [chain.alice];
  const sizes = new Map<number, Roster>();

  beforeAll(() => {
    const link = {
      type: "createInvite",
      invite: chain.terms("all", { for: { class: "multi", limit: 10_000 } }),
    } as const;
    chain.must(chain.alice, link);
    sizes.set(1, chain.roster);
    while (people.length < 482) {
      const who = chain.someone(`Member ${String(people.length)}`);
      const joined = chain.join("all", who);
      if (!joined.ok) throw new Error(joined.error.code);
      people.push(who);
      sizes.set(people.length, chain.roster);
    }
  }, 300_000);

  /** The room with so many people, under the owner's rules. */
  const roomOf = (size: number): Chain => {
    chain.roster = sizes.get(size)!;
    return chain;
  };
  const next = (room: Chain) => room.someone("One more");
  const change = (policy: Policy) => ({ type: "setPolicy", policy }) as const;

  it("A113: RULE policy.ballot-fits: nobody comes in where all, or more than half, could then not agree in one entry", () => {
    for (const [rule, most] of [
      [unanimous, 241],
      [majority, 481],
    ] as const) {
      const room = roomOf(most - 1);
      room.must(room.alice, change(under(rule)));
      const last = people[most - 1]!;
      // The last who fits, by the link and by the owner's word; and one more.
      expect(verdict(room.author(room.alice, room.adding(last)))).toBe("ok");
      expect(verdict(room.join("all", last))).toBe("ok");
      expect(room.roster.members.size).toBe(most);
      expect(verdict(room.author(room.alice, room.adding(next(room))))).toBe("ballot_limit");
      expect(verdict(room.join("all", next(room)))).toBe("ballot_limit");
      // All who are needed can agree, so the room can still change its rules; people can go, and others come.
      const open = change(preset("owner"));
      const voices = people.slice(1, 241).map((who) => room.approval(who, open));
      expect(verdict(room.author(room.alice, open, { approvals: voices.slice(1) }))).toBe("approvals_missing");
      expect(verdict(room.author(room.alice, open, { approvals: voices }))).toBe("ok");
      room.must(room.alice, { type: "remove", person: last.person, ban: false });
      expect(verdict(room.author(room.alice, room.adding(next(room))))).toBe("ok");
    }
  });

  it("RULE policy.ballot-fits: nor are such rules made in a room that is too large for them, and tenure does not hide it", () => {
    const rules: [Rule, number][] = [
      [unanimous, 241],
      [majority, 481],
      [{ kind: "quorum", role: "member", count: 1, half: true }, 482],
      [{ kind: "quorum", role: "member", count: 300, half: false }, 241],
      [{ kind: "anyOf", rules: [unanimous, { kind: "owner" }] }, 482],
      [{ kind: "quorum", role: "admin", count: 300, half: true }, 482],
    ];
    for (const [rule, most] of rules)
      for (const minTenure of [0, 1000])
        for (const size of [240, 241, 242, 481, 482])
          expect([rule.kind, size, verdict(roomOf(size).author(chain.alice, change(under(rule, minTenure))))]).toEqual([
            rule.kind,
            size,
            size <= most ? "ok" : "ballot_limit",
          ]);
  });

  it("RULE policy.ballot-fits: a role that gives one more a say is not given", () => {
    const room = roomOf(242);
    const half: Rule = { kind: "quorum", role: "admin", count: 300, half: false };
    for (const { person } of people.slice(1, 241)) room.must(room.alice, { type: "setRole", person, role: "admin" });
    room.must(room.alice, change(under(half)));
    const up = { type: "setRole", person: people[241]!.person, role: "admin" } as const;
    expect(verdict(room.author(room.alice, up))).toBe("ballot_limit");
    room.must(room.alice, { type: "setRole", person: people[1]!.person, role: "member" });
    expect(verdict(room.author(room.alice, up))).toBe("ok");
  });

  it("the presets: in those in which few decide there is no limit; where all agree, it is 241 people", () => {
    const presets = [preset("open"), preset("admins:2"), preset("everyone"), preset("add-only")];
    const tried = (size: number) => presets.map((policy) => verdict(roomOf(size).author(chain.alice, change(policy))));
    expect(tried(482)).toEqual(["ok", "ok", "ballot_limit", "ballot_limit"]);
    expect(tried(241)).toEqual(["ok", "ok", "ok", "ok"]);
    const room = roomOf(482);
    expect(verdict(room.author(room.alice, room.adding(next(room))))).toBe("ok");
    // To seal a room takes no later change.
    expect(verdict(room.author(room.alice, { type: "seal" }))).toBe("ok");
  });
});
