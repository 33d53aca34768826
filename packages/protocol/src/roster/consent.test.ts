import { nodeCrypto as crypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import { preset } from "../policy/presets.js";
import type { Action } from "./action.js";
import { MAX_APPROVAL_SPAN } from "./approval.js";
import { Chain, type Someone, verdict } from "./chain.fixture.js";
import { consents } from "./consent.js";
import { MAX_APPROVALS, signEntry } from "./entry.js";
import { NO_EVIDENCE } from "./entryHeader.js";
import { evaluate } from "./evaluate.js";

/** Owner Alice and admins Bob and Carol, two of whom decide; member Dave; Erin outside. */
function room() {
  const chain = new Chain(crypto);
  const [bob, carol] = [chain.add("Bob", "admin"), chain.add("Carol", "admin")];
  const dave = chain.add("Dave");
  chain.must(chain.alice, { type: "setPolicy", policy: preset("admins:2") });
  const erin = chain.someone("Erin");
  return { chain, alice: chain.alice, bob, carol, dave, erin, adding: chain.adding(erin) };
}

function agree(chain: Chain, author: Someone, action: Action, ...approvals: Uint8Array[]): string {
  return verdict(chain.author(author, action, { approvals }));
}

/** Owner Alice and member Bob, who have to agree to a device. */
function deviceRoom() {
  const { rules, settings } = preset("owner");
  const quorum = { kind: "quorum", role: "member", count: 2, half: false } as const;
  const chain = new Chain(crypto, { rules: { ...rules, addDevice: quorum }, settings });
  return { chain, alice: chain.alice, bob: chain.add("Bob") };
}

describe("approvals", () => {
  it("RULE approval.bound: a yes is to one exact action in one room", () => {
    const { chain, alice, bob, adding, erin } = room();
    const elsewhere = new Chain(crypto, preset("everyone"));
    expect(agree(chain, alice, adding, chain.approval(bob, adding))).toBe("ok");
    expect(agree(chain, alice, adding, elsewhere.approval(bob, adding))).toBe("bad_approval");
    const others = [chain.adding(erin, "admin"), chain.adding(chain.someone("Frank")), { type: "tick" } as const];
    for (const other of others) expect(agree(chain, alice, adding, chain.approval(bob, other))).toBe("bad_approval");
  });

  it("RULE approval.false: a yes that was never given spoils the entry", () => {
    const { chain, alice, bob, carol, adding } = room();
    const good = chain.approval(bob, adding);
    const forged = chain.approval({ ...carol, leafSeed: bob.leafSeed }, adding);
    expect(agree(chain, alice, adding, good, forged)).toBe("bad_approval");
    expect(agree(chain, alice, adding, good, chain.approval(carol, adding).slice(1))).toBe("bad_approval");
  });

  it("A156: RULE approval.each-counts: no entry carries a yes of nobody, and none costs the others a signature", () => {
    const { chain, alice, bob, carol, dave } = room();
    const renaming = { type: "setTitle", title: "Orchard" } as const;
    let verified = 0;
    const counting = {
      ...crypto,
      ed25519Verify: (...check: Parameters<typeof crypto.ed25519Verify>) => {
        verified++;
        return crypto.ed25519Verify(...check);
      },
    };
    const verdictOf = (approvals: readonly Uint8Array[]) => {
      const honest = chain.author(alice, renaming);
      if (!honest.ok) throw new Error(honest.error.code);
      const evidence = { ...NO_EVIDENCE, approvals };
      const entry = signEntry(crypto, alice.leafSeed, { ...honest.value.entry, evidence });
      const { epoch, transcript } = chain;
      verified = 0;
      const carriage = { epoch, transcript, committer: alice.leaf, external: false };
      return [verdict(evaluate(counting, chain.roster, entry, carriage)), verified];
    };
    const strangers = Array.from({ length: MAX_APPROVALS }, (_, at) =>
      chain.approval(chain.someone(`Nobody ${String(at)}`), renaming),
    );
    const yes = chain.approval(bob, renaming);
    expect(verdictOf(strangers)).toEqual(["bad_approval", 1]);
    // The same one again and again, the author's own, and one for other times, each beside good ones.
    expect(verdictOf(Array.from({ length: MAX_APPROVALS }, () => yes))).toEqual(["bad_approval", 1]);
    expect(verdictOf([yes, chain.approval(carol, renaming), chain.approval(alice, renaming)])).toEqual([
      "bad_approval",
      1,
    ]);
    const outdated = chain.approval(carol, renaming, { policyHash: chain.bytes("other") });
    expect(verdictOf([yes, outdated])).toEqual(["bad_approval", 1]);
    // With false signatures in the names of members it is over at the first.
    const forged = [bob, carol, dave].map((who) => chain.approval({ ...who, leafSeed: alice.leafSeed }, renaming));
    expect(verdictOf(forged)).toEqual(["bad_approval", 2]);
    // Of members who agreed it may carry more than it takes.
    expect(verdictOf([yes, ...[carol, dave].map((who) => chain.approval(who, renaming))])).toEqual(["ok", 4]);
  });

  it("A116: RULE approval.author: a yes to one owner's handing over, or sealing, is no yes to another's", () => {
    const { chain, alice, bob, carol } = room();
    const up = { type: "setRole", person: bob.person, role: "owner" } as const;
    chain.must(alice, up, { approvals: [chain.approval(carol, up)] });
    const handOver = { type: "transferOwnership", person: carol.person } as const;
    for (const action of [handOver, { type: "seal" } as const]) {
      const yes = chain.approval(carol, action, {}, alice);
      expect([agree(chain, bob, action, yes), agree(chain, bob, action)]).toEqual([
        "bad_approval",
        "approvals_missing",
      ]);
      expect(agree(chain, alice, action, yes)).toBe("ok");
    }
  });

  it("A116: RULE approval.device-in: a yes lets a device in once, not again after one of that person's was taken out", () => {
    const { chain, bob, alice } = deviceRoom();
    const second = chain.someone("Bob", 2);
    const adding = { type: "addDevice", leafCert: chain.certOf(second) } as const;
    const yes = chain.approval(alice, adding, { maxSeq: 900 });
    chain.must(bob, adding, { approvals: [yes] });
    chain.must(bob, { type: "removeDevice", person: bob.person, leaf: second.leaf });
    expect(agree(chain, bob, adding, yes)).toBe("bad_approval");
    // Nor where the person was out in the meantime: their record is new then.
    const out = { type: "remove", person: bob.person, ban: false } as const;
    chain.must(alice, out);
    chain.must(alice, chain.adding(bob));
    expect(agree(chain, bob, adding, yes)).toBe("bad_approval");
    expect(agree(chain, bob, adding, chain.approval(alice, adding))).toBe("ok");
  });

  it("A116: RULE approval.device-out: a yes takes out the device that was in, not the same one again", () => {
    const { chain, bob, alice } = deviceRoom();
    const second = chain.someone("Bob", 2);
    const adding = { type: "addDevice", leafCert: chain.certOf(second) } as const;
    const removing = { type: "removeDevice", person: bob.person, leaf: second.leaf } as const;
    chain.must(bob, adding, { approvals: [chain.approval(alice, adding)] });
    const policy = preset("admins:2");
    const carol = chain.add("Carol", "admin");
    chain.must(alice, {
      type: "setPolicy",
      policy: { ...policy, rules: { ...policy.rules, addDevice: { kind: "anyMember" } } },
    });
    const yes = chain.approval(carol, removing, { maxSeq: 900 });
    chain.must(alice, removing, { approvals: [yes] });
    chain.must(bob, adding);
    expect(agree(chain, alice, removing, yes)).toBe("bad_approval");
    expect(agree(chain, alice, removing, chain.approval(carol, removing))).toBe("ok");
  });

  it("RULE approval.policy: a yes under other rules does not count", () => {
    const { chain, alice, bob, carol, adding } = room();
    const approval = chain.approval(bob, adding);
    const policy = preset("admins:3");
    const change = { type: "setPolicy", policy } as const;
    chain.must(alice, change, { approvals: [chain.approval(bob, change)] });
    expect(agree(chain, alice, adding, approval, chain.approval(carol, adding))).toBe("bad_approval");
    // Nor does it come back with the old rules.
    const back = { type: "setPolicy", policy: preset("admins:2") } as const;
    chain.must(alice, back, { approvals: [chain.approval(bob, back), chain.approval(carol, back)] });
    expect(agree(chain, alice, change, chain.approval(bob, change))).toBe("ok");
    expect(agree(chain, alice, change, chain.approval(bob, change, { baseSeq: 5 }))).toBe("bad_approval");
  });

  it("RULE approval.span: a yes is for the entries that it names, and for 1,000 at most", () => {
    const { chain, alice, bob, adding } = room();
    const { seq } = chain.roster;
    const at = (baseSeq: number, maxSeq: number) =>
      agree(chain, alice, adding, chain.approval(bob, adding, { baseSeq, maxSeq }));
    expect(at(seq, seq)).toBe("ok");
    expect(at(seq + 1, seq + 9)).toBe("bad_approval");
    expect(at(seq - 1, seq - 1)).toBe("bad_approval");
    expect(at(seq, seq + MAX_APPROVAL_SPAN)).toBe("ok");
    expect(at(seq, seq + MAX_APPROVAL_SPAN + 1)).toBe("bad_approval");
  });

  it("RULE approval.span: a yes outlives epochs and entries that have nothing to do with it", () => {
    const { chain, alice, bob, carol, adding } = room();
    const approval = chain.approval(bob, adding);
    chain.must(alice, { type: "tick" });
    chain.must(bob, { type: "addDevice", leafCert: chain.certOf(chain.someone("Bob", 2)) });
    chain.epoch += 7;
    expect(agree(chain, carol, adding, approval)).toBe("ok");
  });

  it("RULE approval.subject: a yes does not serve twice, nor once its person has come, gone or changed", () => {
    const { chain, alice, bob, carol, adding, erin } = room();
    const approval = chain.approval(bob, adding);
    chain.must(alice, adding, { approvals: [approval] });
    const out = { type: "remove", person: erin.person, ban: false } as const;
    const outYes = chain.approval(bob, out);
    chain.must(alice, out, { approvals: [outYes] });
    expect(agree(chain, alice, adding, approval)).toBe("bad_approval");
    chain.must(alice, adding, { approvals: [chain.approval(carol, adding)] });
    expect(agree(chain, alice, out, outYes)).toBe("bad_approval");
    const up = { type: "setRole", person: erin.person, role: "admin" } as const;
    const down = { ...up, role: "member" } as const;
    const upYes = chain.approval(bob, up);
    chain.must(alice, up, { approvals: [upYes] });
    chain.must(alice, down, { approvals: [chain.approval(bob, down), chain.approval(carol, down)] });
    expect(agree(chain, alice, up, upYes)).toBe("bad_approval");
  });

  it("RULE approval.still-member: who is out, or whose device is, does not count", () => {
    const { chain, alice, bob, carol, adding } = room();
    const [second, out] = [chain.someone("Bob", 2), { type: "remove", person: carol.person, ban: false } as const];
    chain.must(bob, { type: "addDevice", leafCert: chain.certOf(second) });
    const [first, other, gone] = [
      chain.approval(bob, adding),
      chain.approval(second, adding),
      chain.approval(carol, adding),
    ];
    chain.must(second, { type: "removeDevice", person: bob.person, leaf: bob.leaf });
    chain.must(alice, out, { approvals: [chain.approval(second, out)] });
    expect(agree(chain, alice, adding, first, gone)).toBe("bad_approval");
    expect(agree(chain, alice, adding, other)).toBe("ok");
    // A leaf of one's own under another's name.
    const mixed = chain.approval({ ...second, person: alice.person }, adding);
    expect(agree(chain, second, adding, mixed)).toBe("bad_approval");
  });

  it("RULE approval.approver: who came, or changed roles, after the yes does not count", () => {
    const { chain, alice, bob, dave, adding } = room();
    const early = chain.approval(dave, adding);
    const up = { type: "setRole", person: dave.person, role: "admin" } as const;
    chain.must(alice, up, { approvals: [chain.approval(bob, up)] });
    expect(agree(chain, alice, adding, early)).toBe("bad_approval");
    expect(agree(chain, alice, adding, chain.approval(dave, adding))).toBe("ok");
  });
});

describe("consents", () => {
  it("RULE permission.role-given: each of an action's rules has to hold, and the one that lacks most is told", () => {
    // To let somebody in as an admin takes the rule for adding and the rule for roles.
    const { rules, settings } = preset("owner");
    const [easy, hard] = [
      { kind: "role", role: "admin" },
      { kind: "quorum", role: "admin", count: 3, half: false },
    ] as const;
    for (const [add, setRole] of [
      [easy, hard],
      [hard, easy],
    ] as const) {
      const { chain, alice, bob, carol, erin } = room();
      const change = { type: "setPolicy", policy: { rules: { ...rules, add, setRole }, settings } } as const;
      chain.must(alice, change, { approvals: [chain.approval(bob, change)] });
      const adding = chain.adding(erin, "admin");
      expect(agree(chain, bob, adding)).toBe("approvals_missing");
      expect(consents(crypto, chain.roster, adding, bob.person, [])).toMatchObject({
        satisfied: false,
        have: 1,
        need: 3,
      });
      expect(agree(chain, bob, adding, chain.approval(alice, adding), chain.approval(carol, adding))).toBe("ok");
    }
  });

  it("says how far an action is, and passes over what does not count", () => {
    const { chain, alice, bob, carol, dave, adding, erin } = room();
    const state = (author: Someone, ...approvals: Uint8Array[]) =>
      consents(crypto, chain.roster, adding, author.person, approvals);
    expect(state(alice)).toMatchObject({ satisfied: false, have: 1, need: 2, by: [] });
    const yes = [chain.approval(bob, adding), chain.approval(dave, adding), new Uint8Array(3)];
    expect(state(alice, ...yes)).toMatchObject({ satisfied: true, have: 2, need: 2, by: [bob.person, dave.person] });
    expect(state(dave, chain.approval(carol, adding))).toMatchObject({ satisfied: false, have: 1 });
    expect(state(erin)).toMatchObject({ satisfied: false, have: 0 });
    expect(consents(crypto, chain.roster, { type: "tick" }, alice.person, [])).toMatchObject({ satisfied: true });
  });

  it("gives no number where no yes can help", () => {
    const chain = new Chain(crypto);
    const policy = {
      ...chain.roster.policy,
      rules: { ...chain.roster.policy.rules, remove: { kind: "nobody" } as const },
    };
    chain.must(chain.alice, { type: "setPolicy", policy });
    const out = { type: "remove", person: chain.add("Bob").person, ban: false } as const;
    expect(consents(crypto, chain.roster, out, chain.alice.person, [])).toMatchObject({
      satisfied: false,
      have: 0,
      need: Number.POSITIVE_INFINITY,
      by: [],
    });
  });

  it("the author's own approval is none: they say yes by the entry", () => {
    const { chain, alice, adding } = room();
    const { by, have } = consents(crypto, chain.roster, adding, alice.person, [chain.approval(alice, adding)]);
    expect([by, have]).toEqual([[], 1]);
  });
});
