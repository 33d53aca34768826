import { nodeCrypto as crypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import { preset } from "../policy/presets.js";
import { Chain, verdict } from "./chain.fixture.js";
import { evaluate } from "./evaluate.js";
import { replay } from "./replay.js";

describe("a room's life", () => {
  it("founds, adds, promotes, invites, joins, removes and replays", () => {
    const chain = new Chain(crypto);
    const bob = chain.add("Bob");
    chain.must(chain.alice, { type: "setRole", person: bob.person, role: "admin" });
    chain.must(chain.alice, { type: "createInvite", invite: chain.terms("one") });
    const carol = chain.someone("Carol");
    expect(verdict(chain.join("one", carol))).toBe("ok");
    expect(verdict(chain.join("one", chain.someone("Dave")))).toBe("invite_used_up");
    chain.must(carol, { type: "addDevice", leafCert: chain.certOf(chain.someone("Carol", 2)) });
    expect(chain.people).toEqual(["Alice", "Bob", "Carol"]);
    const gone = chain.must(chain.alice, { type: "remove", person: carol.person, ban: true });
    expect(gone.removed).toHaveLength(2);
    // Carol's invite was used up, and she was removed.
    expect(chain.roster.generation).toBe(2);
    chain.must(chain.alice, { type: "leave", person: bob.person }, { farewell: chain.farewell(bob) });
    const replayed = replay(crypto, chain.transitions.map((each) => each.entry.bytes), chain.roster.roomId); // prettier-ignore
    expect(replayed.ok && replayed.value.roster).toEqual(chain.roster);
  });

  it("everyone agrees: one no, or silence, is enough to keep somebody out", () => {
    const chain = new Chain(crypto, preset("everyone"));
    const bob = chain.add("Bob");
    const carol = chain.someone("Carol");
    const adding = chain.adding(carol);
    expect(chain.author(chain.alice, adding)).toMatchObject({
      error: { code: "approvals_missing", approvals: { have: 1, need: 2 } },
    });
    expect(chain.must(chain.alice, adding, { approvals: [chain.approval(bob, adding)] }).approvedBy).toEqual([
      bob.person,
    ]);
  });

  it("does not care whether the entry comes from its author or from its bytes", () => {
    const chain = new Chain(crypto);
    const outcome = chain.author(chain.alice, { type: "tick" });
    if (!outcome.ok) throw new Error("refused");
    const carriage = { epoch: 0, transcript: new Uint8Array(0), committer: chain.alice.leaf, external: false };
    expect(evaluate(crypto, chain.roster, outcome.value.entry, carriage)).toEqual(outcome);
  });
});
