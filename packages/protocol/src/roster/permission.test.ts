import { nodeCrypto as crypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import { preset } from "../policy/presets.js";
import type { Policy } from "../policy/policy.js";
import type { Rule } from "../policy/rule.js";
import type { Action } from "./action.js";
import { Chain, NOBODY_DECIDES, type Someone, verdict } from "./chain.fixture.js";

/** Owner Alice, admin Bob, members Carol and Dave. */
function room(policy?: Policy) {
  const chain = new Chain(crypto);
  const [bob, carol, dave] = [chain.add("Bob", "admin"), chain.add("Carol"), chain.add("Dave")];
  if (policy !== undefined) chain.must(chain.alice, { type: "setPolicy", policy });
  return { chain, alice: chain.alice, bob, carol, dave, erin: chain.someone("Erin") };
}

function all(chain: Chain, who: readonly Someone[], action: Action): { approvals: Uint8Array[] } {
  return { approvals: who.map((each) => chain.approval(each, action)) };
}

describe("permission", () => {
  it("RULE permission.policy: owner decides: nobody else adds, removes, promotes, amends or invites", () => {
    const { chain, bob, carol, dave, erin } = room();
    const actions: Action[] = [
      chain.adding(erin),
      { type: "remove", person: dave.person, ban: false },
      { type: "setRole", person: dave.person, role: "admin" },
      { type: "setPolicy", policy: preset("everyone") },
      { type: "createInvite", invite: chain.terms("link") },
    ];
    for (const action of actions) {
      const refusal = action.type === "setRole" ? ["not_allowed", "above_own_role"] : ["not_allowed", "not_allowed"];
      expect([bob, carol].map((who) => verdict(chain.author(who, action)))).toEqual(refusal);
      expect(verdict(chain.author(chain.alice, action))).toBe("ok");
    }
  });

  it("RULE permission.policy: admins decide together: one alone is not enough, two are", () => {
    const { chain, alice, bob, carol, erin } = room(preset("admins:2"));
    const adding = chain.adding(erin);
    expect(chain.author(bob, adding)).toMatchObject({ error: { approvals: { have: 1, need: 2 } } });
    expect(verdict(chain.author(carol, adding))).toBe("not_allowed");
    expect(verdict(chain.author(bob, adding, all(chain, [carol], adding)))).toBe("approvals_missing");
    expect(verdict(chain.author(bob, adding, all(chain, [bob, bob], adding)))).toBe("bad_approval");
    const agreed = chain.must(bob, adding, all(chain, [alice, carol], adding));
    expect(agreed.approvedBy).toEqual([alice.person, carol.person]);
    // A member may carry what two admins signed.
    const out = { type: "remove", person: erin.person, ban: false } as const;
    expect(verdict(chain.act(carol, out, all(chain, [alice, bob], out)))).toBe("ok");
  });

  it("RULE permission.policy: for roles, at least half of the admins", () => {
    const { chain, alice, bob, carol, dave } = room();
    for (const person of [carol, dave, chain.add("Erin"), chain.add("Frank")])
      chain.must(alice, { type: "setRole", person: person.person, role: "admin" });
    chain.must(alice, { type: "setPolicy", policy: preset("admins:2") });
    const down = { type: "setRole", person: dave.person, role: "member" } as const;
    expect(chain.author(bob, down, all(chain, [alice], down))).toMatchObject({
      error: { approvals: { have: 2, need: 3 } },
    });
    expect(verdict(chain.act(bob, down, all(chain, [alice, carol], down)))).toBe("ok");
  });

  it("RULE rule.silence: everyone agrees means every one", () => {
    const { chain, alice, bob, carol, dave, erin } = room(preset("everyone"));
    const adding = chain.adding(erin);
    expect(verdict(chain.author(alice, adding))).toBe("approvals_missing");
    expect(verdict(chain.author(alice, adding, all(chain, [bob, carol], adding)))).toBe("approvals_missing");
    expect(verdict(chain.author(alice, adding, all(chain, [bob, carol, dave], adding)))).toBe("ok");
  });

  it("more than half is a majority, half is none", () => {
    const { rules, settings } = preset("owner");
    const { chain, alice, bob, carol, dave, erin } = room({ rules: { ...rules, add: { kind: "majority" } }, settings });
    const adding = chain.adding(erin);
    expect(verdict(chain.author(dave, adding, all(chain, [carol], adding)))).toBe("approvals_missing");
    expect(verdict(chain.author(dave, adding, all(chain, [carol, bob], adding)))).toBe("ok");
    expect(verdict(chain.author(alice, adding, all(chain, [carol, bob], adding)))).toBe("ok");
  });

  it("RULE rule.tenure-by-voters: newcomers do not make each other's tenure; where nobody may vote, every member's decisions do", () => {
    const { rules, settings } = preset("owner");
    const policy = { rules: { ...rules, add: { kind: "majority" } as const }, settings: { ...settings, minTenure: 3 } };
    const chain = new Chain(crypto, policy);
    const [bob, carol] = [chain.add("Bob", "admin"), chain.add("Carol", "owner")];
    const adding = chain.adding(chain.someone("Dave"));
    for (let n = 0; n < 9; n++) chain.must(bob, { type: "tick" });
    expect(verdict(chain.author(bob, adding, all(chain, [carol], adding)))).toBe("not_allowed");
    chain.must(chain.alice, { type: "tick" });
    expect(verdict(chain.author(bob, adding, all(chain, [carol], adding)))).toBe("not_allowed");
    chain.must(carol, { type: "leave", person: chain.alice.person }, { farewell: chain.farewell(chain.alice) });
    // The founder has gone before anybody else could vote.
    expect(verdict(chain.author(bob, adding, all(chain, [carol], adding)))).toBe("not_allowed");
    chain.must(bob, { type: "tick" });
    expect(verdict(chain.author(bob, adding))).toBe("ok");
    // Bob may vote now, by the adding of Carol and two ticks; so those of Carol count no more.
    for (let n = 0; n < 3; n++) chain.must(carol, { type: "tick" });
    expect(verdict(chain.author(carol, adding))).toBe("not_allowed");
  });

  it("RULE rule.tenure: newcomers do not vote for a while, however many they are", () => {
    const { rules, settings } = preset("owner");
    const policy = { rules: { ...rules, add: { kind: "majority" } as const }, settings: { ...settings, minTenure: 3 } };
    const chain = new Chain(crypto, policy);
    const [bob, carol] = [chain.add("Bob"), chain.add("Carol")];
    const adding = chain.adding(chain.someone("Dave"));
    // Two newcomers against the founder: only the founder's voice counts.
    expect(verdict(chain.author(bob, adding, all(chain, [carol], adding)))).toBe("not_allowed");
    expect(verdict(chain.author(chain.alice, adding))).toBe("ok");
    chain.must(chain.alice, { type: "tick" });
    chain.must(chain.alice, { type: "tick" });
    // Bob's three entries have passed, Carol's have not: now it is two who vote.
    expect(chain.author(bob, adding)).toMatchObject({ error: { approvals: { have: 1, need: 2 } } });
    expect(verdict(chain.author(bob, adding, all(chain, [carol], adding)))).toBe("approvals_missing");
    expect(verdict(chain.author(bob, adding, all(chain, [chain.alice], adding)))).toBe("ok");
  });

  it("RULE rule.nobody-votes: nothing passes where nobody has been long enough to vote", () => {
    const { rules, settings } = preset("owner");
    const policy = {
      rules: { ...rules, add: { kind: "unanimous" } as const },
      settings: { ...settings, minTenure: 5 },
    };
    const chain = new Chain(crypto, policy);
    const bob = chain.add("Bob", "owner");
    chain.must(bob, { type: "leave", person: chain.alice.person }, { farewell: chain.farewell(chain.alice) });
    const adding = chain.adding(chain.someone("Carol"));
    expect(verdict(chain.act(bob, adding))).toBe("not_allowed");
    for (let n = 0; n < 5; n++) chain.must(bob, { type: "tick" });
    expect(verdict(chain.act(bob, adding))).toBe("ok");
  });

  it("RULE permission.allow-list: what is nobody's in particular is the admins', and some is the owners'", () => {
    const { chain, alice, bob, carol, dave } = room();
    const move = { type: "setRelay", relay: chain.roster.relay, n: 0, logHead: chain.bytes("head") } as const;
    const lists = [
      [{ type: "tick" }, "ok", "ok", "not_allowed"],
      [{ type: "setTitle", title: "New" }, "ok", "ok", "not_allowed"],
      [move, "ok", "not_allowed", "not_allowed"],
      [{ type: "resetTime" }, "ok", "not_allowed", "not_allowed"],
      [{ type: "seal" }, "ok", "not_allowed", "not_allowed"],
      [{ type: "transferOwnership", person: dave.person }, "ok", "not_allowed", "not_allowed"],
    ] as const;
    for (const [action, ...verdicts] of lists)
      expect([alice, bob, carol].map((who) => verdict(chain.author(who, action)))).toEqual(verdicts);
  });

  it("RULE permission.role-cap: nobody gives more than they are, nor touches who is more", () => {
    const { chain, alice, bob, carol, erin } = room(preset("open"));
    const above: Action[] = [
      chain.adding(erin, "owner"),
      { type: "remove", person: alice.person, ban: false },
      { type: "setRole", person: alice.person, role: "member" },
      { type: "setRole", person: carol.person, role: "owner" },
      { type: "createInvite", invite: chain.terms("link", { role: "owner" }) },
      { type: "removeDevice", person: alice.person, leaf: alice.leaf },
    ];
    for (const action of above) expect(verdict(chain.author(bob, action))).toBe("above_own_role");
    // Not even with an owner's yes.
    expect(verdict(chain.author(bob, above[0]!, all(chain, [alice], above[0]!)))).toBe("above_own_role");
    expect(verdict(chain.author(bob, { type: "remove", person: carol.person, ban: false }))).toBe("ok");
  });

  it("RULE permission.transfer: an owner hands on where the rule for roles lets them", () => {
    const { chain, alice, carol } = room(preset("everyone"));
    expect(verdict(chain.act(alice, { type: "transferOwnership", person: carol.person }))).toBe("approvals_missing");
  });

  it("RULE permission.seal: sealing takes the rule for changing the rules", () => {
    const { chain, alice, bob, carol, dave } = room(preset("everyone"));
    const seal = { type: "seal" } as const;
    expect(verdict(chain.act(alice, seal))).toBe("approvals_missing");
    expect(verdict(chain.act(alice, seal, all(chain, [bob, carol, dave], seal)))).toBe("ok");
  });

  it("RULE permission.sealed: in a sealed room one leaves, has devices, and that is all", () => {
    const { chain, alice, bob, carol, dave, erin } = room();
    chain.must(alice, { type: "createInvite", invite: chain.terms("link") });
    chain.must(carol, { type: "addDevice", leafCert: chain.certOf(chain.someone("Carol", 2)) });
    const sealing = chain.must(alice, { type: "seal" });
    expect(sealing.revokedInvites).toEqual([chain.terms("link").inviteId]);
    const closed: Action[] = [
      chain.adding(erin),
      { type: "remove", person: dave.person, ban: false },
      { type: "setRole", person: dave.person, role: "admin" },
      { type: "setPolicy", policy: preset("everyone") },
      { type: "createInvite", invite: chain.terms("other") },
      { type: "transferOwnership", person: dave.person },
      { type: "removeDevice", person: carol.person, leaf: carol.leaf },
      { type: "seal" },
    ];
    for (const action of closed) expect(verdict(chain.author(alice, action))).toBe("sealed");
    expect(verdict(chain.join("link", erin))).toBe("sealed");
    chain.must(carol, { type: "removeDevice", person: carol.person, leaf: chain.someone("Carol", 2).leaf });
    chain.must(bob, { type: "leave", person: dave.person }, { farewell: chain.farewell(dave) });
    chain.must(alice, { type: "setTitle", title: "For ever" });
    chain.must(alice, { type: "resetTime" });
    chain.must(bob, { type: "tick" });
    expect(chain.people).toEqual(["Alice", "Bob", "Carol"]);
  });

  it("in an add-only room nobody is shown out, whoever agrees", () => {
    const { chain, alice, bob, carol, dave, erin } = room(preset("add-only"));
    const out = { type: "remove", person: dave.person, ban: false } as const;
    expect(verdict(chain.act(alice, out, all(chain, [bob, carol], out)))).toBe("not_allowed");
    expect(verdict(chain.act(alice, chain.adding(erin)))).toBe("ok");
  });

  it("RULE policy.no-lock: rules that nobody could change again are refused", () => {
    const { chain, alice } = room();
    const { rules, settings } = preset("owner");
    const invite = { kind: "invite", inviteClass: "any" } as const;
    const locks = [
      { kind: "nobody" },
      { kind: "self" },
      invite,
      { kind: "anyOf", rules: [invite, { kind: "nobody" }] },
    ] as const;
    for (const rule of locks)
      expect(
        verdict(chain.act(alice, { type: "setPolicy", policy: { rules: { ...rules, setPolicy: rule }, settings } })),
      ).toBe("invalid_policy");
    expect(verdict(chain.act(alice, { type: "setPolicy", policy: NOBODY_DECIDES }))).toBe("invalid_policy");
    expect(verdict(chain.act(alice, { type: "setPolicy", policy: preset("owner") }))).toBe("invalid_action");
    expect(verdict(chain.act(alice, { type: "setPolicy", policy: preset("everyone") }))).toBe("ok");
  });

  it("RULE time.chain: only owners and admins move the chain's time, and only onwards", () => {
    const { chain, alice, bob, carol } = room();
    const moved = (who: Someone, action: Action, time: number) => {
      chain.time = time;
      return chain.must(who, action).roster.chainTime;
    };
    const start = chain.roster.chainTime;
    const device = (n: number): Action => ({ type: "addDevice", leafCert: chain.certOf(chain.someone("Carol", n)) });
    expect(moved(carol, device(2), start + 1e9)).toBe(start);
    expect(moved(carol, device(3), 0)).toBe(start);
    expect(moved(bob, { type: "tick" }, start + 5)).toBe(start + 5);
    expect(moved(alice, { type: "tick" }, 0)).toBe(start + 5);
    // Becoming an admin comes after the entry that does it, and being one no more too.
    expect(moved(alice, { type: "setRole", person: bob.person, role: "member" }, start + 6)).toBe(start + 6);
    expect(moved(bob, { type: "addDevice", leafCert: chain.certOf(chain.someone("Bob", 2)) }, start + 7)).toBe(
      start + 6,
    );
  });

  it("A112: RULE time.reset: an owner sets a room's time right, also back; no link lives longer by that", () => {
    const { chain, alice, bob, carol } = room();
    const start = chain.time;
    const hour = 3_600_000;
    const link = (name: string, notAfter: number | null) =>
      chain.must(alice, { type: "createInvite", invite: chain.terms(name, { notAfter, mode: "ask" }) });
    link("over", start + hour);
    // An admin's clock says the last moment that there is: every link with an end is dead, new ones too.
    chain.time = Number.MAX_SAFE_INTEGER;
    chain.must(bob, { type: "tick" });
    chain.time = start + 2 * hour;
    link("dead", start + 9 * hour);
    expect(chain.roster.openInvites.size).toBe(0);
    for (const who of [bob, carol]) expect(verdict(chain.author(who, { type: "resetTime" }))).toBe("not_allowed");
    chain.must(alice, { type: "resetTime" });
    expect(chain.roster.chainTime).toBe(chain.time - 1000);
    // What was over stays over, though its end lies ahead again.
    expect(chain.roster.openInvites.size).toBe(0);
    const erin = chain.someone("Erin");
    const late = { proof: chain.proof("dead", erin, "ask") };
    expect(verdict(chain.author(alice, chain.adding(erin), late))).toBe("invite_expired");
    link("with an end", chain.time + hour);
    link("without", null);
    expect(chain.roster.openInvites.size).toBe(2);
    const { generation } = chain.roster;
    const reset = chain.must(alice, { type: "resetTime" });
    expect(reset.revokedInvites).toEqual([chain.terms("with an end").inviteId]);
    expect(reset.roster).toMatchObject({ generation: generation + 1 });
    expect([...reset.roster.openInvites.values()].map(({ notAfter }) => notAfter)).toEqual([null]);
    expect(verdict(chain.author(alice, chain.adding(erin), { proof: chain.proof("with an end", erin, "ask") }))).toBe(
      "invite_revoked",
    );
  });

  it("RULE relay.address: an owner moves the room to another relay, sealed or not, at an address that can be dialled", () => {
    const { chain, alice, bob } = room();
    const relay = { publicKey: chain.bytes("another relay"), address: "wss://elsewhere.test/relay" };
    const move = { type: "setRelay", relay, n: 7, logHead: chain.bytes("head") } as const;
    for (const address of [
      "elsewhere.test",
      "https://elsewhere.test",
      "wss://else where.test",
      "wss://a@elsewhere.test",
    ])
      expect(verdict(chain.author(alice, { ...move, relay: { ...relay, address } }))).toBe("invalid_action");
    expect(verdict(chain.author(bob, move))).toBe("not_allowed");
    expect(chain.forged(bob, { type: "tick" }, { action: move })).toBe("not_allowed");
    expect(chain.must(alice, move).roster.relay).toEqual(relay);
    chain.must(alice, { type: "seal" });
    const back = { ...move, relay: { ...relay, address: "wss://third.test/relay" } };
    expect(chain.must(alice, back).roster.relay).toEqual(back.relay);
  });

  it("RULE mirror.as-rules, RULE mirror.other: mirrors are named by those who may change the rules, sealed or not: other relays, each once", () => {
    const { chain, alice, bob } = room();
    const mirror = (name: string, address = `wss://${name}.test`) => ({
      relay: { publicKey: chain.bytes(name), address },
      copyId: chain.bytes(`copy at ${name}`),
    });
    const of = (...mirrors: ReturnType<typeof mirror>[]): Action => ({ type: "setMirrors", mirrors });
    const [one, two, three] = [mirror("one"), mirror("two"), mirror("three")];
    const { relay } = chain.roster;
    for (const bad of [of(), of(one, one), of(mirror("x", "x.test")), of({ ...one, relay })])
      expect(verdict(chain.author(alice, bad))).toBe("invalid_action");
    expect(verdict(chain.author(alice, of({ ...one, relay: { ...relay, address: "wss://other.test" } })))).toBe(
      "invalid_action",
    );
    expect(verdict(chain.author(bob, of(one)))).toBe("not_allowed");
    expect(chain.forged(bob, { type: "tick" }, { action: of(one) })).toBe("not_allowed");
    for (const mirrors of [[one], [one, two], [one, two, three]])
      expect(chain.must(alice, of(...mirrors)).roster.mirrors).toEqual(mirrors);
    expect(verdict(chain.author(alice, of(one, two, three)))).toBe("invalid_action");
    chain.must(alice, { type: "seal" });
    expect(chain.must(alice, of(two, one)).roster.mirrors).toEqual([two, one]);
    // A mirror to which the room moves is a mirror no more.
    const move = { type: "setRelay", relay: one.relay, n: 7, logHead: chain.bytes("head") } as const;
    expect(chain.must(alice, move).roster.mirrors).toEqual([two]);
  });

  it("RULE mirror.one-at-a-time: of two changes that were made for one list the second is refused, and undoes nothing", () => {
    const { chain, alice } = room();
    const mirror = (name: string, copy = "copy") => ({
      relay: { publicKey: chain.bytes(name), address: `wss://${name}.test` },
      copyId: chain.bytes(copy),
    });
    const of = (...mirrors: ReturnType<typeof mirror>[]): Action => ({ type: "setMirrors", mirrors });
    const [one, two, three] = [mirror("one"), mirror("two"), mirror("three")];
    const refused = (...mirrors: ReturnType<typeof mirror>[]) => {
      const authored = chain.author(alice, of(...mirrors));
      expect(authored).toMatchObject({ error: { code: "invalid_action", detail: "other mirrors" } });
    };
    chain.must(alice, of(one));
    // Named at once with the first.
    refused(two);
    refused(two, three);
    chain.must(alice, of(one, two));
    // Named while the others were there still, or ended while one was not there yet.
    refused(two, three);
    refused();
    refused(two, one);
    chain.must(alice, of(one));
    refused(one, two, three);
    // The same relay with another copy is one change.
    expect(chain.must(alice, of(mirror("one", "again"))).roster.mirrors).toEqual([mirror("one", "again")]);
    chain.must(alice, of());
  });

  it("titles are labels", () => {
    const { chain, alice } = room();
    expect(verdict(chain.act(alice, { type: "setTitle", title: "a\u202eb" }))).toBe("invalid_action");
    expect(chain.must(alice, { type: "setTitle", title: "Choir" }).roster.title).toBe("Choir");
  });

  it("RULE policy.no-lock: rules stay changeable where one of several ways to change them asks people", () => {
    const { rules, settings } = preset("owner");
    const changedBy = (...ways: Rule[]) => {
      const policy = { rules: { ...rules, setPolicy: { kind: "anyOf", rules: ways } as const }, settings };
      return verdict(new Chain(crypto).act(new Chain(crypto).alice, { type: "setPolicy", policy }));
    };
    expect(changedBy({ kind: "nobody" }, { kind: "owner" })).toBe("ok");
    expect(changedBy({ kind: "nobody" }, { kind: "self" })).toBe("invalid_policy");
  });
});
