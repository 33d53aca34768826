import { nodeCrypto as crypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import type { Policy } from "../policy/policy.js";
import { preset, type Preset } from "../policy/presets.js";
import { Chain, type Someone } from "./chain.fixture.js";
import { policyDoubts } from "./policyDoubts.js";

/** Alice owns the room, Adam is an admin and Mia a member. */
function room() {
  const chain = new Chain(crypto);
  return { chain, alice: chain.alice, adam: chain.add("Adam", "admin"), mia: chain.add("Mia") };
}

function ruled(word: Preset, rules: Partial<Policy["rules"]>): Policy {
  const policy = preset(word);
  return { ...policy, rules: { ...policy.rules, ...rules } };
}

function doubts(chain: Chain, policy: Policy, by: Someone = chain.alice): readonly string[] {
  return policyDoubts(chain.roster, policy, by.person).map((doubt) => {
    if (doubt.code === "locked_out") return doubt.code;
    const numbers = doubt.code === "count_too_large" ? ` ${doubt.count} of ${doubt.voices}` : "";
    return `${doubt.code} ${doubt.matters.join("|")}${numbers}`;
  });
}

describe("doubts about a policy", () => {
  it("there are none about what the people in the room can do", () => {
    const { chain } = room();
    for (const word of ["owner", "admins:1", "admins:2", "everyone", "open"] as const)
      expect([word, doubts(chain, preset(word))]).toEqual([word, []]);
  });

  it("name what nobody can do, and not what an invite does without anybody", () => {
    const { chain } = room();
    expect(doubts(chain, preset("add-only"))).toEqual(["nobody_can remove"]);
    const anyInvite = { kind: "invite", inviteClass: "any" } as const;
    expect(doubts(chain, ruled("owner", { add: anyInvite, invite: { kind: "self" } }))).toEqual(["nobody_can invite"]);
    expect(doubts(chain, ruled("owner", { add: { kind: "anyOf", rules: [] } }))).toEqual(["nobody_can add"]);
  });

  it("name each number that is larger than those who could say yes now, a steward not among them", () => {
    const { chain, alice } = room();
    chain.must(alice, chain.adding(chain.someone("Stew"), "steward"));
    const of = (count: number) => ({ kind: "quorum", role: "member", count, half: false }) as const;
    expect(doubts(chain, ruled("owner", { remove: of(3) }))).toEqual([]);
    expect(doubts(chain, ruled("owner", { remove: of(4) }))).toEqual(["count_too_large remove 4 of 3"]);
    expect(doubts(chain, preset("admins:3"))).toEqual(["count_too_large add|remove|setRole|setPolicy|invite 3 of 2"]);
    expect(doubts(chain, ruled("admins:3", { remove: of(4), invite: of(4) }))).toEqual([
      "count_too_large add|setRole|setPolicy 3 of 2",
      "count_too_large remove|invite 4 of 3",
    ]);
  });

  it("say that who sets it gives away their say in the rules, if they have one", () => {
    const { chain, adam, mia } = room();
    chain.must(chain.alice, { type: "setPolicy", policy: ruled("owner", { setPolicy: { kind: "majority" } }) });
    const admins = ruled("owner", { setPolicy: { kind: "role", role: "admin" } });
    expect([adam, mia].map((by) => doubts(chain, admins, by))).toEqual([[], ["locked_out"]]);
    chain.must(
      chain.alice,
      { type: "setPolicy", policy: admins },
      {
        approvals: [chain.approval(adam, { type: "setPolicy", policy: admins })],
      },
    );
    expect(doubts(chain, preset("owner"), mia)).toEqual([]);
  });
});
