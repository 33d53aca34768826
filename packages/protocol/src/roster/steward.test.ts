import { nodeCrypto as crypto } from "@conclave/crypto/node";
import { toHex } from "@conclave/codec";
import { describe, expect, it } from "vitest";
import { preset } from "../policy/presets.js";
import type { Policy } from "../policy/policy.js";
import type { Action } from "./action.js";
import { MAX_APPROVAL_SPAN } from "./approval.js";
import { Chain, type Someone, verdict } from "./chain.fixture.js";
import { covers, othersNeeded, vouchersOf } from "./coverage.js";
import { FORGET_AFTER, MAX_STEWARDS } from "./limit.js";
import { outlook } from "./outlook.js";
import { loadRoster } from "./rosterRecord.js";
import { isMet, mostNeeded, tally } from "./tally.js";

const OWNER = preset("owner");

/** Alice's room, with Bob, and a steward of Alice's. */
function withSteward(policy: Policy = OWNER) {
  const chain = new Chain(crypto);
  const [bob, carol] = [chain.add("Bob", "admin"), chain.add("Carol")];
  const stew = chain.add("Stew", "steward");
  if (policy !== OWNER) chain.act(chain.alice, { type: "setPolicy", policy });
  return { chain, alice: chain.alice, bob, carol, stew };
}

const yesOf = (...people: Someone[]) => new Set(people.map(({ person }) => toHex(person)));

describe("a steward's yes", () => {
  it("RULE steward.no-yes: counts in no rule, and it is never among those who are counted", () => {
    const { chain, alice, bob, carol, stew } = withSteward();
    const grounds = (...yes: Someone[]) => ({ before: chain.roster, yes: yesOf(...yes), self: false, invite: null });
    expect(isMet(tally({ kind: "anyMember" }, grounds(stew)))).toBe(false);
    expect(isMet(tally({ kind: "anyMember" }, grounds(stew, carol)))).toBe(true);
    expect(isMet(tally({ kind: "role", role: "member" }, grounds(stew)))).toBe(false);
    expect(isMet(tally({ kind: "owner" }, grounds(stew)))).toBe(false);
    expect(tally({ kind: "unanimous" }, grounds(alice, bob, carol, stew))).toMatchObject({ have: 3, need: 3 });
    expect(tally({ kind: "majority" }, grounds(alice, stew))).toMatchObject({ have: 1, need: 2 });
    const quorum = { kind: "quorum", role: "member", count: 9, half: false } as const;
    expect(tally(quorum, grounds(alice, bob, stew))).toMatchObject({ have: 2, need: 3 });
    for (const rule of [{ kind: "unanimous" }, quorum] as const) expect(mostNeeded(rule, chain.roster.members)).toBe(3);
    // An entry has no room for it.
    const action: Action = { type: "remove", person: carol.person, ban: false };
    expect(verdict(chain.author(alice, action, { approvals: [chain.approval(stew, action)] }))).toBe("bad_approval");
    expect(verdict(chain.author(alice, action, { approvals: [chain.approval(bob, action)] }))).toBe("ok");
  });

  it("vouches for no list, and nobody waits for its word", () => {
    for (const policy of [preset("owner"), preset("admins:2"), preset("open")]) {
      const { chain, alice, bob, carol, stew } = withSteward(policy);
      const { roster } = chain;
      expect(covers(roster, yesOf(stew))).toBe(false);
      expect(vouchersOf(roster).some(({ role }) => role === "steward")).toBe(false);
      expect(covers(roster, yesOf(alice, bob, carol))).toBe(covers(roster, yesOf(alice, bob, carol, stew)));
    }
    // Where everybody has a say, that is still everybody.
    const { chain, alice } = withSteward();
    expect(othersNeeded({ ...chain.roster, policy: preset("everyone") }, alice.person, 8)).toBe(null);
  });
});

