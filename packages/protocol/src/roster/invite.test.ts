import { nodeCrypto as crypto } from "@conclave/crypto/node";
import { toHex } from "@conclave/codec";
import { describe, expect, it } from "vitest";
import { InviteId, RoomId } from "../encoding/ids.js";
import type { InviteTerms } from "../invite/invite.js";
import { preset } from "../policy/presets.js";
import { signInviteProof } from "../invite/inviteProof.js";
import { decodeAction, encodeAction } from "./action.js";
import { Chain, type Someone, verdict } from "./chain.fixture.js";
import { MAX_MEMBERS, MAX_OPEN_INVITES } from "./limit.js";
import { letsIn } from "./outlook.js";

function invited(terms: Partial<InviteTerms> = {}, policy = preset("owner")): { chain: Chain; carol: Someone } {
  const chain = new Chain(crypto, policy);
  chain.must(chain.alice, { type: "createInvite", invite: chain.terms("link", terms) });
  return { chain, carol: chain.someone("Carol") };
}

function withProof(chain: Chain, who: Someone, proof: Uint8Array): string {
  return verdict(chain.author(who, chain.adding(who), { proof }, true));
}

describe("an invite", () => {
  it("RULE invite.proof: lets in who proves it with its key, for themselves, in this room", () => {
    const { chain, carol } = invited();
    const dave = chain.someone("Dave");
    const proof = chain.proof("link", carol);
    expect(withProof(chain, carol, proof)).toBe("ok");
    // Another person, another leaf, another key, no proof at all.
    expect(withProof(chain, dave, proof)).toBe("bad_invite_proof");
    expect(withProof(chain, { ...carol, ...chain.someone("Carol", 2) }, proof)).toBe("bad_invite_proof");
    // Carol's leaf under Dave's name.
    expect(withProof(chain, { ...dave, leaf: carol.leaf, leafSeed: carol.leafSeed }, proof)).toBe("bad_invite_proof");
    const content = {
      roomId: chain.roster.roomId,
      inviteId: chain.terms("link").inviteId,
      person: carol.person,
      leaf: carol.leaf,
    };
    const place = { prev: chain.roster.head, epoch: chain.epoch, lastCommit: 0 };
    const sign = (seed: Uint8Array, change: Partial<typeof content>) =>
      signInviteProof(crypto, seed, { ...content, place, baseSeq: null, ssh: null, ...change });
    expect(withProof(chain, carol, sign(chain.bytes("wrong key"), {}))).toBe("bad_invite_proof");
    expect(withProof(chain, carol, sign(chain.bytes("join link"), { roomId: RoomId.of(chain.bytes("other")) }))).toBe(
      "bad_invite_proof",
    );
    expect(withProof(chain, carol, sign(chain.bytes("join link"), { inviteId: InviteId.of(new Uint8Array(16)) }))).toBe(
      "invite_unknown",
    );
    expect(withProof(chain, carol, new Uint8Array(70))).toBe("bad_invite_proof");
    expect(verdict(chain.author(carol, chain.adding(carol), {}, true))).toBe("author_unknown");
  });

  it("RULE invite.welcome: says at most 500 bytes to who comes, and they are in the roster as they were signed", () => {
    const said = (welcomeText: string) => {
      const chain = new Chain(crypto);
      const action = { type: "createInvite", invite: chain.terms("link", { welcomeText }) } as const;
      return decodeAction(encodeAction(action), chain.roster.version);
    };
    const longest = "ä".repeat(250);
    expect(said(longest)).toMatchObject({ invite: { welcomeText: longest } });
    expect(said(`${longest}!`)).toBeNull();
    const { chain } = invited({ welcomeText: "We meet on Saturday." });
    expect([...chain.roster.openInvites.values()].map(({ welcomeText }) => welcomeText)).toEqual([
      "We meet on Saturday.",
    ]);
  });

  it("RULE invite.place: lets in at the place that the proof names", () => {
    const { chain, carol } = invited();
    const early = chain.proof("link", carol);
    chain.must(chain.alice, { type: "tick" });
    expect(withProof(chain, carol, early)).toBe("bad_invite_proof");
    chain.epoch--;
    expect(withProof(chain, carol, early)).toBe("bad_invite_proof");
    expect(withProof(chain, carol, chain.proof("link", carol))).toBe("ok");
    const [fresh, stale] = [chain.proof("link", carol), chain.epoch++];
    expect(withProof(chain, carol, fresh)).toBe("bad_invite_proof");
    expect(stale).toBe(1);
    // One that asks has no place, and one with a place is not for asking.
    expect(withProof(chain, carol, chain.proof("link", carol, "ask"))).toBe("bad_invite_proof");
    const proof = chain.proof("link", carol);
    expect(verdict(chain.author(chain.alice, chain.adding(carol), { proof }))).toBe("bad_invite_proof");
  });

  it("RULE newcomer.is-author: lets in who signs, not somebody else", () => {
    const { chain, carol } = invited();
    const evidence = { proof: chain.proof("link", carol) };
    const mallory = chain.someone("Mallory");
    const as = (signer: typeof carol) => verdict(chain.author(signer, chain.adding(carol), evidence, true));
    expect(as(mallory)).toBe("author_unknown");
    // Carol's name with another leaf, and Carol's leaf under another name.
    expect(as({ ...mallory, person: carol.person })).toBe("author_unknown");
    expect(as({ ...carol, person: mallory.person })).toBe("author_unknown");
    expect(as(carol)).toBe("ok");
  });

  it("RULE invite.revoked: lets nobody in once it is withdrawn", () => {
    const { chain, carol } = invited();
    const bob = chain.add("Bob");
    const withdrawal = { type: "revokeInvite", inviteId: chain.terms("link").inviteId } as const;
    expect(verdict(chain.act(bob, withdrawal))).toBe("not_allowed");
    expect(chain.must(chain.alice, withdrawal).revokedInvites).toEqual([withdrawal.inviteId]);
    expect(verdict(chain.act(chain.alice, withdrawal))).toBe("invite_revoked");
    expect(verdict(chain.act(chain.alice, { ...withdrawal, inviteId: InviteId.of(new Uint8Array(16)) }))).toBe(
      "invite_unknown",
    );
    expect(verdict(chain.join("link", carol))).toBe("invite_revoked");
  });

  it("RULE invite.expired: lets nobody in after its end by the chain's time, whatever a newcomer's clock says", () => {
    const { chain, carol } = invited({ notAfter: 1_700_000_100_000 });
    chain.time = 1_700_000_100_000;
    chain.must(chain.alice, { type: "tick" });
    const chainTime = chain.roster.chainTime;
    for (const time of [0, 1_700_000_100_001, Number.MAX_SAFE_INTEGER]) {
      chain.time = time;
      const joined = chain.author(carol, chain.adding(carol), { proof: chain.proof("link", carol) }, true);
      expect(joined.ok && joined.value.roster.chainTime).toBe(chainTime);
    }
    chain.time = 1_700_000_100_001;
    chain.must(chain.alice, { type: "tick" });
    for (const time of [0, 1_700_000_000_000]) {
      chain.time = time;
      expect(verdict(chain.join("link", carol))).toBe("invite_expired");
    }
  });

  it("RULE invite.used-up: lets in as many as it says", () => {
    for (const [terms, limit] of [
      [{}, 1],
      [{ for: { class: "multi", limit: 2 } }, 2],
    ] as const) {
      const { chain, carol } = invited(terms);
      const [dave, erin] = [chain.someone("Dave"), chain.someone("Erin")];
      expect(verdict(chain.join("link", carol))).toBe("ok");
      expect(verdict(chain.join("link", dave))).toBe(limit === 1 ? "invite_used_up" : "ok");
      expect(verdict(chain.join("link", erin))).toBe("invite_used_up");
    }
  });

  it("RULE invite.personal: lets in the person that it is for", () => {
    const { chain, carol } = invited({ for: { class: "personal", person: new Chain(crypto).someone("Carol").person } });
    expect(verdict(chain.join("link", chain.someone("Dave")))).toBe("invite_not_for_you");
    expect(verdict(chain.join("link", carol))).toBe("ok");
  });

  it("RULE invite.role: gives the role that it says", () => {
    const { chain, carol } = invited({ role: "admin" });
    for (const role of ["member", "owner"] as const)
      expect(verdict(chain.join("link", carol, role))).toBe("invite_wrong_role");
    expect(verdict(chain.join("link", carol, "admin"))).toBe("ok");
    expect(chain.roster.members.get(toHex(carol.person))).toMatchObject({
      role: "admin",
      addedBy: carol.person,
      inviteId: chain.terms("link").inviteId,
    });
  });

  it("RULE invite.mode: to ask with lets nobody in by themself; somebody who may add decides", () => {
    const { chain, carol } = invited({ mode: "ask" });
    const bob = chain.add("Bob", "admin");
    expect(verdict(chain.join("link", carol))).toBe("invite_needs_admission");
    const proof = chain.proof("link", carol, "ask");
    expect(verdict(chain.act(bob, chain.adding(carol), { proof }))).toBe("not_allowed");
    const admitted = chain.must(chain.alice, chain.adding(carol), { proof });
    expect(admitted.inviteId).toEqual(chain.terms("link").inviteId);
    expect(chain.roster.invites.get(toHex(chain.terms("link").inviteId))).toMatchObject({ uses: 1 });
    const dave = chain.someone("Dave");
    expect(verdict(chain.act(chain.alice, chain.adding(dave), { proof: chain.proof("link", dave, "ask") }))).toBe(
      "invite_used_up",
    );
    // A direct link is its bearer's alone: nobody carries its proof for them.
    chain.must(chain.alice, { type: "createInvite", invite: chain.terms("direct") });
    const carried = { proof: chain.proof("direct", dave, "ask") };
    expect(verdict(chain.act(chain.alice, chain.adding(dave), carried))).toBe("invite_needs_admission");
  });

  it("lets in only where the policy accepts invites of its kind", () => {
    const { rules, settings } = preset("open");
    const { chain, carol } = invited(
      {},
      { rules: { ...rules, add: { kind: "invite", inviteClass: "multi" } }, settings },
    );
    expect(verdict(chain.join("link", carol))).toBe("not_allowed");
    chain.must(chain.alice, {
      type: "createInvite",
      invite: chain.terms("many", { for: { class: "multi", limit: 3 } }),
    });
    expect(verdict(chain.join("many", carol))).toBe("ok");
  });
});

