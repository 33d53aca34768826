import { equalBytes, toHex } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import {
  commitReceiptBytes,
  type CommitReceipt,
  decodeCommitReceipt,
  decodeHeadReceipt,
  encodeCommitReceipt,
  encodeHeadReceipt,
  headReceiptBytes,
  type HeadReceipt,
  type Signed,
} from "@conclave/wire";
import { type Alarm, alarm } from "../evidence/alarm.js";
import { contradiction, type Proof, proofToJson, type Receipt } from "../evidence/contradiction.js";
import type { Delta } from "../primitives.js";
import type { LogMemory } from "./logMemory.js";

/** Commit receipts that are kept to be compared with later ones. */
const KEPT_COMMITS = 64;
const PREFIX = "w/";
const HEAD = "w/head";

/**
 * Holds the relay to what it signed (docs/protocol.md §6): its receipts are checked, kept, and compared with one another
 * and with the log as we computed it. Two that contradict each other are a proof for everybody.
 */
export class RelayWatch {
  private constructor(
    private readonly commits: Map<number, Receipt & { kind: "commit" }>,
    private head: (Receipt & { kind: "head" }) | null,
  ) {}

  static empty(): RelayWatch {
    return new RelayWatch(new Map(), null);
  }

  static load(records: Iterable<readonly [string, Uint8Array]>): RelayWatch {
    const watch = RelayWatch.empty();
    for (const [key, value] of records) {
      if (key === HEAD) {
        const decoded = decodeHeadReceipt(value);
        if (decoded.ok) watch.head = { kind: "head", signed: decoded.value };
      } else if (key.startsWith(PREFIX)) {
        const decoded = decodeCommitReceipt(value);
        if (decoded.ok) watch.commits.set(decoded.value.receipt.n, { kind: "commit", signed: decoded.value });
      }
    }
    return watch;
  }

  /** A head receipt came. `log` is what we saw of the log until now, `known` how far when we asked for the receipt. */
  noteHead(crypto: Crypto, relayKey: Uint8Array, log: LogMemory, signed: Signed<HeadReceipt>, known = 0) {
    const bytes = headReceiptBytes(signed.receipt);
    if (!isSigned(crypto, relayKey, bytes, signed.signature)) return badReceipt(encodeHeadReceipt(signed));
    const receipt: Receipt = { kind: "head", signed };
    const found = this.compare(relayKey, log, receipt);
    if (found !== null) return { delta: this.keepHead(receipt), alarm: found };
    // RULE: watch.not-shorter: what the relay gave us it cannot have lost: records that were pushed carry no receipt, so
    // there may be no proof for others, and we know it all the same (attack A17).
    if (signed.receipt.n < known) {
      const evidence = `${toHex(encodeHeadReceipt(signed))} after ${known}`;
      return { delta: this.keepHead(receipt), alarm: alarm("ROLLBACK", { evidence }) };
    }
    const newest = this.head?.signed.receipt;
    const isNewer = newest === undefined || signed.receipt.n >= newest.n;
    return { delta: isNewer ? this.keepHead(receipt) : NOTHING, alarm: null };
  }

  /** A commit receipt came. */
  noteCommit(crypto: Crypto, relayKey: Uint8Array, log: LogMemory, signed: Signed<CommitReceipt>) {
    const bytes = commitReceiptBytes(signed.receipt);
    if (!isSigned(crypto, relayKey, bytes, signed.signature)) return badReceipt(encodeCommitReceipt(signed));
    const receipt = { kind: "commit", signed } as const;
    const found = this.compare(relayKey, log, receipt);
    this.commits.set(signed.receipt.n, receipt);
    const oldest = Math.min(...this.commits.keys());
    const isFull = this.commits.size > KEPT_COMMITS && this.commits.delete(oldest);
    const put = [[commitKey(signed.receipt.n), encodeCommitReceipt(signed)]] as const;
    return { delta: { put, delete: isFull ? [commitKey(oldest)] : [] }, alarm: found };
  }

  /** The log reached a place: whether a head that the relay signed before says otherwise. */
  reached(relayKey: Uint8Array, log: LogMemory): Alarm | null {
    const { n, head } = log.place;
    const receipts = [this.head, this.commits.get(n) ?? null];
    const other = receipts.find((receipt) => receipt?.signed.receipt.n === n);
    if (other === null || other === undefined || equalBytes(other.signed.receipt.head, head)) return null;
    return this.accuse(relayKey, log, other);
  }

  private compare(relayKey: Uint8Array, log: LogMemory, receipt: Receipt): Alarm | null {
    const { roomTag, n, head } = receipt.signed.receipt;
    for (const other of [...this.commits.values(), ...(this.head === null ? [] : [this.head])]) {
      const kind = equalBytes(roomTag, other.signed.receipt.roomTag) ? contradiction(other, receipt) : null;
      if (kind === null) continue;
      const code = kind === "rollback" ? "ROLLBACK" : "EQUIVOCATION";
      return alarm(code, { evidence: proofToJson({ relayKey, first: other, second: receipt }) });
    }
    // RULE: watch.own-log: what the relay signs has to be the log that it gave us (docs/protocol.md §6, attack A21).
    return log.agrees({ n, head }) === false ? this.accuse(relayKey, log, receipt) : null;
  }

  private accuse(relayKey: Uint8Array, log: LogMemory, receipt: Receipt): Alarm {
    const { n } = receipt.signed.receipt;
    const ours = this.commits.get(n);
    if (ours !== undefined && contradiction(ours, receipt) !== null) {
      const proof: Proof = { relayKey, first: ours, second: receipt };
      return alarm("EQUIVOCATION", { evidence: proofToJson(proof) });
    }
    const signed = receipt.kind === "head" ? encodeHeadReceipt(receipt.signed) : encodeCommitReceipt(receipt.signed);
    return alarm("FORK", { evidence: `${toHex(signed)} against ${toHex(log.headAt(n) ?? new Uint8Array(0))}` });
  }

  private keepHead(receipt: Receipt & { kind: "head" }): Delta {
    this.head = receipt;
    return { put: [[HEAD, encodeHeadReceipt(receipt.signed)]], delete: [] };
  }
}

const NOTHING: Delta = { put: [], delete: [] };

function isSigned(crypto: Crypto, relayKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean {
  // RULE: watch.signed: only the key that the room's roster names speaks for the relay (docs/protocol.md §6).
  return crypto.ed25519Verify(relayKey, bytes, signature);
}

function badReceipt(bytes: Uint8Array): { delta: Delta; alarm: Alarm } {
  return { delta: NOTHING, alarm: alarm("BAD_RECEIPT", { evidence: toHex(bytes) }) };
}

function commitKey(n: number): string {
  return `${PREFIX}${n.toString(16).padStart(14, "0")}`;
}
