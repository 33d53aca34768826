import { equalBytes, toHex } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import {
  commitReceiptBytes,
  type CommitReceipt,
  type CopyPart,
  encodeCommitReceipt,
  encodeHeadReceipt,
  headReceiptBytes,
  type HeadReceipt,
  nextLogHead,
  type Signed,
} from "@conclave/wire";
import { joinDeltas, NO_DELTA } from "../encoding/delta.js";
import { type Alarm, alarm } from "../evidence/alarm.js";
import { contradiction, type Proof, proofToJson, type Receipt, verifyProof } from "../evidence/contradiction.js";
import { LONGEST_PATH } from "../evidence/logPath.js";
import type { Delta } from "../encoding/provider.js";
import type { LogMemory } from "../evidence/logMemory.js";
import { KeptReceipts } from "./relayWatchReceipts.js";

/** What is to be read of the relay's log to prove what it did: the records after one place, to another. */
export interface ProofWanted {
  readonly after: number;
  readonly to: number;
}

/** What came of a receipt. */
interface Noted {
  readonly delta: Delta;
  readonly alarm: Alarm | null;
}

/** What came of a receipt that the relay sent. */
export interface NotedReceipt extends Noted {
  /** Whether the room's relay signed it. On the connection of one that did not, nothing is to be believed. */
  readonly isSigned: boolean;
}

/**
 * Holds the relay to what it signed (docs/protocol.md §6): its receipts are checked, kept, and compared with one another
 * and with the log as we computed it. Two that contradict each other are a proof for everybody.
 */
export class RelayWatch {
  /** What the relay signed last, whichever log it is of, until we have tried to prove something with it. */
  private latest: Signed<HeadReceipt> | null = null;

  private constructor(private readonly kept: KeptReceipts) {}

  static empty(): RelayWatch {
    return RelayWatch.load([]);
  }

  static load(records: Iterable<readonly [string, Uint8Array]>): RelayWatch {
    return new RelayWatch(new KeptReceipts(records));
  }

  /** All that is kept, as records. */
  records(): Delta {
    return this.kept.records();
  }

  /** A head receipt came. `log` is what we saw of the log until now, `known` how far when we asked for the receipt. */
  noteHead(crypto: Crypto, relayKey: Uint8Array, log: LogMemory, signed: Signed<HeadReceipt>, known = 0): NotedReceipt {
    // RULE: watch.not-shorter: what the relay gave us it cannot have lost: records that were pushed carry no receipt, so
    // there may be no proof for others, and we know it all the same, also where the receipt is not even signed (attack A17).
    const evidence = `${toHex(encodeHeadReceipt(signed))} after ${known}`;
    const shorter = signed.receipt.n < known ? alarm("ROLLBACK", { evidence }) : null;
    const bytes = headReceiptBytes(signed.receipt);
    if (!isSigned(crypto, relayKey, bytes, signed.signature)) {
      const bad = badReceipt(encodeHeadReceipt(signed));
      return { delta: bad.delta, alarm: shorter ?? bad.alarm, isSigned: false };
    }
    const found = this.compare(crypto, relayKey, log, { kind: "head", signed });
    this.latest = signed;
    const delta = joinDeltas(this.kept.addHead(log, signed), this.noteProof(relayKey, found));
    return { delta, alarm: found ?? shorter, isSigned: true };
  }

  /** A commit receipt came. */
  noteCommit(crypto: Crypto, relayKey: Uint8Array, log: LogMemory, signed: Signed<CommitReceipt>): NotedReceipt {
    const bytes = commitReceiptBytes(signed.receipt);
    if (!isSigned(crypto, relayKey, bytes, signed.signature)) {
      return { ...badReceipt(encodeCommitReceipt(signed)), isSigned: false };
    }
    const found = this.compare(crypto, relayKey, log, { kind: "commit", signed });
    const delta = joinDeltas(this.kept.addCommit(signed), this.noteProof(relayKey, found));
    return { delta, alarm: found, isSigned: true };
  }