describe("what a steward may author", () => {
  it("RULE steward.authors: nothing but farewells, admissions and a tick, whoever agrees to it", () => {
    for (const policy of [preset("owner"), preset("open"), preset("add-only")]) {
      const { chain, alice, bob, carol, stew } = withSteward(policy);
      const { person } = carol;
      const guest = chain.someone("Guest");
      const actions: Action[] = [
        { type: "remove", person, ban: false },
        { type: "setRole", person, role: "admin" },
        { type: "setRole", person: stew.person, role: "admin" },
        { type: "setPolicy", policy: preset("admins:2") },
        { type: "setTitle", title: "Mine" },
        { type: "createInvite", invite: chain.terms("new") },
        { type: "openReturn", invite: chain.terms("back", { mode: "return" }) },
        { type: "addDevice", leafCert: chain.certOf(chain.someone("Stew", 2)) },
        { type: "removeDevice", person, leaf: carol.leaf },
        { type: "transferOwnership", person },
        { type: "seal" },
        { type: "upgrade", version: chain.roster.version + 1 },
        { type: "resetTime" },
        chain.allowing("new"),
      ];
      for (const action of actions) {
        const approvals = [alice, bob, carol].map((who) => chain.approval(who, action, {}, stew));
        expect([action.type, verdict(chain.author(stew, action, { approvals }))]).toEqual([action.type, "not_allowed"]);
      }
      // By others' yeses it lets somebody in, and never by its own.
      const adding = chain.adding(guest);
      const yes = [alice, bob, carol].map((who) => chain.approval(who, adding));
      expect(verdict(chain.author(stew, adding))).toBe("not_allowed");
      expect(verdict(chain.author(stew, adding, { approvals: yes }))).toBe("ok");
      expect(verdict(chain.author(stew, { type: "leave", person }, { farewell: chain.farewell(carol) }))).toBe("ok");
      expect(verdict(chain.author(stew, { type: "leave", person }))).toBe("bad_farewell");
    }
  });

  it("RULE steward.admits-members: plain members, whatever was agreed to", () => {
    const { chain, alice, stew } = withSteward();
    const guest = chain.someone("Guest");
    for (const role of ["admin", "owner", "steward"] as const) {
      const action = chain.adding(guest, role);
      const approvals = [chain.approval(alice, action, {}, stew)];
      expect([role, verdict(chain.author(stew, action, { approvals }))]).toEqual([role, "above_own_role"]);
    }
  });

  it("RULE steward.tick: closes links that are over, one at least, and moves the room's time no farther", () => {
    const { chain, alice, stew } = withSteward();
    const soon = chain.time + 10_000;
    chain.must(alice, { type: "createInvite", invite: chain.terms("soon", { notAfter: soon }) });
    chain.must(alice, { type: "createInvite", invite: chain.terms("later", { notAfter: soon + 1_000_000 }) });
    chain.must(alice, { type: "createInvite", invite: chain.terms("ever") });
    expect(verdict(chain.author(stew, { type: "tick" }))).toBe("invalid_action");
    chain.time = soon;
    expect(verdict(chain.author(stew, { type: "tick" }))).toBe("invalid_action");
    chain.time = soon + 900_000;
    const ticked = chain.must(stew, { type: "tick" });
    expect([ticked.roster.chainTime, ticked.roster.openInvites.size]).toEqual([soon + 1, 2]);
    expect(verdict(chain.author(stew, { type: "tick" }))).toBe("invalid_action");
    // At worst, with a clock at its end: the links that had an end are closed, and new ones work.
    chain.time = Number.MAX_SAFE_INTEGER;
    expect(chain.must(stew, { type: "tick" }).roster.chainTime).toBe(soon + 1_000_001);
    expect(verdict(chain.author(stew, { type: "tick" }))).toBe("invalid_action");
    // Whatever else it signs moves no time.
    chain.time = Number.MAX_SAFE_INTEGER - 10_000;
    chain.must(stew, chain.adding(chain.someone("Guest")), {
      approvals: [chain.approval(alice, chain.adding(chain.someone("Guest")))],
    });
    expect(chain.roster.chainTime).toBe(soon + 1_000_001);
  });

  it("is told to screens as it is judged: it proposes nothing", () => {
    const { chain, stew, carol } = withSteward(preset("open"));
    const of = (action: Action) =>
      outlook(crypto, chain.roster, { action, author: { person: stew.person, leaf: stew.leaf }, time: chain.time }, [])
        .can;
    expect(
      [chain.adding(chain.someone("Guest")), { type: "remove", person: carol.person, ban: false } as const].map(of),
    ).toEqual(["no", "no"]);
  });
});

