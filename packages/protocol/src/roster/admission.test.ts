import { nodeCrypto as crypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import { certifiedPerson, placeOfInvite } from "./admission.js";
import { Chain } from "./chain.fixture.js";

describe("what a newcomer brings", () => {
  it("names the person and the place; junk names none, and throws at nothing", () => {
    const chain = new Chain(crypto);
    const bob = chain.someone("Bob");
    const place = { prev: chain.roster.head, epoch: chain.epoch, lastCommit: 0 };
    expect(certifiedPerson(crypto, chain.certOf(bob))).toEqual(bob.person);
    expect(placeOfInvite(chain.proof("one", bob))).toEqual(place);
    expect(placeOfInvite(chain.proof("one", bob, "ask"))).toBeNull();
    for (const junk of [new Uint8Array(0), chain.bytes("junk"), chain.certOf(bob).slice(1)]) {
      expect(certifiedPerson(crypto, junk)).toBeNull();
      expect(placeOfInvite(junk)).toBeNull();
    }
  });
});