  /** The log reached a place: whether a head that the relay signed before says otherwise. */
  reached(crypto: Crypto, relayKey: Uint8Array, log: LogMemory): Noted {
    const { n, head } = log.place;
    const isOther = (kept: Receipt) => !equalBytes(kept.signed.receipt.head, head) && isBy(crypto, relayKey, kept);
    const other = this.kept.at(n).find(isOther);
    const found = other === undefined ? null : this.accuse(crypto, relayKey, log, other);
    return { delta: joinDeltas(this.kept.reached(log), this.noteProof(relayKey, found)), alarm: found };
  }

  /** The newest head that our log has confirmed and this relay has signed; null where there is none. */
  newest(crypto: Crypto, relayKey: Uint8Array): Signed<HeadReceipt> | null {
    const { confirmed } = this.kept;
    return confirmed !== null && isBy(crypto, relayKey, { kind: "head", signed: confirmed }) ? confirmed : null;
  }

  /** What would prove a lie that we know of; see {@link prove}. */
  wanted(crypto: Crypto, relayKey: Uint8Array, log: LogMemory): ProofWanted | null {
    const last = this.latest?.receipt;
    if (last === undefined || this.kept.isProved(relayKey)) return null;
    // RULE: watch.proof-on-lie: an honest relay, whose every word agrees with our log, is not asked for anything.
    const isForked = this.kept.all().some((kept) => {
      const { receipt } = kept.signed;
      return receipt.n <= last.n && log.agrees(receipt) === false && isBy(crypto, relayKey, kept);
    });
    const after = Math.max(log.oldest, last.n - LONGEST_PATH);
    if (!isForked || after >= last.n || log.headAt(after) === null) return null;
    return { after, to: last.n };
  }

  /**
   * The records that the relay shows now lead to the head that it signed last. Where they pass a place for which it signed
   * another head, that is the proof: nobody need have seen both logs.
   */
  prove(crypto: Crypto, relayKey: Uint8Array, log: LogMemory, after: number, records: readonly Uint8Array[]): Noted {
    const signed = this.latest;
    this.latest = null;
    const start = log.headAt(after);
    if (signed === null || start === null || records.length !== signed.receipt.n - after) return NOTHING;
    const heads = [start];
    for (const record of records) heads.push(nextLogHead((data) => crypto.hash("sha256", data), heads.at(-1)!, record));
    return this.convict(crypto, relayKey, signed, { after, heads, records });
  }

  /**
   * Somebody else shows a part of the log that the relay signed, of which these are the heads. `isOther`: it is not the log that we
   * have. Where the part passes a place for which the relay signed our head, it is the proof.
   */
  notePart(
    crypto: Crypto,
    relayKey: Uint8Array,
    log: LogMemory,
    { fromN, items, hashes, receipt }: CopyPart,
    heads: readonly Uint8Array[],
    isOther: boolean,
  ): NotedReceipt {
    const noted = this.noteHead(crypto, relayKey, log, receipt);
    if (!isOther || noted.alarm?.code === "EQUIVOCATION") return noted;
    const records = [...items.map((item) => log.hashOf(crypto, item)), ...hashes];
    const proved = this.convict(crypto, relayKey, receipt, { after: fromN - 1, heads, records });
    const delta = joinDeltas(noted.delta, proved.delta);
    // RULE: watch.other-part: a part that the relay signed, and that is not of our log, tells that it shows others another log, also
    // where its own head is of a place that we do not know (attacks A21, A140).
    const evidence = `${toHex(encodeHeadReceipt(receipt))} over another log`;
    return { ...noted, delta, alarm: proved.alarm ?? noted.alarm ?? alarm("FORK", { evidence }) };
  }

