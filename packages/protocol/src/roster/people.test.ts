import { nodeCrypto as crypto } from "@conclave/crypto/node";
import { toHex } from "@conclave/codec";
import { describe, expect, it } from "vitest";
import { RoomId } from "../encoding/ids.js";
import { preset } from "../policy/presets.js";
import { Chain, verdict } from "./chain.fixture.js";
import { MAX_MEMBERS } from "./limit.js";

describe("coming in", () => {
  it("RULE newcomer.leaf-cert: takes a certificate that holds, for this room", () => {
    const chain = new Chain(crypto);
    const bob = chain.someone("Bob");
    const role = "member";
    const elsewhere = chain.certOf(bob, RoomId.of(chain.bytes("another room")));
    expect(verdict(chain.act(chain.alice, { type: "add", leafCert: elsewhere, role }))).toBe("bad_leaf_cert");
    const broken = chain.certOf(bob);
    broken[broken.length - 1]! ^= 1;
    expect(verdict(chain.act(chain.alice, { type: "add", leafCert: broken, role }))).toBe("bad_leaf_cert");
  });

  it("RULE newcomer.leaf-new: takes a leaf key that nobody has, and a person who is not there", () => {
    const chain = new Chain(crypto);
    const bob = chain.add("Bob");
    expect(verdict(chain.act(chain.alice, chain.adding(chain.someone("Bob", 2))))).toBe("already_member");
    const carol = { ...chain.someone("Carol"), leaf: bob.leaf };
    expect(verdict(chain.act(chain.alice, chain.adding(carol)))).toBe("leaf_reused");
  });

  it("RULE newcomer.room: has an end: 10,000 people", () => {
    const chain = new Chain(crypto);
    const alice = [...chain.roster.members.values()][0]!;
    const adding = chain.adding(chain.someone("Bob"));
    const crowd = (size: number) =>
      new Map([...chain.roster.members, ...Array.from({ length: size - 1 }, (_, n) => [String(n), alice] as const)]);
    for (const [size, expected] of [
      [MAX_MEMBERS - 1, "ok"],
      [MAX_MEMBERS, "member_limit"],
    ] as const) {
      chain.roster = { ...chain.roster, members: crowd(size) };
      expect(verdict(chain.author(chain.alice, adding))).toBe(expected);
    }
  });

  it("keeps who added whom, and under what name", () => {
    const chain = new Chain(crypto);
    const bob = chain.add("Bob");
    const member = chain.roster.members.get(toHex(bob.person))!;
    expect(member).toMatchObject({ name: "Bob", addedBy: chain.alice.person, joinedSeq: 1, inviteId: null });
  });
});

