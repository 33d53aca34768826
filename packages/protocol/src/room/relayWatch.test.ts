import { nodeCrypto as crypto } from "@conclave/crypto/node";
import {
  commitReceiptBytes,
  type CommitReceipt,
  headReceiptBytes,
  type HeadReceipt,
  nextLogHead,
  type Signed,
  RoomTag,
} from "@conclave/wire";
import { describe, expect, it } from "vitest";
import { proofFromJson, verifyProof } from "../evidence/contradiction.js";
import type { Delta } from "../encoding/provider.js";
import { LogMemory, type LogPlace } from "../evidence/logMemory.js";
import { RelayWatch } from "./relayWatch.js";

const bytes = (fill: number, length = 32) => new Uint8Array(length).fill(fill);
const seed = bytes(7);
const relayKey = crypto.ed25519PublicKey(seed);
const roomTag = RoomTag.of(bytes(1));

function head(place: LogPlace, time = 1000): Signed<HeadReceipt> {
  const receipt = { roomTag, ...place, time, availableFrom: 1, keyEpoch: 0, writeKey: new Uint8Array(32) };
  return { receipt, signature: crypto.ed25519Sign(seed, headReceiptBytes(receipt)) };
}

function commit(place: LogPlace, recordHash: Uint8Array): Signed<CommitReceipt> {
  const receipt = { roomTag, epoch: 1, recordHash, ...place, time: 1000 };
  return { receipt, signature: crypto.ed25519Sign(seed, commitReceiptBytes(receipt)) };
}

/** A member's watch and log, with the disk that they are stored on; and the log of the other side, as the relay has it. */
class Fork {
  readonly disk = new Map<string, Uint8Array>();
  watch = RelayWatch.empty();
  log = LogMemory.empty(crypto, roomTag);
  /** Hashes of our records. */
  readonly ours: Uint8Array[] = [];
  /** Hashes of the other side's records, and the heads after them. */
  readonly others: Uint8Array[] = [];
  readonly heads: Uint8Array[] = [this.log.place.head];

  store(delta: Delta): void {
    for (const [key, value] of delta.put) this.disk.set(key, value);
    for (const key of delta.delete) this.disk.delete(key);
  }

  restart(): void {
    this.watch = RelayWatch.load(this.disk);
  }

  /** Records that both sides have, or that one of them has. */
  add(side: "both" | "ours" | "theirs", count: number) {
    const alarms = [];
    for (let n = 0; n < count; n++) {
      const hash = crypto.hash("sha256", new Uint8Array([side.length, this.others.length, this.log.place.n % 256]));
      if (side !== "ours") {
        this.others.push(hash);
        this.heads.push(nextLogHead((data) => crypto.hash("sha256", data), this.heads.at(-1)!, hash));
      }
      if (side === "theirs") continue;
      this.ours.push(hash);
      this.log.advance(crypto, hash);
      const { delta, alarm } = this.watch.reached(crypto, relayKey, this.log);
      this.store(delta);
      if (alarm !== null) alarms.push(alarm.code);
    }
    return alarms;
  }

  sign(place: LogPlace, time = 1000) {
    const { delta, alarm } = this.watch.noteHead(crypto, relayKey, this.log, head(place, time));
    this.store(delta);
    return alarm;
  }

  /** The relay signs for the other side's log, and shows it. */
  meet(time = 2000) {
    return this.sign({ n: this.others.length, head: this.heads.at(-1)! }, time);
  }

  prove(records = this.others) {
    const wanted = this.watch.wanted(crypto, relayKey, this.log);
    if (wanted === null) return null;
    const { delta, alarm } = this.watch.prove(
      ...([crypto, relayKey, this.log, wanted.after, records.slice(wanted.after, wanted.to)] as const),
    );
    this.store(delta);
    return alarm;
  }
}

