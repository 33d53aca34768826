import { toHex } from "@conclave/codec";
import { nodeCrypto as crypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import { preset } from "../policy/presets.js";
import { Chain, type Someone, verdict } from "./chain.fixture.js";
import { MAX_DEVICES } from "./limit.js";

describe("devices", () => {
  it("RULE device.sponsor: come in by another device of the same person only", () => {
    const chain = new Chain(crypto);
    const [bob, second] = [chain.add("Bob"), chain.someone("Bob", 2)];
    const adding = { type: "addDevice", leafCert: chain.certOf(second) } as const;
    expect(verdict(chain.act(chain.alice, adding))).toBe("no_sponsor");
    // The thief of the identity key, alone.
    expect(verdict(chain.act(second, adding))).toBe("author_unknown");
    expect(verdict(chain.act(second, adding, {}, true))).toBe("author_unknown");
    const added = chain.must(bob, adding);
    expect(added.added).toEqual([{ leaf: second.leaf, credential: adding.leafCert }]);
    expect(added.roster.generation).toBe(0);
    expect(verdict(chain.act(second, { type: "addDevice", leafCert: adding.leafCert }))).toBe("leaf_reused");
    expect(verdict(chain.act(second, { type: "addDevice", leafCert: new Uint8Array(9) }))).toBe("bad_leaf_cert");
  });

  it("are so many and no more", () => {
    const chain = new Chain(crypto);
    for (let n = 2; n <= MAX_DEVICES; n++)
      chain.must(chain.alice, { type: "addDevice", leafCert: chain.certOf(chain.someone("Alice", n)) });
    const oneMore = chain.certOf(chain.someone("Alice", MAX_DEVICES + 1));
    expect(verdict(chain.act(chain.alice, { type: "addDevice", leafCert: oneMore }))).toBe("device_limit");
  });

  it("need what the policy asks for, besides", () => {
    const { rules, settings } = preset("owner");
    const chain = new Chain(crypto, { rules: { ...rules, addDevice: { kind: "owner" } }, settings });
    const bob = chain.add("Bob");
    const adding = { type: "addDevice", leafCert: chain.certOf(chain.someone("Bob", 2)) } as const;
    expect(verdict(chain.act(bob, adding))).toBe("not_allowed");
    expect(verdict(chain.act(bob, adding, { approvals: [chain.approval(chain.alice, adding)] }))).toBe("ok");
  });

  it("RULE device.own-leaf: take out another, never themselves", () => {
    const chain = new Chain(crypto);
    const [bob, second] = [chain.add("Bob"), chain.someone("Bob", 2)];
    chain.must(bob, { type: "addDevice", leafCert: chain.certOf(second) });
    expect(verdict(chain.act(bob, { type: "removeDevice", person: bob.person, leaf: bob.leaf }))).toBe("own_device");
    const gone = chain.must(second, { type: "removeDevice", person: bob.person, leaf: bob.leaf });
    expect(gone.removed).toEqual([bob.leaf]);
    expect(gone.roster.generation).toBe(1);
    expect(verdict(chain.act(bob, { type: "tick" }))).toBe("author_unknown");
  });

  it("RULE device.last: a person keeps one, and nobody's are taken by those who may not remove", () => {
    const chain = new Chain(crypto);
    const [bob, carol] = [chain.add("Bob"), chain.add("Carol", "admin")];
    const gone = { type: "removeDevice", person: bob.person, leaf: bob.leaf } as const;
    expect(verdict(chain.act(chain.alice, gone))).toBe("last_device");
    chain.must(bob, { type: "addDevice", leafCert: chain.certOf(chain.someone("Bob", 2)) });
    expect(verdict(chain.act(carol, gone))).toBe("not_allowed");
    expect(verdict(chain.act(chain.alice, { ...gone, leaf: carol.leaf }))).toBe("not_member");
    expect(verdict(chain.act(chain.alice, { ...gone, person: chain.someone("Dave").person }))).toBe("not_member");
    expect(verdict(chain.act(chain.alice, gone))).toBe("ok");
  });

  it("one's own do not count as removals, of which there are only so many", () => {
    const chain = new Chain(crypto, preset("everyone"));
    const more = [2, 3, 4].map((n) => chain.someone("Alice", n));
    for (const who of more) chain.must(chain.alice, { type: "addDevice", leafCert: chain.certOf(who) });
    for (const { person, leaf } of more) chain.must(chain.alice, { type: "removeDevice", person, leaf });
    expect(chain.roster.members.get(toHex(chain.alice.person))?.removals).toEqual([]);
  });

  it("RULE device.return-revoked: with one goes the way back by its person's words, and no other link", () => {
    const chain = new Chain(crypto);
    const [bob, second] = [chain.add("Bob"), chain.someone("Alice", 2)];
    chain.must(chain.alice, { type: "setRole", person: bob.person, role: "owner" });
    const words = ({ person }: Someone) =>
      chain.terms(toHex(person), { mode: "return", for: { class: "personal", person } });
    for (const owner of [chain.alice, bob]) chain.must(owner, { type: "openReturn", invite: words(owner) });
    chain.must(chain.alice, { type: "createInvite", invite: chain.terms("link") });
    chain.must(chain.alice, { type: "addDevice", leafCert: chain.certOf(second) });
    const { person, leaf } = second;
    const gone = chain.must(chain.alice, { type: "removeDevice", person, leaf });
    expect(gone.revokedInvites).toEqual([words(chain.alice).inviteId]);
    expect(chain.roster.openInvites.size).toBe(2);
  });

  it("a yes to take out one that is not there is refused like the rest", () => {
    const chain = new Chain(crypto, preset("admins:2"));
    const bob = chain.add("Bob", "admin");
    const gone = { type: "removeDevice", person: bob.person, leaf: chain.someone("Bob", 2).leaf } as const;
    expect(verdict(chain.act(chain.alice, gone, { approvals: [chain.approval(bob, gone)] }))).toBe("not_member");
  });
});
