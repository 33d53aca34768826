import { concatBytes, encode } from "@conclave/codec";
import { nodeCrypto as crypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import { RoomId } from "../encoding/ids.js";
import { signBody, splitSigned } from "../encoding/signed.js";
import { Chain } from "./chain.fixture.js";
import { decodeEntry, signEntry } from "./entry.js";
import { FIRST_VERSION, ROOM_VERSION } from "./version.js";

const tick = { type: "tick" } as const;
const other = RoomId.of(new Uint8Array(32).fill(9));

describe("an entry's place", () => {
  it("RULE entry.signature: only the author's leaf signs an entry", () => {
    const chain = new Chain(crypto);
    const bob = chain.add("Bob", "admin");
    expect(chain.forged(chain.alice, tick, {})).toBe("ok");
    expect(chain.forged(chain.alice, tick, {}, { signer: bob })).toBe("bad_signature");
  });

  it("RULE entry.committer: an entry goes with its author's own commit", () => {
    const chain = new Chain(crypto);
    const bob = chain.add("Bob", "admin");
    expect(chain.forged(chain.alice, tick, {}, { carriage: { committer: bob.leaf } })).toBe("author_not_committer");
  });

  it("RULE entry.author: only somebody inside authors, with a device of theirs that is inside", () => {
    const chain = new Chain(crypto);
    const [bob, carol] = [chain.add("Bob", "admin"), chain.add("Carol", "admin")];
    chain.must(chain.alice, { type: "remove", person: carol.person, ban: false });
    const by = (person: typeof bob, leaf = person) => ({ author: { person: person.person, leaf: leaf.leaf } });
    expect(chain.forged(chain.alice, tick, by(carol), { signer: carol })).toBe("author_unknown");
    // Bob's leaf, with Alice as the person; and Alice's device that is not in the room.
    expect(chain.forged(chain.alice, tick, by(chain.alice, bob), { signer: bob })).toBe("author_unknown");
    const away = chain.someone("Alice", 2);
    expect(chain.forged(chain.alice, tick, by(away), { signer: away })).toBe("author_unknown");
  });

  it("RULE entry.author: an external commit brings a newcomer in, and does nothing else", () => {
    const chain = new Chain(crypto);
    chain.must(chain.alice, { type: "createInvite", invite: chain.terms("one") });
    const carol = chain.someone("Carol");
    expect(chain.judged(signEntry(crypto, chain.alice.leafSeed, tickOf(chain)), { external: true })).toBe(
      "author_unknown",
    );
    const outside = { ...tickOf(chain), author: { person: carol.person, leaf: carol.leaf } };
    expect(chain.judged(signEntry(crypto, carol.leafSeed, outside), { external: true })).toBe("author_unknown");
    // A member does not come in once more, whatever they hold.
    const again = chain.author(chain.alice, chain.adding(carol), { proof: chain.proof("one", carol) }, true);
    expect(again).toMatchObject({ error: { code: "author_unknown" } });
  });

  it("RULE entry.room: an entry is for one room", () => {
    const chain = new Chain(crypto);
    expect(chain.forged(chain.alice, tick, { roomId: other })).toBe("wrong_room");
  });

  it("RULE entry.chain: an entry is the next one, on the newest", () => {
    const chain = new Chain(crypto);
    const first = chain.must(chain.alice, tick);
    for (const seq of [0, 1, 3]) expect(chain.forged(chain.alice, tick, { seq })).toBe("wrong_seq");
    expect(chain.forged(chain.alice, tick, { prev: first.entry.prev })).toBe("wrong_prev");
    expect(chain.judged(first.entry)).toBe("wrong_seq");
  });

  it("RULE entry.epoch: an entry is for the epoch of its commit", () => {
    const chain = new Chain(crypto);
    expect(chain.forged(chain.alice, tick, { epoch: 1 })).toBe("wrong_epoch");
    expect(chain.forged(chain.alice, tick, {}, { carriage: { epoch: 1 } })).toBe("wrong_epoch");
  });

  it("RULE entry.transcript: an entry is for one history of keys", () => {
    const chain = new Chain(crypto);
    expect(chain.forged(chain.alice, tick, { transcript: other })).toBe("wrong_transcript");
    expect(chain.forged(chain.alice, tick, {}, { carriage: { transcript: other } })).toBe("wrong_transcript");
  });

  it("RULE entry.policy: an entry names the policy that it is judged by", () => {
    const chain = new Chain(crypto);
    expect(chain.forged(chain.alice, tick, { policyHash: other })).toBe("wrong_policy");
  });

  it("RULE entry.state-hash: an entry with a false result is refused", () => {
    const chain = new Chain(crypto);
    expect(chain.forged(chain.alice, tick, { stateHash: other })).toBe("state_mismatch");
    expect(chain.forged(chain.alice, tick, { time: chain.time + 1 })).toBe("state_mismatch");
  });

  it("RULE entry.evidence-fits: evidence that no action asks for is refused", () => {
    const chain = new Chain(crypto);
    const bob = chain.add("Bob");
    chain.must(chain.alice, { type: "createInvite", invite: chain.terms("one") });
    const carol = chain.someone("Carol");
    const evidences = [{ proof: chain.proof("one", carol) }, { farewell: chain.farewell(bob) }];
    for (const evidence of evidences)
      expect(chain.author(chain.alice, tick, evidence)).toMatchObject({ error: { code: "invalid_action" } });
    const approvals = [chain.approval(bob, chain.adding(carol))];
    const proof = chain.proof("one", carol);
    for (const evidence of [{ approvals }, { farewell: chain.farewell(carol) }])
      expect(chain.author(carol, chain.adding(carol), { proof, ...evidence }, true)).toMatchObject({
        error: { code: "invalid_action", detail: "evidence" },
      });
  });

  it("an entry holds 240 approvals, and is 60 KiB at most", () => {
    const chain = new Chain(crypto);
    const { alice } = chain;
    const approval = chain.approval(alice, tick);
    const sized = (count: number) => {
      const evidence = { approvals: Array<Uint8Array>(count).fill(approval), proof: null, farewell: null };
      return kindOf(signEntry(crypto, alice.leafSeed, { ...tickOf(chain), evidence }).bytes);
    };
    expect([240, 241].map((count) => sized(count))).toEqual(["entry", "malformed"]);
    expect(kindOf(new Uint8Array(61 * 1024))).toBe("malformed");
  });

  it("RULE entry.room-version: another form, an unknown action or a critical extension is malformed", () => {
    const chain = new Chain(crypto);
    const { bytes } = chain.must(chain.alice, tick).entry;
    expect(kindOf(bytes)).toBe("entry");
    // The body begins with its length (two bytes) and the form; the tick's number stands after the policy hash.
    const newer = bytes.slice();
    newer[3] = 3;
    expect(kindOf(newer)).toBe("malformed");
    const unknown = bytes.slice();
    const at = unknown.findIndex((byte, i) => byte === 11 && unknown[i + 1] === 0 && unknown[i - 1] === 0 && i > 100);
    unknown[at] = 99;
    expect(kindOf(unknown)).toBe("malformed");
    // The body ends with its extensions, of which there are none: a zero.
    const { body } = splitSigned(bytes, bytes.length)!;
    const extended = (type: number) => {
      const extension = encode(type, (w, t) => w.vector([t], (x, each) => x.u16(each).opaque(new Uint8Array(3))));
      const longer = concatBytes(body.subarray(0, -1), extension);
      return kindOf(signBody(crypto, chain.alice.leafSeed, "conclave/entry/v2", longer));
    };
    expect([0, 0x7fff, 0x8000, 0xffff].map(extended)).toEqual(["malformed", "malformed", "entry", "entry"]);
    // What this app knows is malformed all the same where the room's version has nothing of it yet.
    expect(kindOf(bytes, ROOM_VERSION + 1)).toBe("entry");
    expect(kindOf(bytes, FIRST_VERSION - 1)).toBe("malformed");
    expect(kindOf(bytes.slice(1))).toBe("malformed");
    expect(kindOf(new Uint8Array(1 << 17))).toBe("malformed");
  });
});

function kindOf(bytes: Uint8Array, version = ROOM_VERSION): string {
  const decoded = decodeEntry(crypto, bytes, version);
  return decoded.ok ? "entry" : decoded.error;
}

function tickOf(chain: Chain) {
  const outcome = chain.author(chain.alice, tick);
  if (!outcome.ok) throw new Error(outcome.error.code);
  return outcome.value.entry;
}