describe("being shown out", () => {
  it("RULE remove.every-device: takes all devices of the person, and starts a generation", () => {
    const chain = new Chain(crypto);
    const bob = chain.add("Bob");
    const second = chain.someone("Bob", 2);
    chain.must(bob, { type: "addDevice", leafCert: chain.certOf(second) });
    const gone = chain.must(chain.alice, { type: "remove", person: bob.person, ban: false });
    expect(gone.removed).toEqual([bob.leaf, second.leaf]);
    expect(gone.roster.generation).toBe(1);
    expect(gone.roster.leaves.size).toBe(1);
    expect(gone).toMatchObject({ name: "Bob", person: bob.person });
  });

  it("RULE remove.invites: takes the links that the person made or came by", () => {
    const chain = new Chain(crypto);
    chain.must(chain.alice, {
      type: "createInvite",
      invite: chain.terms("by Alice", { for: { class: "multi", limit: 5 } }),
    });
    const bob = chain.someone("Bob");
    expect(verdict(chain.join("by Alice", bob))).toBe("ok");
    chain.must(chain.alice, { type: "setRole", person: bob.person, role: "owner" });
    for (const name of ["by Bob", "withdrawn"]) chain.must(bob, { type: "createInvite", invite: chain.terms(name) });
    chain.must(bob, { type: "revokeInvite", inviteId: chain.terms("withdrawn").inviteId });
    chain.must(chain.alice, { type: "createInvite", invite: chain.terms("of Alice") });
    // Promoted with a link of one's own, one still has it.
    const house = new Chain(crypto, preset("open"));
    const carol = house.add("Carol", "admin");
    house.must(carol, { type: "createInvite", invite: house.terms("of Carol") });
    const up = house.must(house.alice, { type: "setRole", person: carol.person, role: "owner" });
    expect(up.revokedInvites).toEqual([]);
    expect(verdict(house.join("of Carol", house.someone("Guest")))).toBe("ok");
    const gone = chain.must(chain.alice, { type: "remove", person: bob.person, ban: false });
    expect(gone.revokedInvites).toEqual([chain.terms("by Alice").inviteId, chain.terms("by Bob").inviteId]);
    expect(verdict(chain.join("by Alice", bob))).toBe("invite_revoked");
    expect(verdict(chain.join("by Bob", bob))).toBe("invite_revoked");
    // Without a ban, another link, or somebody with the right, lets them in again.
    expect(verdict(chain.join("of Alice", bob))).toBe("ok");
  });

  it("RULE remove.rate: one person shows out a few, then others must have acted", () => {
    const chain = new Chain(crypto, {
      ...preset("everyone"),
      rules: { ...preset("everyone").rules, add: { kind: "anyMember" } },
    });
    const people = ["Bob", "Carol", "Dave", "Erin", "Frank"].map((name) => chain.add(name));
    const [bob, carol, dave, erin, frank] = people as [typeof chain.alice, ...typeof people] & typeof people;
    const out = (who: typeof bob) => ({ type: "remove", person: who.person, ban: false }) as const;
    expect(verdict(chain.act(bob, out(carol!)))).toBe("ok");
    expect(verdict(chain.act(bob, out(dave!)))).toBe("ok");
    expect(verdict(chain.act(bob, out(erin!)))).toBe("rate_limited");
    // Taking devices out one by one is no way around, and what Bob does by himself does not count.
    chain.must(erin!, { type: "addDevice", leafCert: chain.certOf(chain.someone("Erin", 2)) });
    expect(verdict(chain.act(bob, { type: "removeDevice", person: erin!.person, leaf: erin!.leaf }))).toBe(
      "rate_limited",
    );
    for (const n of [2, 3]) chain.must(bob, { type: "addDevice", leafCert: chain.certOf(chain.someone("Bob", n)) });
    expect(verdict(chain.act(bob, out(erin!)))).toBe("rate_limited");
    chain.must(chain.alice, { type: "tick" });
    expect(verdict(chain.act(bob, out(erin!)))).toBe("rate_limited");
    chain.must(chain.alice, { type: "tick" });
    expect(verdict(chain.act(bob, out(erin!)))).toBe("ok");
    expect(verdict(chain.act(chain.alice, out(frank!)))).toBe("ok");
  });

  it("is not for oneself, nor for somebody who is not there", () => {
    const chain = new Chain(crypto);
    const gone = { type: "remove", person: chain.someone("Bob").person, ban: false } as const;
    expect(verdict(chain.act(chain.alice, gone))).toBe("not_member");
    expect(verdict(chain.act(chain.alice, { ...gone, person: chain.alice.person }))).toBe("own_device");
  });

  it("RULE invite.banned: who is banned returns by no link, but by the word of who may add", () => {
    const chain = new Chain(crypto);
    const bob = chain.add("Bob");
    chain.must(chain.alice, { type: "remove", person: bob.person, ban: true });
    for (const mode of ["direct", "ask"] as const) {
      chain.must(chain.alice, { type: "createInvite", invite: chain.terms(mode, { mode }) });
      const evidence = { proof: chain.proof(mode, bob, mode) };
      const by = mode === "direct" ? bob : chain.alice;
      expect(verdict(chain.act(by, chain.adding(bob), evidence, mode === "direct"))).toBe("banned");
    }
    expect(verdict(chain.act(chain.alice, chain.adding(bob)))).toBe("ok");
    expect(chain.roster.former.size).toBe(0);
  });
});