describe("how a steward comes and goes", () => {
  it("comes by `add` alone, by the rule for adding", () => {
    const { chain, alice, bob, stew } = withSteward();
    const machine = chain.adding(chain.someone("Second"), "steward");
    expect(verdict(chain.author(bob, machine))).toBe("not_allowed");
    expect(verdict(chain.author(alice, machine))).toBe("ok");
    // No link gives it, and none that somebody asked by goes with it.
    chain.must(alice, { type: "createInvite", invite: chain.terms("link", { mode: "ask" }) });
    expect(verdict(chain.author(alice, machine, { proof: chain.proof("link", chain.someone("Second"), "ask") }))).toBe(
      "invite_wrong_role",
    );
    expect(verdict(chain.author(stew, machine, { approvals: [chain.approval(alice, machine, {}, stew)] }))).toBe(
      "above_own_role",
    );
  });

  it("RULE steward.stays: never gets a say", () => {
    const { chain, alice, stew } = withSteward();
    for (const role of ["member", "admin", "owner"] as const)
      expect(verdict(chain.author(alice, { type: "setRole", person: stew.person, role }))).toBe("is_steward");
    expect(verdict(chain.author(alice, { type: "transferOwnership", person: stew.person }))).toBe("is_steward");
  });

  it("RULE steward.sponsor: a yes to a steward is to whose it is", () => {
    const { chain, alice, bob, carol } = withSteward(preset("admins:2"));
    chain.act(
      alice,
      { type: "setRole", person: carol.person, role: "admin" },
      {
        approvals: [chain.approval(bob, { type: "setRole", person: carol.person, role: "admin" })],
      },
    );
    const machine = chain.adding(chain.someone("Second"), "steward");
    const forAlice = chain.approval(bob, machine, {}, alice);
    expect(verdict(chain.author(carol, machine, { approvals: [forAlice] }))).toBe("bad_approval");
    expect(verdict(chain.author(alice, machine, { approvals: [forAlice] }))).toBe("ok");
  });

  it("RULE steward.few: a person has four at most", () => {
    const chain = new Chain(crypto);
    const bob = chain.add("Bob", "owner");
    for (let n = 0; n < MAX_STEWARDS; n++) chain.add(`Stew ${String(n)}`, "steward");
    const another = chain.adding(chain.someone("Another"), "steward");
    expect(verdict(chain.author(chain.alice, another))).toBe("steward_limit");
    expect(verdict(chain.author(bob, another))).toBe("ok");
  });

  it("RULE steward.with-sponsor: goes with the person who let it in, in the same entry, and is forgotten with them", () => {
    for (const ban of [false, true]) {
      const chain = new Chain(crypto);
      const { alice } = chain;
      const bob = chain.add("Bob", "owner");
      const mine = chain.add("Mine", "steward");
      const machines = ["One", "Two"].map((name) => chain.someone(name));
      for (const each of machines) chain.must(bob, chain.adding(each, "steward"));
      chain.must(bob, { type: "setRole", person: bob.person, role: "admin" });
      // A demotion leaves them.
      expect(chain.roster.members.size).toBe(5);
      const out = chain.must(alice, { type: "remove", person: bob.person, ban });
      expect(out.removed.map(toHex).sort()).toEqual([bob, ...machines].map(({ leaf }) => toHex(leaf)).sort());
      expect(chain.people).toEqual(["Alice", "Mine"]);
      const leftSeq = chain.roster.seq;
      const isKnown = () => [bob, ...machines].map(({ person }) => chain.roster.former.get(toHex(person))?.banned);
      expect(isKnown()).toEqual([ban, ban, ban]);
      while (chain.roster.seq < leftSeq + FORGET_AFTER) chain.must(alice, { type: "tick" });
      expect(isKnown()).toEqual(ban ? [true, true, true] : [undefined, undefined, undefined]);
      const records = new Map<string, Uint8Array>();
      for (const { delta } of chain.transitions) {
        for (const [key, value] of delta.put) records.set(key, value);
        for (const key of delta.delete) records.delete(key);
      }
      expect(loadRoster(crypto, records)).toEqual(chain.roster);
      expect(chain.roster.members.has(toHex(mine.person))).toBe(true);
    }
  });

  it("goes with a farewell too, which it cannot carry out itself", () => {
    const chain = new Chain(crypto);
    const bob = chain.add("Bob", "owner");
    const mine = chain.add("Mine", "steward");
    const his = chain.someone("His");
    chain.must(bob, chain.adding(his, "steward"));
    const leave: Action = { type: "leave", person: bob.person };
    const farewell = chain.farewell(bob);
    expect(verdict(chain.author(his, leave, { farewell }))).toBe("own_device");
    chain.must(mine, leave, { farewell });
    expect(chain.people).toEqual(["Alice", "Mine"]);
  });
});

