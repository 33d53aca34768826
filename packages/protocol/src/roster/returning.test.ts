import { equalBytes, toHex } from "@conclave/codec";
import { nodeCrypto as crypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import type { Invite, InviteTerms } from "../invite/invite.js";
import { preset } from "../policy/presets.js";
import type { Policy } from "../policy/policy.js";
import { decodeAction, encodeAction } from "./action.js";
import { openReturnOf } from "./actions/openReturn.js";
import { ROOM_VERSION } from "./version.js";
import { Chain, type Someone, verdict } from "./chain.fixture.js";

/** A room with Bob, an invite to return of Alice's, and her new device. */
function prepared(policy?: Policy) {
  const chain = new Chain(crypto, policy);
  const bob = policy ? null : chain.add("Bob");
  chain.must(chain.alice, returning(chain, chain.alice));
  const renewed = chain.someone("Alice", 2);
  return { chain, bob, alice: chain.alice, renewed };
}

function returning(chain: Chain, who: Someone, terms: Partial<InviteTerms> = {}, name = "return") {
  const personal = { class: "personal", person: who.person } as const;
  return { type: "openReturn", invite: chain.terms(name, { mode: "return", for: personal, ...terms }) } as const;
}

/** What comes of a return with a new device. */
function comeBack(
  chain: Chain,
  renewed: Someone,
  lost: Someone,
  { name = "return", external = true, by = renewed } = {},
) {
  const action = { type: "return", leafCert: chain.certOf(renewed), leaf: lost.leaf, isLast: false } as const;
  return chain.act(by, action, { proof: chain.proof(name, renewed) }, external);
}

describe("coming back by the recovery words", () => {
  it("an owner's new device takes the place of the lost one: role, rights and history stay", () => {
    const { chain, bob, alice, renewed } = prepared();
    const before = chain.roster;
    const outcome = comeBack(chain, renewed, alice);
    if (!outcome.ok) throw new Error(outcome.error.code);
    expect(outcome.value).toMatchObject({
      removed: [alice.leaf],
      added: [{ leaf: renewed.leaf }],
      person: alice.person,
    });
    expect(chain.roster.generation).toBe(before.generation + 1);
    expect(chain.people).toEqual(["Alice", "Bob"]);
    expect(chain.roleOf(renewed)).toBe("owner");
    expect(verdict(chain.act(alice, { type: "tick" }))).toBe("author_unknown");
    expect(verdict(chain.act(renewed, { type: "remove", person: bob!.person, ban: false }))).toBe("ok");
    // And once more, with yet another device.
    expect(verdict(comeBack(chain, chain.someone("Alice", 3), renewed))).toBe("ok");
  });

  it("works whatever the room asks of newcomers", () => {
    for (const name of ["owner", "admins:2", "everyone", "add-only", "open"] as const) {
      const { chain, alice, renewed } = prepared(preset(name));
      expect([name, verdict(comeBack(chain, renewed, alice))]).toEqual([name, "ok"]);
    }
  });

  it("A63: RULE return.own-device and RULE return.own-invite: nobody takes another's device out, by whatever link", () => {
    const { chain, bob, alice, renewed } = prepared();
    const bobAnew = chain.someone("Bob", 2);
    // Bob with the owner's invite, and with links that are no invites to return.
    expect(verdict(comeBack(chain, bobAnew, bob!))).toBe("invite_not_for_you");
    expect(verdict(comeBack(chain, bobAnew, alice))).toBe("not_member");
    expect(verdict(comeBack(chain, renewed, bob!))).toBe("not_member");
    chain.must(alice, { type: "createInvite", invite: chain.terms("link") });
    const personal = { class: "personal", person: bob!.person } as const;
    chain.must(alice, { type: "createInvite", invite: chain.terms("mine", { for: personal }) });
    expect(verdict(comeBack(chain, renewed, alice, { name: "link" }))).toBe("invite_not_for_you");
    expect(verdict(comeBack(chain, bobAnew, bob!, { name: "mine" }))).toBe("invite_not_for_you");
    const toAlice = { class: "personal", person: alice.person } as const;
    chain.must(alice, { type: "createInvite", invite: chain.terms("direct", { for: toAlice }) });
    expect(verdict(comeBack(chain, renewed, alice, { name: "direct" }))).toBe("invite_not_for_you");
    // Without a proof, or with one of another leaf: who has stolen a device's key has not the words.
    const action = { type: "return", leafCert: chain.certOf(renewed), leaf: alice.leaf, isLast: false } as const;
    expect(verdict(chain.act(renewed, action, {}, true))).toBe("bad_invite_proof");
    const others = { proof: chain.proof("return", bobAnew) };
    expect(verdict(chain.act(renewed, action, others, true))).toBe("bad_invite_proof");
    const stolen = chain.proof("link", renewed);
    expect(verdict(chain.act(renewed, action, { proof: stolen }, true))).toBe("invite_not_for_you");
  });

  it("A37: RULE return.own-invite: an invite to return that somebody else made is of no use, wherever it came from", () => {
    const { chain, bob, alice, renewed } = prepared();
    // No entry makes such an invite (return.own): the roster is changed by hand.
    const [[id, invite]] = [...chain.roster.invites] as [[string, Invite]];
    chain.roster = { ...chain.roster, invites: new Map([[id, { ...invite, createdBy: bob!.person }]]) };
    expect(verdict(comeBack(chain, renewed, alice))).toBe("invite_not_for_you");
    chain.roster = { ...chain.roster, invites: new Map([[id, invite]]) };
    expect(verdict(comeBack(chain, renewed, alice))).toBe("ok");
  });

  it("A26: RULE return.external: a return is its author's own, at one place, and not done twice", () => {
    const { chain, bob, alice, renewed } = prepared();
    const action = { type: "return", leafCert: chain.certOf(renewed), leaf: alice.leaf, isLast: false } as const;
    const proof = { proof: chain.proof("return", renewed) };
    expect(verdict(chain.act(alice, action, proof))).toBe("invalid_action");
    expect(verdict(chain.act(bob!, action, proof))).toBe("invalid_action");
    expect(verdict(chain.act(bob!, action, proof, true))).toBe("author_unknown");
    chain.must(alice, { type: "tick" });
    expect(verdict(chain.act(renewed, action, proof, true))).toBe("bad_invite_proof");
    expect(verdict(comeBack(chain, renewed, alice))).toBe("ok");
    expect(verdict(chain.act(renewed, action, { proof: chain.proof("return", renewed) }, true))).toBe("author_unknown");
  });

  it("A43: RULE return.member: who was removed, has left, or became less does not come back by the words", () => {
    for (const how of ["removed", "left", "less"] as const) {
      const { chain, bob, alice, renewed } = prepared();
      chain.must(alice, { type: "setRole", person: bob!.person, role: "owner" });
      if (how === "removed") chain.must(bob!, { type: "remove", person: alice.person, ban: false });
      if (how === "left")
        chain.must(bob!, { type: "leave", person: alice.person }, { farewell: chain.farewell(alice) });
      if (how === "less") chain.must(bob!, { type: "setRole", person: alice.person, role: "member" });
      const expected = how === "less" ? "invite_revoked" : "not_member";
      expect([how, verdict(comeBack(chain, renewed, alice))]).toEqual([how, expected]);
      // Nor is it an invitation of any other kind.
      const asked = { proof: chain.proof("return", renewed, "ask") };
      if (how !== "less") {
        expect(verdict(chain.author(bob!, chain.adding(renewed), asked))).toBe("invite_revoked");
        const joined = { proof: chain.proof("return", renewed) };
        expect(verdict(chain.author(renewed, chain.adding(renewed), joined, true))).toBe("invite_revoked");
      }
    }
  });

  it("an invite to return that is good lets nobody in", () => {
    const { chain, bob, alice } = prepared();
    const guest = chain.someone("Guest");
    const direct = { proof: chain.proof("return", guest) };
    expect(verdict(chain.author(guest, chain.adding(guest), direct, true))).toBe("invite_not_for_you");
    const asked = { proof: chain.proof("return", guest, "ask") };
    expect(verdict(chain.author(alice, chain.adding(guest), asked))).toBe("invite_not_for_you");
    expect(bob).not.toBeNull();
  });

  it("A62: RULE device.return-revoked: a device that is taken out does not return; a new invite makes it possible again", () => {
    const { chain, alice, renewed } = prepared();
    chain.must(alice, { type: "addDevice", leafCert: chain.certOf(renewed) });
    const out = chain.must(alice, { type: "removeDevice", person: alice.person, leaf: renewed.leaf });
    expect(out.revokedInvites.map((id) => equalBytes(id, chain.terms("return").inviteId))).toEqual([true]);
    expect(verdict(comeBack(chain, chain.someone("Alice", 3), alice))).toBe("invite_revoked");
    chain.must(alice, returning(chain, alice, {}, "again"));
    expect(verdict(comeBack(chain, chain.someone("Alice", 3), alice, { name: "again" }))).toBe("ok");
  });

  it("RULE return.own: owners make such an invite, for themselves, one at a time, and plain", () => {
    const { chain, bob, alice } = prepared();
    const make = (who: Someone, action: ReturnType<typeof returning>) => verdict(chain.author(who, action));
    expect(make(bob!, returning(chain, bob!, {}, "b"))).toBe("not_allowed");
    expect(make(alice, returning(chain, alice, {}, "b"))).toBe("invite_exists");
    chain.must(alice, { type: "revokeInvite", inviteId: chain.terms("return").inviteId });
    expect(make(alice, returning(chain, bob!, {}, "b"))).toBe("invalid_action");
    expect(make(alice, returning(chain, alice, { for: { class: "single" } }, "b"))).toBe("invalid_action");
    expect(make(alice, returning(chain, alice, { role: "owner" }, "b"))).toBe("invalid_action");
    expect(make(alice, returning(chain, alice, { notAfter: 5 }, "b"))).toBe("invalid_action");
    expect(make(alice, returning(chain, alice, { welcomeText: "Hello" }, "b"))).toBe("invalid_action");
    expect(make(alice, returning(chain, alice, {}, "b"))).toBe("ok");
  });

  it("RULE action.return-invite: an invite to return is made by an action of its own, and by no other", () => {
    const chain = new Chain(crypto);
    const link = { type: "createInvite", invite: chain.terms("link") } as const;
    const bytes = { plain: encodeAction(link), return: encodeAction(returning(chain, chain.alice)) };
    expect([bytes.plain[1], bytes.return[1]]).toEqual([9, 17]);
    expect(decodeAction(bytes.return, ROOM_VERSION)).toEqual(returning(chain, chain.alice));
    for (const [each, other] of [[bytes.plain, 17] as const, [bytes.return, 9] as const]) {
      const swapped = each.slice();
      swapped[1] = other;
      expect(decodeAction(swapped, ROOM_VERSION)).toBeNull();
    }
  });

  it("a sealed room stays as it is: nobody comes back", () => {
    const { chain, alice, renewed } = prepared();
    chain.must(alice, { type: "seal" });
    expect(verdict(comeBack(chain, renewed, alice))).toBe("sealed");
  });

  it("RULE return.own: each owner has one of their own, and an ordinary link is none", () => {
    const { chain, bob, alice } = prepared();
    chain.must(alice, { type: "revokeInvite", inviteId: chain.terms("return").inviteId });
    chain.must(alice, { type: "createInvite", invite: chain.terms("link") });
    expect(openReturnOf(chain.roster, alice.person)).toBeNull();
    chain.must(alice, returning(chain, alice, {}, "again"));
    expect(openReturnOf(chain.roster, alice.person)?.inviteId).toEqual(chain.terms("again").inviteId);
    chain.must(alice, { type: "setRole", person: bob!.person, role: "owner" });
    expect(openReturnOf(chain.roster, bob!.person)).toBeNull();
    expect(verdict(chain.act(bob!, returning(chain, bob!, {}, "b")))).toBe("ok");
  });

  it("replaces the lost device alone: the others stay, and so does the way back", () => {
    const { chain, alice, renewed } = prepared();
    chain.must(alice, { type: "addDevice", leafCert: chain.certOf(renewed) });
    const third = chain.someone("Alice", 3);
    const back = comeBack(chain, third, alice);
    expect(back.ok && back.value.revokedInvites).toEqual([]);
    const leaves = chain.roster.members.get(toHex(alice.person))?.devices.map(({ leaf }) => leaf);
    expect(leaves).toEqual([renewed.leaf, third.leaf]);
  });
});
