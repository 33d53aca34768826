import { nodeCrypto as crypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import { RoomId } from "../encoding/ids.js";
import { signInviteProof } from "../invite/inviteProof.js";
import { Chain, type Someone } from "./chain.fixture.js";
import { checkInvite } from "./inviteCheck.js";
import { hasToken } from "./roster.js";

function room() {
  const chain = new Chain(crypto);
  chain.must(chain.alice, { type: "createInvite", invite: chain.terms("ask", { mode: "ask" }) });
  const objection = (who: Someone, inviteProof: Uint8Array | null) =>
    checkInvite(crypto, chain.roster, { inviteProof, person: who.person, leaf: who.leaf })?.error.code ?? null;
  return { chain, objection, bob: chain.someone("Bob"), eve: chain.someone("Eve") };
}

describe("the invite of somebody who asks", () => {
  it("is told to hold while it does, and what is wrong with it otherwise", () => {
    const { chain, objection, bob } = room();
    expect(objection(bob, chain.proof("ask", bob, "ask"))).toBeNull();
    expect(objection(bob, new Uint8Array(9))).toBe("invite_unknown");
    expect(objection(bob, chain.proof("never made", bob, "ask"))).toBe("invite_unknown");
    chain.must(chain.alice, { type: "revokeInvite", inviteId: chain.terms("ask").inviteId });
    expect(objection(bob, chain.proof("ask", bob, "ask"))).toBe("invite_revoked");
  });

  it("is no good with the proof of another person or leaf, for another room, or by another key", () => {
    const { chain, objection, bob, eve } = room();
    expect(objection(eve, chain.proof("ask", bob, "ask"))).toBe("bad_invite_proof");
    expect(objection({ ...bob, leaf: eve.leaf }, chain.proof("ask", bob, "ask"))).toBe("bad_invite_proof");
    expect(objection({ ...bob, person: eve.person }, chain.proof("ask", bob, "ask"))).toBe("bad_invite_proof");
    const content = {
      ...{ roomId: chain.roster.roomId, inviteId: chain.terms("ask").inviteId, person: bob.person, leaf: bob.leaf },
      ...{ place: null, baseSeq: 0, ssh: null },
    };
    const elsewhere = { ...content, roomId: RoomId.of(chain.bytes("elsewhere")) };
    expect(objection(bob, signInviteProof(crypto, chain.bytes("join ask"), elsewhere))).toBe("bad_invite_proof");
    expect(objection(bob, signInviteProof(crypto, chain.bytes("a guess"), content))).toBe("bad_invite_proof");
    const timeless = signInviteProof(crypto, chain.bytes("join ask"), { ...content, baseSeq: null });
    expect(objection(bob, timeless)).toBe("bad_invite_proof");
    // One for a place in the chain would never be over, and nobody asks with one.
    const place = { prev: chain.roster.head, epoch: 1, lastCommit: 1 };
    const placed = signInviteProof(crypto, chain.bytes("join ask"), { ...content, baseSeq: null, place });
    expect(objection(bob, placed)).toBe("bad_invite_proof");
    expect(objection(bob, signInviteProof(crypto, chain.bytes("join ask"), content))).toBeNull();
  });

  it("is not needed by a member, and nobody else comes without one", () => {
    const { chain, objection, bob } = room();
    expect(objection(chain.alice, null)).toBeNull();
    expect(objection(bob, null)).toBe("invite_unknown");
  });

  it("for listed keys, needs the signature of one", () => {
    const { chain, objection, bob } = room();
    const terms = chain.terms("keys", { mode: "ask", for: { class: "listed" } });
    chain.must(chain.alice, { type: "createInvite", invite: terms });
    chain.must(chain.alice, chain.allowing("bob"));
    expect(objection(bob, chain.proof("keys", bob, "ask"))).toBe("bad_ssh_signature");
    expect(objection(bob, chain.proof("keys", bob, "ask", chain.ssh("bob", "keys", bob)))).toBeNull();
  });

  it("has its slot where its token says", () => {
    const { chain } = room();
    chain.must(chain.alice, { type: "createInvite", invite: chain.terms("other") });
    expect(hasToken(chain.roster, chain.terms("ask").tokenPub)).toBe(true);
    expect(hasToken(chain.roster, chain.terms("never made").tokenPub)).toBe(false);
  });
});