describe("two relays of one room", () => {
  it("RULE watch.same-relay: what the first one signed convicts the next one of nothing, which begins a log of its own", () => {
    const fork = new Fork();
    fork.add("both", 8);
    expect(fork.sign(fork.log.place)).toBeNull();
    const ahead = { n: 10, head: bytes(9) };
    expect(fork.sign(ahead)).toBeNull();
    const nextSeed = bytes(8);
    const next = crypto.ed25519PublicKey(nextSeed);
    const receipt = {
      roomTag,
      n: 0,
      head: fork.heads[0]!,
      time: 3000,
      availableFrom: 1,
      keyEpoch: 0,
      writeKey: new Uint8Array(32),
    };
    const signed = { receipt, signature: crypto.ed25519Sign(nextSeed, headReceiptBytes(receipt)) };
    expect(fork.watch.noteHead(crypto, next, fork.log, signed)).toMatchObject({ alarm: null, isSigned: true });
    // Nor where the log gets to a place for which the first one had signed another head.
    for (const fill of [1, 2]) fork.log.advance(crypto, bytes(fill));
    expect(fork.log.place.n).toBe(10);
    expect(fork.watch.reached(crypto, next, fork.log).alarm).toBeNull();
    // The first one's own word against its own still counts.
    expect(fork.watch.reached(crypto, relayKey, fork.log).alarm?.code).toBe("FORK");
    expect(fork.sign({ n: 0, head: fork.heads[0]! }, 4000)?.code).toBe("ROLLBACK");
  });
});