describe("leaving", () => {
  it("RULE leave.farewell: takes one's own word, from a device that is still there", () => {
    const chain = new Chain(crypto);
    const [bob, carol] = [chain.add("Bob"), chain.add("Carol")];
    const leave = { type: "leave", person: bob.person } as const;
    const elsewhere = new Chain(crypto, preset("open"));
    elsewhere.add("Bob");
    expect(verdict(chain.act(carol, leave))).toBe("bad_farewell");
    const forged = [
      chain.farewell(carol),
      elsewhere.farewell(bob),
      chain.farewell({ ...bob, leafSeed: carol.leafSeed }),
    ];
    forged.push(chain.farewell({ ...carol, person: bob.person }), chain.farewell(chain.someone("Bob", 2)));
    forged.push(chain.farewell({ ...bob, person: carol.person }));
    for (const farewell of forged) expect(verdict(chain.act(carol, leave, { farewell }))).toBe("bad_farewell");
    const farewell = chain.farewell(bob);
    expect(verdict(chain.act(bob, leave, { farewell }))).toBe("own_device");
    expect(chain.must(carol, leave, { farewell })).toMatchObject({ removed: [bob.leaf], name: "Bob" });
    expect(chain.roster.generation).toBe(1);
    expect(verdict(chain.act(carol, leave, { farewell }))).toBe("not_member");
    // Back with a new leaf: the old word is void.
    const back = chain.someone("Bob", 2);
    chain.must(chain.alice, chain.adding(back));
    expect(verdict(chain.act(carol, leave, { farewell }))).toBe("bad_farewell");
  });

  it("takes the links that the person made", () => {
    const chain = new Chain(crypto);
    const bob = chain.add("Bob", "owner");
    chain.must(bob, { type: "createInvite", invite: chain.terms("of Bob") });
    const gone = chain.must(chain.alice, { type: "leave", person: bob.person }, { farewell: chain.farewell(bob) });
    expect(gone.revokedInvites).toEqual([chain.terms("of Bob").inviteId]);
  });
});

describe("roles", () => {
  it("RULE setRole.invites: who becomes less loses their links, who becomes more keeps them", () => {
    const chain = new Chain(crypto);
    const bob = chain.add("Bob", "owner");
    chain.must(bob, { type: "createInvite", invite: chain.terms("of Bob") });
    expect(
      chain.must(chain.alice, { type: "setRole", person: bob.person, role: "member" }).revokedInvites,
    ).toHaveLength(1);
    chain.must(chain.alice, { type: "createInvite", invite: chain.terms("of Alice") });
    expect(chain.must(chain.alice, { type: "setRole", person: bob.person, role: "owner" }).revokedInvites).toEqual([]);
    expect(
      chain.must(chain.alice, { type: "transferOwnership", person: chain.add("Carol").person }).revokedInvites,
    ).toEqual([chain.terms("of Alice").inviteId]);
  });

  it("RULE roster.last-owner: somebody stays owner, or the room is sealed", () => {
    const chain = new Chain(crypto, {
      ...preset("owner"),
      rules: { ...preset("owner").rules, remove: { kind: "anyMember" } },
    });
    const bob = chain.add("Bob", "owner");
    const [down, leave] = [
      { type: "setRole", person: chain.alice.person, role: "member" },
      { type: "leave", person: chain.alice.person },
    ] as const;
    expect(verdict(chain.author(bob, down))).toBe("ok");
    chain.must(chain.alice, { type: "setRole", person: bob.person, role: "member" });
    expect(verdict(chain.act(chain.alice, down))).toBe("last_owner");
    const farewell = chain.farewell(chain.alice);
    expect(verdict(chain.act(bob, leave, { farewell }))).toBe("last_owner");
    chain.must(chain.alice, { type: "seal" });
    expect(verdict(chain.act(bob, leave, { farewell }))).toBe("ok");
    expect(chain.people).toEqual(["Bob"]);
  });

  it("are given to members who do not have them", () => {
    const chain = new Chain(crypto);
    const bob = chain.add("Bob");
    const nobody = chain.someone("Nobody").person;
    expect(verdict(chain.act(chain.alice, { type: "setRole", person: nobody, role: "admin" }))).toBe("not_member");
    expect(verdict(chain.act(chain.alice, { type: "setRole", person: bob.person, role: "member" }))).toBe(
      "invalid_action",
    );
    expect(verdict(chain.act(chain.alice, { type: "transferOwnership", person: nobody }))).toBe("not_member");
    expect(verdict(chain.act(chain.alice, { type: "transferOwnership", person: chain.alice.person }))).toBe(
      "invalid_action",
    );
    chain.must(chain.alice, { type: "transferOwnership", person: bob.person });
    expect([chain.roleOf(chain.alice), chain.roleOf(bob)]).toEqual(["admin", "owner"]);
  });
});
