import { commitReceiptBytes, headReceiptBytes, type CommitReceipt, type HeadReceipt, RoomTag } from "@conclave/wire";
import { nodeCrypto as crypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import { endOf, LONGEST_PATH } from "./logPath.js";
import { epochMark, openBeacon, signBeacon } from "./beacon.js";
import { contradiction, proofFromJson, proofToJson, verifyProof, type Receipt } from "./contradiction.js";

const bytes = (fill: number, length = 32) => new Uint8Array(length).fill(fill);
const relaySeed = bytes(1);
const relayKey = crypto.ed25519PublicKey(relaySeed);

function head(change: Partial<HeadReceipt> = {}): Receipt {
  const receipt = {
    roomTag: RoomTag.of(bytes(2)),
    n: 5,
    head: bytes(3),
    time: 1000,
    availableFrom: 1,
    keyEpoch: 0,
    writeKey: new Uint8Array(32),
    ...change,
  };
  return { kind: "head", signed: { receipt, signature: crypto.ed25519Sign(relaySeed, headReceiptBytes(receipt)) } };
}

function commit(change: Partial<CommitReceipt> = {}): Receipt {
  const receipt = {
    roomTag: RoomTag.of(bytes(2)),
    epoch: 4,
    recordHash: bytes(4),
    n: 5,
    head: bytes(3),
    time: 1000,
    ...change,
  };
  return { kind: "commit", signed: { receipt, signature: crypto.ed25519Sign(relaySeed, commitReceiptBytes(receipt)) } };
}

describe("contradicting receipts", () => {
  it("RULE evidence.equivocation: two heads or two commits at one position", () => {
    expect(contradiction(head(), head({ head: bytes(9), time: 2000 }))).toBe("equivocation");
    expect(contradiction(commit(), head({ head: bytes(9) }))).toBe("equivocation");
    expect(contradiction(commit(), commit({ recordHash: bytes(9) }))).toBe("equivocation");
  });

  it("RULE evidence.rollback: a later head of a shorter log", () => {
    expect(contradiction(head({ n: 9 }), head({ n: 8, head: bytes(7), time: 1001 }))).toBe("rollback");
    expect(contradiction(head({ n: 8, head: bytes(7), time: 1001 }), head({ n: 9 }))).toBe("rollback");
    expect(contradiction(commit({ n: 9 }), head({ n: 8, head: bytes(7), time: 1001 }))).toBe("rollback");
    // Of one moment nobody can say which came first.
    expect(contradiction(head({ n: 9 }), head({ n: 8, head: bytes(7) }))).toBeNull();
    expect(contradiction(head({ n: 8, head: bytes(7) }), head({ n: 9 }))).toBeNull();
  });

  it("A110: RULE evidence.retraction: a later head by which less is deleted", () => {
    const gone = head({ n: 9, availableFrom: 7 });
    const there = head({ n: 9, time: 2000, availableFrom: 3 });
    expect([contradiction(gone, there), contradiction(there, gone)]).toEqual(["retraction", "retraction"]);
    expect(verifyProof(crypto, proofFromJson(proofToJson({ relayKey, first: gone, second: there }))!)).toBe(
      "retraction",
    );
    // More is deleted as time passes; of one moment nobody can say which came first.
    expect(contradiction(head({ n: 9, availableFrom: 3 }), head({ n: 9, time: 2000, availableFrom: 7 }))).toBeNull();
    expect(contradiction(gone, head({ n: 9, availableFrom: 3 }))).toBeNull();
    expect(contradiction(gone, commit({ n: 9, time: 2000 }))).toBeNull();
  });

  it("an honest relay's receipts never contradict each other", () => {
    const honest = [
      head(), head({ time: 2000 }), head({ n: 6, head: bytes(6), time: 3000, availableFrom: 4 }), commit(),
      commit({ epoch: 5, n: 6, head: bytes(6), recordHash: bytes(7), time: 2500 }),
      commit({ n: 7, head: bytes(9), recordHash: bytes(9), time: 3500 }), // over a commit that nobody could follow
      head({ roomTag: RoomTag.of(bytes(8)), head: bytes(1) }), head({ n: 1, head: bytes(5), time: 1000 }),
    ]; // prettier-ignore
    for (const a of honest) for (const b of honest) expect(contradiction(a, b)).toBeNull();
  });

  it("RULE evidence.signed: a proof holds with both signatures of that relay only, also from its file", () => {
    const proof = { relayKey, first: commit(), second: commit({ recordHash: bytes(9), head: bytes(8) }) };
    const read = proofFromJson(proofToJson(proof))!;
    expect(read).toEqual(proof);
    expect(verifyProof(crypto, read)).toBe("equivocation");
    expect(verifyProof(crypto, { ...proof, relayKey: bytes(7) })).toBeNull();
    const forged = { ...head({ head: bytes(9) }) } as Extract<Receipt, { kind: "head" }>;
    const second: Receipt = { kind: "head", signed: { ...forged.signed, signature: bytes(0, 64) } };
    expect(contradiction(proof.first, second)).toBe("equivocation");
    expect(verifyProof(crypto, { ...proof, second })).toBeNull();
    expect(verifyProof(crypto, { relayKey, first: second, second: proof.first })).toBeNull();
  });

  it("RULE evidence.path: a later head that goes back to another one at an earlier receipt's place", () => {
    // The other log: at 5 it has the head 0x33…, and three records lead from there to the head that is signed at 8.
    const path = { head: bytes(0x33), records: [bytes(20), bytes(21), bytes(22)] };
    const second = head({ n: 8, head: endOf(crypto, path), time: 2000 });
    for (const first of [head(), commit()]) {
      const proof = { relayKey, first, second, path };
      expect(proofFromJson(proofToJson(proof))).toEqual(proof);
      expect(verifyProof(crypto, proof)).toBe("equivocation");
      expect(verifyProof(crypto, { relayKey, first, second })).toBeNull();
      const bad = [
        { ...path, head: bytes(0x34) },
        { ...path, records: path.records.slice(1) },
        { ...path, records: [...path.records, bytes(23)] },
        { ...path, records: [bytes(21), bytes(20), bytes(22)] },
        { head: endOf(crypto, { head: path.head, records: path.records.slice(0, 1) }), records: path.records.slice(1) },
      ];
      for (const other of bad) expect(verifyProof(crypto, { ...proof, path: other })).toBeNull();
    }
    // The same log at both places, another room's, or a receipt for that very place on the path: no contradiction.
    expect(verifyProof(crypto, { relayKey, first: head({ head: path.head }), second, path })).toBeNull();
    expect(verifyProof(crypto, { relayKey, first: head({ roomTag: RoomTag.of(bytes(9)) }), second, path })).toBeNull();
    expect(verifyProof(crypto, { relayKey, first: head({ n: 6 }), second, path })).toBeNull();
  });

  it("reads the longest path there is from its file, and none that is longer or broken", () => {
    const proofOf = (length: number) => {
      const path = { head: bytes(0x33), records: Array.from({ length }, (_, n) => bytes(n % 256)) };
      return proofToJson({ relayKey, first: head(), second: head({ n: 5 + length }), path });
    };
    expect(proofFromJson(proofOf(LONGEST_PATH))?.path?.records).toHaveLength(LONGEST_PATH);
    expect(proofFromJson(proofOf(LONGEST_PATH + 1))).toBeNull();
    expect(proofFromJson(proofOf(0))).toBeNull();
    const document = JSON.parse(proofOf(2)) as { path: { head: string; records: string } };
    for (const path of [
      null,
      7,
      {},
      { ...document.path, head: "AAAA" },
      { ...document.path, records: "AAAA" },
      { ...document.path, head: 7 },
      { ...document.path, head: "!" },
      { ...document.path, records: "!" },
      { ...document.path, records: 7 },
    ])
      expect(proofFromJson(JSON.stringify({ ...document, path }))).toBeNull();
  });

  it("refuses files that are no proof", () => {
    const good = proofToJson({ relayKey, first: head(), second: head() });
    for (const text of [
      "",
      "null",
      "7",
      '"text"',
      "[]",
      "{}",
      good.replace("proof/v1", "proof/v2"),
      good.replace('"head"', '"tail"'),
    ])
      expect(proofFromJson(text)).toBeNull();
    expect(proofFromJson(good + " ".repeat(64 * 1024))).toBeNull();
    const document = JSON.parse(good) as { relayKey: string; receipts: { kind: string; receipt: string }[] };
    const [first] = document.receipts;
    expect(proofFromJson(JSON.stringify(document))).not.toBeNull();
    for (const change of [
      { relayKey: 7 },
      { relayKey: "!" },
      { relayKey: document.relayKey.slice(4) },
      { receipts: first },
      { receipts: [first] },
      { receipts: [first, first, first] },
    ])
      expect(proofFromJson(JSON.stringify({ ...document, ...change }))).toBeNull();
    // Whichever of the two it is that is none.
    for (const bad of [null, 7, { ...first, kind: "commit" }, { ...first, receipt: 7 }, { ...first, receipt: "!" }])
      for (const receipts of [
        [first, bad],
        [bad, first],
      ])
        expect(proofFromJson(JSON.stringify({ ...document, receipts }))).toBeNull();
  });
});

describe("beacon", () => {
  it("RULE beacon.signature: opens as its signer's word, and not after a change", () => {
    const seed = bytes(11);
    const content = {
      roomTag: RoomTag.of(bytes(2)),
      seq: 3,
      head: bytes(4),
      epoch: 5,
      epochMark: epochMark(crypto, bytes(6)),
      time: 7,
    };
    const signed = signBeacon(crypto, seed, content);
    expect(openBeacon(crypto, signed)).toEqual({ ...content, leaf: crypto.ed25519PublicKey(seed) });
    for (let at = 0; at < signed.length; at += 5) {
      const changed = signed.slice();
      changed[at]! ^= 1;
      expect(openBeacon(crypto, changed)).toBeNull();
    }
    expect(openBeacon(crypto, bytes(0, 3))).toBeNull();
  });
});