describe("proving a fork", () => {
  it("RULE watch.keep-confirmed: two heads at different places, and the log between them, are a proof; after a restart too", () => {
    for (const isRestarted of [false, true]) {
      const fork = new Fork();
      fork.add("both", 10);
      fork.add("ours", 3);
      expect(fork.sign(fork.log.place)).toBeNull();
      fork.add("ours", 5);
      fork.add("theirs", 6);
      // It comes twice before there is a proof: the first one does not take the place of what convicts it.
      expect(fork.meet()?.code).toBe("FORK");
      if (isRestarted) fork.restart();
      fork.add("theirs", 1);
      expect(fork.meet()?.code).toBe("FORK");
      const found = fork.prove();
      expect(found).toMatchObject({ code: "EQUIVOCATION" });
      const proof = proofFromJson(found!.evidence)!;
      expect(verifyProof(crypto, proof)).toBe("equivocation");
      expect([proof.first.signed.receipt.n, proof.second.signed.receipt.n]).toEqual([13, 17]);
      // One proof is enough.
      if (isRestarted) fork.restart();
      expect(fork.meet()?.code).toBe("FORK");
      expect(fork.watch.wanted(crypto, relayKey, fork.log)).toBeNull();
    }
  });

  it("RULE watch.keep-confirmed: nor does an older head of our own log, that comes late, take the place of the newest", () => {
    const fork = new Fork();
    fork.add("both", 10);
    const older = fork.log.place;
    fork.add("both", 1);
    fork.add("ours", 2);
    expect(fork.sign(fork.log.place)).toBeNull();
    expect(fork.sign(older)).toBeNull();
    fork.restart();
    // The two logs part after the older one: only the newest convicts.
    fork.add("theirs", 5);
    fork.add("ours", 3);
    expect(fork.meet()?.code).toBe("FORK");
    expect(fork.prove()?.code).toBe("EQUIVOCATION");
  });

  it("an own commit's receipt is as good as a head", () => {
    const fork = new Fork();
    fork.add("both", 10);
    fork.add("ours", 2);
    fork.store(fork.watch.noteCommit(crypto, relayKey, fork.log, commit(fork.log.place, bytes(9))).delta);
    fork.add("theirs", 2);
    fork.add("ours", 2);
    fork.add("theirs", 1);
    fork.restart();
    expect(fork.meet()?.code).toBe("FORK");
    const proof = proofFromJson(fork.prove()!.evidence)!;
    expect(proof.first.kind).toBe("commit");
    expect(verifyProof(crypto, proof)).toBe("equivocation");
  });

  it("a head beyond our log that turns out to be of another one does not take the place of ours", () => {
    const fork = new Fork();
    fork.add("both", 5);
    fork.add("ours", 2);
    expect(fork.sign(fork.log.place)).toBeNull();
    fork.add("theirs", 4);
    expect(fork.meet()).toBeNull();
    expect(fork.watch.wanted(crypto, relayKey, fork.log)).toBeNull();
    expect(fork.add("ours", 2)).toEqual(["FORK"]);
    expect(verifyProof(crypto, proofFromJson(fork.prove()!.evidence)!)).toBe("equivocation");
  });

  it("a relay that shows our log again is held to what it signed of the other one", () => {
    const fork = new Fork();
    fork.add("both", 5);
    fork.add("ours", 4);
    fork.add("theirs", 2);
    // For our side nothing was signed yet: there is no proof, and what it signed for the other one is kept.
    expect(fork.meet()?.code).toBe("FORK");
    expect(fork.prove()).toBeNull();
    fork.restart();
    expect(fork.sign(fork.log.place, 3000)).toBeNull();
    const proof = proofFromJson(fork.prove(fork.ours)!.evidence)!;
    expect([proof.first.signed.receipt.n, proof.second.signed.receipt.n]).toEqual([7, 9]);
    expect(verifyProof(crypto, proof)).toBe("equivocation");
  });

  it("RULE watch.proof-holds: what leads elsewhere, is too little, or parts after all that was signed, proves nothing", () => {
    const fork = new Fork();
    fork.add("both", 6);
    expect(fork.sign(fork.log.place)).toBeNull();
    fork.add("both", 1);
    fork.add("ours", 3);
    fork.add("theirs", 2);
    expect(fork.meet()?.code).toBe("FORK");
    // Nobody signed for our side: there is nothing to be proved, and it is tried once.
    expect(fork.prove()).toBeNull();
    expect(fork.watch.wanted(crypto, relayKey, fork.log)).toBeNull();
    for (const records of [[], fork.others.slice(0, -1), fork.others.map(() => bytes(3))]) {
      const other = new Fork();
      other.add("both", 4);
      other.add("ours", 2);
      expect(other.sign(other.log.place)).toBeNull();
      other.add("theirs", 5);
      expect(other.meet()).toBeNull();
      other.add("ours", 5);
      expect(other.prove(records)).toBeNull();
      expect(other.meet()?.code).toBe("FORK");
      expect(other.prove()?.code).toBe("EQUIVOCATION");
    }
    // A receipt that another key has signed convicts nobody.
    const moved = new Fork();
    moved.add("both", 4);
    moved.add("ours", 2);
    const before = bytes(8);
    const receipt = head(moved.log.place).receipt;
    const signed = { receipt, signature: crypto.ed25519Sign(before, headReceiptBytes(receipt)) };
    moved.watch.noteHead(crypto, crypto.ed25519PublicKey(before), moved.log, signed);
    moved.add("theirs", 5);
    moved.add("ours", 5);
    expect(moved.meet()?.code).toBe("FORK");
    expect(moved.prove()).toBeNull();
  });

  it("a fork is proved to who came later too, by what was signed since; what was signed before they came is none of it", () => {
    for (const isSigned of [true, false]) {
      const fork = new Fork();
      fork.add("both", 2);
      expect(fork.sign(fork.log.place, 500)).toBeNull();
      fork.add("both", 2);
      // From here on they know the log.
      fork.log = LogMemory.from(roomTag, fork.log.place);
      fork.add("ours", 3);
      if (isSigned) expect(fork.sign(fork.log.place)).toBeNull();
      fork.add("ours", 3);
      fork.add("theirs", 6);
      expect(fork.meet()?.code).toBe("FORK");
      expect(fork.watch.wanted(crypto, relayKey, fork.log)).toEqual({ after: 4, to: 10 });
      const found = fork.prove();
      expect(found?.code).toBe(isSigned ? "EQUIVOCATION" : undefined);
      if (found) expect(verifyProof(crypto, proofFromJson(found.evidence)!)).toBe("equivocation");
      // Of nothing that was signed nothing is proved.
      expect(fork.watch.prove(crypto, relayKey, fork.log, 4, []).alarm).toBeNull();
    }
  });

  it("RULE watch.proof-on-lie: nothing is asked of a relay whose word agrees with our log", () => {
    const fork = new Fork();
    for (let round = 0; round < 30; round++) {
      fork.add("both", round);
      expect(fork.sign({ n: fork.log.place.n, head: fork.heads.at(-1)! }, 1000 + round)).toBeNull();
      fork.store(fork.watch.noteCommit(crypto, relayKey, fork.log, commit(fork.log.place, bytes(round))).delta);
      if (round % 3 === 0) fork.restart();
      expect(fork.watch.wanted(crypto, relayKey, fork.log)).toBeNull();
    }
    // Of heads there is one, however many were signed.
    expect([...fork.disk.keys()].filter((key) => !/^w\/[0-9a-f]{14}$/u.test(key))).toEqual(["w/head"]);
  });
});