describe("making an invite", () => {
  it("RULE invite.once: takes an id that was never used", () => {
    const { chain } = invited();
    chain.must(chain.alice, { type: "revokeInvite", inviteId: chain.terms("link").inviteId });
    expect(verdict(chain.act(chain.alice, { type: "createInvite", invite: chain.terms("link") }))).toBe(
      "invite_exists",
    );
  });

  it("RULE invite.limit: is possible for so many open ones, for no more people than a room holds", () => {
    const { chain } = invited();
    const huge = chain.terms("huge", { for: { class: "multi", limit: 10_001 } });
    expect(verdict(chain.act(chain.alice, { type: "createInvite", invite: huge }))).toBe("invalid_action");
    const create = (n: number) => ({ type: "createInvite", invite: chain.terms(String(n)) }) as const;
    for (let n = 1; n < MAX_OPEN_INVITES; n++) chain.must(chain.alice, create(n));
    expect(verdict(chain.act(chain.alice, create(0)))).toBe("invite_limit");
    chain.must(chain.alice, { type: "revokeInvite", inviteId: chain.terms("7").inviteId });
    expect(verdict(chain.act(chain.alice, create(0)))).toBe("ok");
  });

  it("takes what the policy's rule for invites asks; one's own is withdrawn without", () => {
    const chain = new Chain(crypto, preset("everyone"));
    const bob = chain.add("Bob");
    const create = { type: "createInvite", invite: chain.terms("link") } as const;
    expect(verdict(chain.act(bob, create))).toBe("approvals_missing");
    chain.must(bob, create, { approvals: [chain.approval(chain.alice, create)] });
    const withdrawal = { type: "revokeInvite", inviteId: create.invite.inviteId } as const;
    expect(verdict(chain.act(chain.alice, withdrawal))).toBe("approvals_missing");
    expect(verdict(chain.act(bob, withdrawal))).toBe("ok");
  });

  it("RULE permission.role-given: for more than membership takes the rule for roles too", () => {
    const { rules, settings } = preset("admins:1");
    const chain = new Chain(crypto, { rules: { ...rules, setRole: { kind: "owner" } }, settings });
    const bob = chain.add("Bob", "admin");
    const create = { type: "createInvite", invite: chain.terms("link", { role: "admin" }) } as const;
    expect(verdict(chain.act(bob, create))).toBe("not_allowed");
    expect(verdict(chain.act(bob, chain.adding(chain.someone("Carol"), "admin")))).toBe("not_allowed");
    expect(verdict(chain.act(bob, chain.adding(chain.someone("Carol"))))).toBe("ok");
    expect(verdict(chain.act(chain.alice, create))).toBe("ok");
    expect(verdict(chain.join("link", chain.someone("Dave"), "admin"))).toBe("ok");
  });

  it("an entry says for whom a personal one is, by name where it is a member, and a link is for at most 1,000", () => {
    const chain = new Chain(crypto);
    const bob = chain.add("Bob");
    const made = (name: string, terms: Partial<InviteTerms>) =>
      chain.must(chain.alice, { type: "createInvite", invite: chain.terms(name, terms) });
    const [{ inviteId }, { person }] = [chain.terms("b"), bob];
    expect(made("b", { for: { class: "personal", person } })).toMatchObject({ inviteId, person, name: "Bob" });
    const carol = chain.someone("Carol");
    expect(made("c", { for: { class: "personal", person: carol.person } })).toMatchObject({
      person: carol.person,
      name: null,
    });
    expect(made("link", {})).toMatchObject({ person: null, name: null });
    made("most", { for: { class: "multi", limit: MAX_MEMBERS } });
    const more = chain.terms("more", { for: { class: "multi", limit: MAX_MEMBERS + 1 } });
    expect(verdict(chain.act(chain.alice, { type: "createInvite", invite: more }))).toBe("invalid_action");
  });

  it("is said to lead somewhere by what the rules ask of its kind: to come in, to ask, or to return", () => {
    const { rules, settings } = preset("owner");
    const chain = new Chain(crypto, { rules: { ...rules, add: { kind: "owner" } }, settings });
    const words = { mode: "return", for: { class: "personal", person: chain.alice.person } } as const;
    chain.must(chain.alice, { type: "openReturn", invite: chain.terms("return", words) });
    chain.must(chain.alice, { type: "createInvite", invite: chain.terms("direct") });
    chain.must(chain.alice, { type: "createInvite", invite: chain.terms("ask", { mode: "ask" }) });
    const leads = () =>
      Object.fromEntries(
        [...chain.roster.openInvites.values()].map((invite) => [invite.mode, letsIn(chain.roster, invite)]),
      );
    expect(leads()).toEqual({ return: true, direct: false, ask: true });
    chain.must(chain.alice, {
      type: "setPolicy",
      policy: { rules: { ...rules, add: { kind: "nobody" } }, settings },
    });
    expect(leads()).toEqual({ return: true, direct: false, ask: false });
  });
});