  private convict(
    crypto: Crypto,
    relayKey: Uint8Array,
    signed: Signed<HeadReceipt>,
    { after, heads, records }: { after: number; heads: readonly Uint8Array[]; records: readonly Uint8Array[] },
  ): Noted {
    const second: Receipt = { kind: "head", signed };
    // The newest comes first: the shortest path. One that the room's earlier relay signed proves nothing against this one.
    for (const first of this.kept.all().sort((a, b) => b.signed.receipt.n - a.signed.receipt.n)) {
      const at = first.signed.receipt.n - after;
      const head = heads[at];
      if (head === undefined || equalBytes(head, first.signed.receipt.head)) continue;
      if (records.length - at > LONGEST_PATH) break;
      const proof: Proof = { relayKey, first, second, path: { head, records: records.slice(at) } };
      // RULE: watch.proof-holds: nothing is called a proof that others would not take for one.
      if (verifyProof(crypto, proof) === null) continue;
      const found = alarm("EQUIVOCATION", { evidence: proofToJson(proof) });
      return { delta: this.noteProof(relayKey, found), alarm: found };
    }
    return NOTHING;
  }

  private compare(crypto: Crypto, relayKey: Uint8Array, log: LogMemory, receipt: Receipt): Alarm | null {
    const { roomTag, n, head } = receipt.signed.receipt;
    for (const other of this.kept.all()) {
      const kind = equalBytes(roomTag, other.signed.receipt.roomTag) ? contradiction(other, receipt) : null;
      if (kind === null || !isBy(crypto, relayKey, other)) continue;
      const code = kind === "rollback" ? "ROLLBACK" : "EQUIVOCATION";
      return alarm(code, { evidence: proofToJson({ relayKey, first: other, second: receipt }) });
    }
    // RULE: watch.own-log: what the relay signs has to be the log that it gave us (docs/protocol.md §6, attack A21).
    return log.agrees({ n, head }) === false ? this.accuse(crypto, relayKey, log, receipt) : null;
  }

  private accuse(crypto: Crypto, relayKey: Uint8Array, log: LogMemory, receipt: Receipt): Alarm {
    const { n } = receipt.signed.receipt;
    const ours = this.kept
      .at(n)
      .find((other) => contradiction(other, receipt) !== null && isBy(crypto, relayKey, other));
    if (ours !== undefined) {
      return alarm("EQUIVOCATION", { evidence: proofToJson({ relayKey, first: ours, second: receipt }) });
    }
    const signed = receipt.kind === "head" ? encodeHeadReceipt(receipt.signed) : encodeCommitReceipt(receipt.signed);
    return alarm("FORK", { evidence: `${toHex(signed)} against ${toHex(log.headAt(n) ?? new Uint8Array(0))}` });
  }

  /** Where an alarm is a proof: one is enough. */
  private noteProof(relayKey: Uint8Array, found: Alarm | null): Delta {
    return found === null || found.code === "FORK" ? NO_DELTA : this.kept.proved(relayKey);
  }
}

const NOTHING: Noted = { delta: NO_DELTA, alarm: null };

function isSigned(crypto: Crypto, relayKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean {
  // RULE: watch.signed: only the key that the room's roster names speaks for the relay (docs/protocol.md §6).
  return crypto.ed25519Verify(relayKey, bytes, signature);
}

/**
 * Whether the relay with this key signed what was kept.
 *
 * RULE: watch.same-relay: what an earlier relay of the room signed convicts no other: each has a log of its own.
 */
function isBy(crypto: Crypto, relayKey: Uint8Array, { kind, signed }: Receipt): boolean {
  const bytes = kind === "head" ? headReceiptBytes(signed.receipt) : commitReceiptBytes(signed.receipt);
  return crypto.ed25519Verify(relayKey, bytes, signed.signature);
}

function badReceipt(bytes: Uint8Array): Noted {
  return { delta: NO_DELTA, alarm: alarm("BAD_RECEIPT", { evidence: toHex(bytes) }) };
}
