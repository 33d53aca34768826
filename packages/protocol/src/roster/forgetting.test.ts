import { nodeCrypto as crypto } from "@conclave/crypto/node";
import { toHex } from "@conclave/codec";
import { describe, expect, it } from "vitest";
import { MAX_APPROVAL_SPAN } from "./approval.js";
import { Chain, type Someone, verdict } from "./chain.fixture.js";
import { FORGET_AFTER, MAX_FORMER } from "./limit.js";
import type { Roster } from "./roster.js";
import { RosterDraft } from "./rosterDraft.js";
import { encodeFormer, loadRoster, recordKey } from "./rosterRecord.js";

const isKnown = ({ former }: Roster, { person }: Someone) => former.has(toHex(person));

/** Entries that say nothing, until the roster has this number. */
function passTo(chain: Chain, seq: number): void {
  while (chain.roster.seq < seq) chain.must(chain.alice, { type: "tick" });
}

describe("what a roster forgets", () => {
  it("RULE roster.forget: who left and links that are over, once no yes can be older; who is banned is kept", () => {
    const chain = new Chain(crypto);
    const { alice } = chain;
    const [gone, banned, back] = [chain.add("Gone"), chain.add("Banned"), chain.add("Back")];
    chain.must(alice, { type: "createInvite", invite: chain.terms("revoked") });
    chain.must(alice, { type: "createInvite", invite: chain.terms("open") });
    chain.must(alice, { type: "remove", person: back.person, ban: false });
    chain.must(alice, chain.adding(back));
    chain.must(alice, { type: "remove", person: banned.person, ban: true });
    const removal = { type: "remove", person: gone.person, ban: false } as const;
    const bob = chain.add("Bob", "admin");
    const old = chain.approval(bob, removal, { maxSeq: chain.roster.seq + MAX_APPROVAL_SPAN });
    const leftSeq = chain.must(alice, removal).roster.seq;
    const closedSeq = chain.must(alice, { type: "revokeInvite", inviteId: chain.terms("revoked").inviteId }).roster.seq;
    const revoked = chain.terms("revoked");
    passTo(chain, leftSeq + FORGET_AFTER - 1);
    expect([isKnown(chain.roster, gone), isKnown(chain.roster, banned)]).toEqual([true, true]);
    chain.must(alice, { type: "tick" });
    expect([isKnown(chain.roster, gone), isKnown(chain.roster, banned)]).toEqual([false, true]);
    // The link closed an entry later. Until then its id is taken, and its proof is of a link that is over.
    const [erin] = [chain.someone("Erin")];
    expect(chain.roster.seq).toBe(closedSeq + FORGET_AFTER - 1);
    const byLink = () =>
      verdict(chain.author(alice, chain.adding(erin), { proof: chain.proof("revoked", erin, "ask") }));
    expect(byLink()).toBe("invite_revoked");
    expect(verdict(chain.author(alice, { type: "createInvite", invite: revoked }))).toBe("invite_exists");
    chain.must(alice, { type: "tick" });
    // Nobody comes in by a link that was forgotten.
    expect(byLink()).toBe("invite_unknown");
    expect([...chain.roster.invites.values()]).toEqual([...chain.roster.openInvites.values()]);
    expect(chain.roster.openInvites.size).toBe(1);
    // Somebody comes back who was forgotten: a yes to their removal from then counts for nothing.
    chain.must(alice, chain.adding(gone));
    expect(chain.roster.seq).toBeGreaterThan(leftSeq + FORGET_AFTER);
    expect(verdict(chain.author(chain.someone("Bob"), removal, { approvals: [old] }))).toBe("bad_approval");
    // What is stored holds the same.
    const records = new Map(chain.transitions.flatMap(({ delta }) => delta.put));
    for (const each of chain.transitions) {
      for (const [key, value] of each.delta.put) records.set(key, value);
      for (const key of each.delta.delete) records.delete(key);
    }
    expect(loadRoster(crypto, records)).toEqual(chain.roster);
  });

  it("RULE roster.forget: of more former members than are kept, the one who left first gives way", () => {
    const chain = new Chain(crypto);
    const full = Array.from({ length: MAX_FORMER }, (_, at) => {
      const person = chain.someone("Alice").person.slice() as Someone["person"];
      new DataView(person.buffer).setUint32(0, at);
      return { person, name: "Gone", leftSeq: at + 1, banned: true };
    });
    const records = new Map(chain.transitions[0]!.delta.put);
    for (const former of full) records.set(recordKey.former(toHex(former.person)), encodeFormer(former));
    const roster = loadRoster(crypto, [...records].reverse());
    const draft = new RosterDraft({ ...roster, seq: MAX_FORMER + 1 });
    draft.putFormer({ ...full[0]!, person: chain.alice.person, leftSeq: MAX_FORMER + 2 });
    draft.forget(MAX_FORMER + 2);
    const { former } = draft.finish(crypto).state;
    expect(former.size).toBe(MAX_FORMER);
    expect([...former.values()][0]!.leftSeq).toBe(2);
    expect([...former.values()].at(-1)!.leftSeq).toBe(MAX_FORMER + 2);
  });
});
