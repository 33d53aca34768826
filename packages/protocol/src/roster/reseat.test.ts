import { equalBytes, toHex } from "@conclave/codec";
import { nodeCrypto as crypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import { PersonId, RoomId } from "../encoding/ids.js";
import { certifyLeaf } from "../identity/leafCert.js";
import { preset } from "../policy/presets.js";
import { ACTION_TYPES, decodeAction, encodeAction, joinPlaceOf } from "./action.js";
import { Chain, type Someone, verdict } from "./chain.fixture.js";
import { decodeEntry } from "./entry.js";
import { replay } from "./replay.js";
import { memberOf } from "./roster.js";

/** A room of Alice, Bob and Carol; Bob has lost the room's keys. */
function prepared(policy = preset("owner")) {
  const chain = new Chain(crypto, policy);
  const bob = chain.add("Bob", "admin");
  const carol = chain.add("Carol");
  return { chain, alice: chain.alice, bob, carol, returned: chain.again(bob) };
}

/** What the door says to a reseat with something changed. */
function tried(chain: Chain, old: Someone, returned: Someone, proof?: Uint8Array, external = true): string {
  const action = { type: "reseat", leafCert: chain.certOf(returned), leaf: old.leaf, after: null } as const;
  return verdict(chain.author(returned, action, { proof: proof ?? chain.reseatProof(old, returned) }, external));
}

describe("a device that takes its own place again", () => {
  it("has a new leaf in the old one's place; role, rights, invites, approvals by others and history stay", () => {
    const { chain, alice, bob, returned } = prepared(preset("admins:1"));
    chain.must(bob, { type: "createInvite", invite: chain.terms("link") });
    const before = chain.roster;
    const was = memberOf(before, bob.person)!;
    const outcome = chain.reseat(bob, returned);
    if (!outcome.ok) throw new Error(outcome.error.code);
    expect(outcome.value).toMatchObject({ removed: [bob.leaf], added: [{ leaf: returned.leaf }], person: bob.person });
    expect(outcome.value).toMatchObject({ name: "Bob", inviteId: null, revokedInvites: [] });
    const is = memberOf(chain.roster, bob.person)!;
    const { leaf, addedSeq, device, deviceNo } = is.devices[0]!;
    expect(is).toEqual({ ...was, devices: is.devices, lostSeq: chain.roster.seq, entries: was.entries + 1 });
    expect([leaf, addedSeq, deviceNo]).toEqual([returned.leaf, chain.roster.seq, 1]);
    expect(device).toEqual(was.devices[0]!.device);
    expect(chain.roster.invites.get(toHex(chain.terms("link").inviteId))!.revoked).toBe(false);
    // The chain's time stands still, and whose time it is says nothing.
    expect(chain.roster.chainTime).toBe(before.chainTime);
    expect(verdict(chain.act(bob, { type: "tick" }))).toBe("author_unknown");
    expect(verdict(chain.act(returned, { type: "setTitle", title: "Here again" }))).toBe("ok");
    expect(verdict(chain.act(alice, { type: "setRole", person: bob.person, role: "member" }))).toBe("ok");
    // And once more.
    expect(verdict(chain.reseat(returned, chain.again(returned)))).toBe("ok");
  });

  it("of several devices takes the place of its own, and of no other", () => {
    const { chain, bob, returned } = prepared();
    const second = chain.someone("Bob", 2);
    chain.must(bob, { type: "addDevice", leafCert: chain.certOf(second) });
    expect(tried(chain, second, returned)).toBe("bad_leaf_cert");
    expect(verdict(chain.reseat(bob, returned))).toBe("ok");
    expect(memberOf(chain.roster, bob.person)!.devices.map(({ leaf }) => leaf)).toEqual([returned.leaf, second.leaf]);
  });

  it("works under every policy, for an only owner, and in a sealed room", () => {
    for (const name of ["owner", "admins:2", "everyone", "add-only", "open"] as const) {
      const chain = new Chain(crypto, preset(name));
      expect([name, verdict(chain.reseat(chain.alice, chain.again(chain.alice)))]).toEqual([name, "ok"]);
    }
    const { chain, alice, bob, returned } = prepared();
    chain.must(alice, { type: "seal" });
    expect(verdict(chain.reseat(bob, returned))).toBe("ok");
    // Nothing else comes in from outside there.
    const dave = chain.someone("Dave");
    expect(verdict(chain.join("direct", dave))).toBe("sealed");
  });

  it("RULE roster.generation: whoever has the old keys reads no entry after it", () => {
    const { chain, bob, returned } = prepared();
    const { generation } = chain.roster;
    chain.reseat(bob, returned);
    expect(chain.roster.generation).toBe(generation + 1);
  });

  it("A107: RULE reseat.claim: whoever it says that it could not follow, or nobody, the room is the same after it", () => {
    const after = (claimed: (room: ReturnType<typeof prepared>) => PersonId | null) => {
      const room = prepared();
      const { chain, bob, returned } = room;
      const outcome = chain.reseat(bob, returned, { after: claimed(room) });
      if (!outcome.ok) throw new Error(outcome.error.code);
      const { added, removed, person, name, revokedInvites } = outcome.value;
      const people = [...chain.roster.members.values()];
      return { people, former: [...chain.roster.former.values()], added, removed, person, name, revokedInvites };
    };
    const none = after(() => null);
    const claims: Record<string, Parameters<typeof after>[0]> = {
      "an owner": ({ alice }) => alice.person,
      "a member": ({ carol }) => carol.person,
      themself: ({ bob }) => bob.person,
      "somebody who never was here": ({ chain }) => chain.someone("Mallory").person,
      "no key of anybody": () => PersonId.of(new Uint8Array(32)),
    };
    for (const [who, claimed] of Object.entries(claims)) expect([who, after(claimed)]).toEqual([who, none]);
  });

  it("A108: RULE reseat.member: who was taken out does not come back by it", () => {
    const { chain, alice, bob, returned } = prepared();
    const kept = chain.reseatProof(bob, returned);
    chain.must(alice, { type: "remove", person: bob.person, ban: false });
    expect(tried(chain, bob, returned)).toBe("not_member");
    expect(tried(chain, bob, returned, kept)).toBe("not_member");
    // Nor who has come in again by the leaf of then.
    chain.must(alice, chain.adding(chain.someone("Bob", 3)));
    expect(tried(chain, bob, returned)).toBe("not_member");
  });

  it("A108: RULE reseat.own-leaf: a removed device does not, nor does anybody take another person's place", () => {
    const { chain, bob, carol, returned } = prepared();
    const second = chain.someone("Bob", 2);
    chain.must(bob, { type: "addDevice", leafCert: chain.certOf(second) });
    expect(tried(chain, carol, returned)).toBe("not_member");
    chain.must(second, { type: "removeDevice", person: bob.person, leaf: bob.leaf });
    expect(tried(chain, bob, returned)).toBe("not_member");
    expect(tried(chain, second, returned)).toBe("bad_leaf_cert");
  });

  it("A108: RULE reseat.same-device: the thief of the leaf key alone is refused, with whatever device it has", () => {
    const { chain, bob, returned } = prepared();
    // A second device of Bob's that was never in the room, and one with the first one's number.
    const other = { ...chain.someone("Bob", 2), leafSeed: returned.leafSeed, leaf: returned.leaf };
    expect(tried(chain, bob, other)).toBe("bad_leaf_cert");
    const mallory = { ...chain.someone("Mallory"), leafSeed: returned.leafSeed, leaf: returned.leaf };
    expect(tried(chain, bob, mallory)).toBe("not_member");
    // Another device key under the same number, and the same device key under another one.
    for (const device of [chain.renumbered("Bob", 2, 1), chain.renumbered("Bob", 1, 7)])
      expect(tried(chain, bob, { ...returned, device })).toBe("bad_leaf_cert");
    expect(tried(chain, bob, returned)).toBe("ok");
  });

  it("A108: RULE reseat.proof: the device key alone is not enough, and no proof is of use to anybody else", () => {
    const { chain, alice, bob, carol, returned } = prepared();
    const proofs: [what: string, proof: Uint8Array][] = [
      ["none", new Uint8Array(0)],
      ["another's signature", chain.reseatProof({ ...bob, leafSeed: carol.leafSeed }, returned)],
      ["the new leaf's own", chain.reseatProof({ ...bob, leafSeed: returned.leafSeed }, returned)],
      ["for another new leaf", chain.reseatProof(bob, chain.again(bob, 2))],
      ["of another old leaf", chain.reseatProof(bob, returned, { leaf: carol.leaf })],
      ["of another person", chain.reseatProof(bob, returned, { person: alice.person })],
      ["in another room", chain.reseatProof(bob, returned, { roomId: RoomId.of(chain.bytes("other room")) })],
      ["an invite's", chain.proof("link", returned)],
      ["a farewell", chain.farewell(bob)],
    ];
    for (const [what, proof] of proofs)
      expect([what, tried(chain, bob, returned, proof)]).toEqual([what, "bad_reseat_proof"]);
    const action = { type: "reseat", leafCert: chain.certOf(returned), leaf: bob.leaf, after: null } as const;
    expect(verdict(chain.author(returned, action, {}, true))).toBe("bad_reseat_proof");
    expect(tried(chain, bob, returned)).toBe("ok");
  });

  it("A108: RULE reseat.place: a proof is for one place: a replayed one is refused", () => {
    const { chain, bob, returned } = prepared();
    const kept = chain.reseatProof(bob, returned);
    const { roster, epoch } = chain;
    for (const place of [
      { prev: chain.bytes("elsewhere"), epoch, lastCommit: 0 },
      { prev: roster.head, epoch: epoch + 1, lastCommit: 0 },
    ])
      expect(tried(chain, bob, returned, chain.reseatProof(bob, returned, { place }))).toBe("bad_reseat_proof");
    chain.must(chain.alice, { type: "tick" });
    expect(tried(chain, bob, returned, kept)).toBe("bad_reseat_proof");
    expect(verdict(chain.reseat(bob, returned))).toBe("ok");
    // Once there, it takes no place again: neither the leaf nor the proof.
    expect(tried(chain, bob, returned, kept)).toBe("author_unknown");
  });

  it("is for the room, with a fresh leaf, and carried by nobody else", () => {
    const { chain, bob, carol, returned } = prepared();
    const proof = chain.reseatProof(bob, returned);
    const elsewhere = RoomId.of(chain.bytes("other room"));
    const leafCert = certifyLeaf(crypto, returned.device, { roomId: elsewhere, leaf: returned.leaf, name: "Bob" });
    const action = { type: "reseat", leafCert, leaf: bob.leaf, after: null } as const;
    expect(verdict(chain.author(returned, action, { proof }, true))).toBe("bad_leaf_cert");
    expect(tried(chain, bob, bob)).toBe("author_unknown");
    expect(tried(chain, bob, returned, proof, false)).toBe("author_unknown");
    const own = { type: "reseat", leafCert: chain.certOf(returned), leaf: bob.leaf, after: null } as const;
    for (const by of [bob, carol]) {
      // Of somebody who is in: nobody carries a reseat, neither as a member nor from outside.
      expect(verdict(chain.author(by, own, { proof }))).toBe("invalid_action");
      expect(verdict(chain.author(by, own, { proof }, true))).toBe("author_unknown");
    }
    expect(verdict(chain.author(chain.someone("Mallory"), own, { proof }, true))).toBe("author_unknown");
    const approvals = [chain.approval(carol, own)];
    expect(verdict(chain.author(returned, own, { proof, approvals }, true))).toBe("invalid_action");
  });

  it("takes with it what the old leaf signed: its approvals count no more, and a farewell is void", () => {
    const chain = new Chain(crypto, preset("admins:2"));
    const bob = chain.someone("Bob");
    const carol = chain.someone("Carol");
    chain.must(chain.alice, chain.adding(bob, "admin"));
    const addCarol = chain.adding(carol);
    const yes = chain.approval(bob, addCarol);
    const farewell = chain.farewell(bob);
    const returned = chain.again(bob);
    expect(verdict(chain.author(chain.alice, addCarol, { approvals: [yes] }))).toBe("ok");
    expect(verdict(chain.author(chain.alice, { type: "leave", person: bob.person }, { farewell }))).toBe("ok");
    chain.reseat(bob, returned);
    expect(verdict(chain.author(chain.alice, addCarol, { approvals: [yes] }))).toBe("bad_approval");
    expect(verdict(chain.author(chain.alice, { type: "leave", person: bob.person }, { farewell }))).toBe(
      "bad_farewell",
    );
    // Given again it counts: the person is the same, and what was decided about them stands.
    expect(verdict(chain.act(chain.alice, addCarol, { approvals: [chain.approval(returned, addCarol)] }))).toBe("ok");
  });

  it("leaves what others have agreed to about its person as it was", () => {
    const chain = new Chain(crypto, preset("admins:2"));
    const [bob, carol] = [chain.someone("Bob"), chain.someone("Carol")];
    chain.must(chain.alice, chain.adding(bob, "admin"));
    const addCarol = chain.adding(carol, "admin");
    chain.must(chain.alice, addCarol, { approvals: [chain.approval(bob, addCarol)] });
    const out = { type: "remove", person: bob.person, ban: false } as const;
    const yes = chain.approval(carol, out);
    chain.reseat(bob, chain.again(bob));
    // Else whoever is to be voted out would void the yeses by coming back again and again.
    expect(verdict(chain.act(chain.alice, out, { approvals: [yes] }))).toBe("ok");
  });

  it("is in the chain for whoever reads it later: the same verdict, and the same roster", () => {
    const { chain, bob, returned } = prepared();
    chain.reseat(bob, returned);
    const entries = chain.transitions.map(({ entry }) => entry.bytes);
    const replayed = replay(crypto, entries, chain.roster.roomId);
    expect(replayed.ok && equalBytes(replayed.value.roster.stateHash, chain.roster.stateHash)).toBe(true);
    const last = decodeEntry(crypto, entries.at(-1)!, chain.roster.version);
    if (!last.ok) throw new Error(last.error);
    expect(joinPlaceOf(last.value)).toMatchObject({ epoch: chain.epoch - 1 });
    const { action } = last.value;
    expect(decodeAction(encodeAction(action), chain.roster.version)).toEqual(action);
    expect(ACTION_TYPES).toContain("reseat");
  });
});
