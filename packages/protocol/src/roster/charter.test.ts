import { nodeCrypto as crypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import { RoomId } from "../encoding/ids.js";
import { NO_ROOM } from "../identity/leafCert.js";
import { preset } from "../policy/presets.js";
import { Chain, NOBODY_DECIDES, type Someone, verdict } from "./chain.fixture.js";
import type { Action } from "./action.js";
import { NO_EVIDENCE } from "./entryHeader.js";
import { authorEntry, evaluate } from "./evaluate.js";

const chain = new Chain(crypto);
const { alice } = chain;
const charter = chain.charter(preset("owner"));
const nothing = new Uint8Array(0);

function found(who: Someone, action: Action, change: Partial<Parameters<typeof authorEntry>[3]> = {}): string {
  const what = { action, person: who.person, time: 1, epoch: 0, transcript: nothing, ...change };
  return verdict(authorEntry(crypto, who.leafSeed, null, what));
}

describe("the charter", () => {
  it("makes its signer the owner of a room that is the charter's hash", () => {
    const { roster, entry } = chain.transitions[0]!;
    expect(roster.roomId).toEqual(crypto.hash("sha256", entry.bytes));
    expect(roster).toMatchObject({ seq: 0, title: "Room", sealed: false, generation: 0, chainTime: entry.time });
    expect(chain.roleOf(alice)).toBe("owner");
  });

  it("RULE charter.founder: the founder signs, with a leaf certified for no room", () => {
    const bob = chain.someone("Bob");
    expect(found(alice, charter)).toBe("ok");
    expect(found(bob, charter)).toBe("author_unknown");
    expect(found(alice, { ...charter, leafCert: chain.certOf(alice, RoomId.of(chain.bytes("room"))) })).toBe(
      "bad_leaf_cert",
    );
    expect(found(alice, { ...charter, leafCert: chain.certOf(bob, NO_ROOM).fill(1, 40, 41) })).toBe("bad_leaf_cert");
  });

  it("RULE charter.first: it comes before every key and every consent", () => {
    expect(found(alice, charter, { epoch: 1 })).toBe("invalid_action");
    expect(found(alice, charter, { transcript: chain.bytes("t") })).toBe("invalid_action");
    expect(found(alice, charter, { external: true })).toBe("invalid_action");
    expect(found(alice, charter, { evidence: { ...NO_EVIDENCE, approvals: [nothing] } })).toBe("invalid_action");
    expect(found(alice, { type: "tick" })).toBe("invalid_action");
  });

  it("RULE charter.once: a room that is there is not founded again", () => {
    const room = new Chain(crypto);
    expect(verdict(room.act(alice, charter))).toBe("invalid_action");
    // The same charter, or any other, over a roster that exists.
    expect(room.judged(room.transitions[0]!.entry)).toBe("wrong_room");
  });

  it("and nothing else founds one", () => {
    const { entry } = chain.must(alice, { type: "tick" });
    const carriage = { epoch: 0, transcript: nothing, committer: alice.leaf, external: false };
    expect(verdict(evaluate(crypto, null, entry, carriage))).toBe("wrong_room");
  });

  it("RULE relay.address: names a relay that everybody can dial", () => {
    const good = ["wss://chat.example.org", "ws://127.0.0.1:4430/relay", "wss://[::1]:443/a/b-c", "ws://localhost"];
    const bad = [
      "",
      "https://chat.example.org",
      "wss://",
      "wss://a b",
      "wss://user@host",
      "wss://host/?query",
      "wss://host/#part",
      "wss://host:123456",
      "wss://ho\u202est",
      "javascript:alert(1)",
      `wss://${"a".repeat(600)}`,
    ];
    const at = (address: string) => ({ publicKey: charter.relay.publicKey, address });
    for (const address of good) expect(found(alice, { ...charter, relay: at(address) })).toBe("ok");
    for (const address of bad)
      expect([address, found(alice, { ...charter, relay: at(address) })]).toEqual([address, "invalid_action"]);
  });

  it("RULE policy.no-lock: does not begin with rules that nobody can change, nor without a title", () => {
    expect(found(alice, { ...charter, policy: NOBODY_DECIDES })).toBe("invalid_policy");
    expect(found(alice, { ...charter, title: " " })).toBe("invalid_action");
  });

  it("RULE charter.founder: nor with another's certificate, nor for another leaf of their own", () => {
    expect(found(alice, { ...charter, leafCert: chain.certOf(chain.someone("Alice", 2), NO_ROOM) })).toBe(
      "author_unknown",
    );
    const bobsLeaf = { ...chain.someone("Bob"), leaf: alice.leaf };
    expect(found(alice, { ...charter, leafCert: chain.certOf(bobsLeaf, NO_ROOM) })).toBe("author_unknown");
  });

  it("RULE charter.first: it stands on nobody's proof or farewell", () => {
    expect(found(alice, charter, { evidence: { ...NO_EVIDENCE, proof: nothing } })).toBe("invalid_action");
    expect(found(alice, charter, { evidence: { ...NO_EVIDENCE, farewell: nothing } })).toBe("invalid_action");
  });
});
