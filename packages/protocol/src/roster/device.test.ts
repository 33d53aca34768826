import { nodeCrypto as crypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import { ownerLed } from "../policy/presets.js";
import { Chain, verdict } from "./chain.fixture.js";
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
    const { rules, settings } = ownerLed();
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
});