describe("an invite that is the permission, and that others carry out", () => {
  function withAuto(policy: Policy = OWNER) {
    const room = withSteward(policy);
    const invite = room.chain.terms("auto", { mode: "auto", for: { class: "multi", limit: 2 } });
    room.chain.must(room.alice, { type: "createInvite", invite });
    const [guest, other, last] = ["Guest", "Other", "Last"].map((name) => room.chain.someone(name)) as [
      Someone,
      Someone,
      Someone,
    ];
    const add = (by: Someone, who: Someone, proof = room.chain.proof("auto", who, "auto")) =>
      verdict(room.chain.act(by, room.chain.adding(who), { proof }));
    return { ...room, guest, other, last, add };
  }

  it("is carried out by a steward or any member, and its uses are counted (attack A124)", () => {
    const { chain, carol, stew, guest, other, last, add } = withAuto();
    const proof = chain.proof("auto", guest, "auto");
    expect(add(stew, guest, proof)).toBe("ok");
    // The other steward, or the same again, at the same time.
    expect(add(stew, guest, proof)).toBe("leaf_reused");
    expect(add(carol, other)).toBe("ok");
    expect(add(stew, last)).toBe("invite_used_up");
  });

  it("lets nobody in by themselves, and needs a rule that takes invites", () => {
    const { chain, alice, stew, guest, add } = withAuto();
    expect(verdict(chain.author(guest, chain.adding(guest), { proof: chain.proof("auto", guest) }, true))).toBe(
      "invite_needs_admission",
    );
    expect(verdict(chain.author(guest, chain.adding(guest), { proof: chain.proof("auto", guest, "auto") }, true))).toBe(
      "bad_invite_proof",
    );
    const rules = { ...OWNER.rules, add: { kind: "owner" } as const };
    chain.must(alice, { type: "setPolicy", policy: { ...OWNER, rules } });
    expect(add(stew, guest)).toBe("not_allowed");
  });

  it.each(["auto", "ask"] as const)(
    "RULE invite.asked-fresh: a proof serves for 1,000 entries, and for nobody who left since: %s (attacks A123, A160)",
    (mode) => {
      const { chain, alice, guest } = withAuto();
      chain.must(alice, {
        type: "createInvite",
        invite: chain.terms("ask", { mode: "ask", for: { class: "multi", limit: 9 } }),
      });
      const add = (proof: Uint8Array) => verdict(chain.act(alice, chain.adding(guest), { proof }));
      const kept = chain.proof(mode, guest, mode);
      expect(add(kept)).toBe("ok");
      chain.must(alice, { type: "leave", person: guest.person }, { farewell: chain.farewell(guest) });
      expect(add(kept)).toBe("invite_stale");
      // Who wants to come back says so again.
      const fresh = chain.proof(mode, guest, mode);
      const { roster } = chain;
      expect(add(fresh)).toBe("ok");
      chain.roster = roster;
      for (let n = 0; n < MAX_APPROVAL_SPAN; n++) chain.must(alice, { type: "tick" });
      expect(verdict(chain.author(alice, chain.adding(guest), { proof: fresh }))).toBe("ok");
      chain.must(alice, { type: "tick" });
      expect(add(fresh)).toBe("invite_stale");
      // A proof of what is still to come, and one that says neither where nor when it serves, or both.
      const ahead = new Chain(crypto);
      Object.assign(ahead, { roster: { ...chain.roster, seq: chain.roster.seq + 1 } });
      expect(add(ahead.proof(mode, guest, mode))).toBe("invite_stale");
      expect(add(chain.proof(mode, guest, mode, null, { baseSeq: null }))).toBe("bad_invite_proof");
      expect(add(chain.proof(mode, guest, "direct", null, { baseSeq: chain.roster.seq }))).toBe("bad_invite_proof");
      const direct = chain.proof("direct", guest, "direct", null, { baseSeq: chain.roster.seq });
      chain.must(alice, { type: "createInvite", invite: chain.terms("direct") });
      expect(verdict(chain.author(guest, chain.adding(guest), { proof: direct }, true))).toBe("bad_invite_proof");
    },
  );

  it("RULE invite.auto-member: gives membership and no more", () => {
    const { chain, alice } = withAuto();
    const invite = chain.terms("admins", { mode: "auto", role: "admin" });
    expect(verdict(chain.author(alice, { type: "createInvite", invite }))).toBe("invalid_action");
  });
});
