import { equalBytes } from "@conclave/codec";
import {
  type CommitReceipt,
  decodeCommitReceipt,
  decodeHeadReceipt,
  encodeCommitReceipt,
  encodeHeadReceipt,
  type HeadReceipt,
  type Signed,
} from "@conclave/wire";
import { joinDeltas, NO_DELTA } from "../encoding/delta.js";
import type { Receipt } from "../evidence/contradiction.js";
import type { Delta } from "../encoding/provider.js";
import type { LogMemory } from "../evidence/logMemory.js";

/** Commit receipts that are kept to be compared with later ones. */
const KEPT_COMMITS = 64;
/** Heads that are kept though our log has not confirmed them. */
const KEPT_OPEN = 16;
const COMMIT = "w/";
const HEAD = "w/head";
const OPEN = "w/open/";
const PROVED = "w/proved";

/** What a room keeps of the relay's signatures, with the records that hold it. Each call gives what to store. */
export class KeptReceipts {
  private readonly commits = new Map<number, Signed<CommitReceipt>>();
  /** The newest head that our log has confirmed: what a relay that shows another log is held to. */
  private head: Signed<HeadReceipt> | null = null;
  /** Heads that our log has not reached, or that are not of our log. By place. */
  private readonly open = new Map<number, Signed<HeadReceipt>>();
  /** The key of the relay against which there is a proof already. */
  private provedKey: Uint8Array | null = null;

  /** What records hold; those of other keys are ignored. */
  constructor(records: Iterable<readonly [string, Uint8Array]>) {
    for (const [key, value] of records) {
      if (key === PROVED) this.provedKey = value;
      else if (key === HEAD || key.startsWith(OPEN)) {
        const decoded = decodeHeadReceipt(value);
        if (!decoded.ok) continue;
        if (key === HEAD) this.head = decoded.value;
        else this.open.set(decoded.value.receipt.n, decoded.value);
      } else if (key.startsWith(COMMIT)) {
        const decoded = decodeCommitReceipt(value);
        if (decoded.ok) this.commits.set(decoded.value.receipt.n, decoded.value);
      }
    }
  }

  /** All that is kept, as records. */
  records(): Delta {
    const put: [string, Uint8Array][] = [...this.commits].map(([n, signed]) => [
      placeKey(COMMIT, n),
      encodeCommitReceipt(signed),
    ]);
    for (const [n, signed] of this.open) put.push([placeKey(OPEN, n), encodeHeadReceipt(signed)]);
    if (this.head !== null) put.push([HEAD, encodeHeadReceipt(this.head)]);
    if (this.provedKey !== null) put.push([PROVED, this.provedKey]);
    return { put, delete: [] };
  }

  /** The newest head that our log has confirmed. */
  get confirmed(): Signed<HeadReceipt> | null {
    return this.head;
  }

  all(): Receipt[] {
    const heads = [...this.open.values(), ...(this.head === null ? [] : [this.head])];
    return [
      ...[...this.commits.values()].map((signed) => ({ kind: "commit", signed }) as const),
      ...heads.map((signed) => ({ kind: "head", signed }) as const),
    ];
  }

  /** Those for one place of the log. */
  at(n: number): Receipt[] {
    // Asked for each record there is: nothing is collected where there is nothing.
    if (!this.commits.has(n) && !this.open.has(n) && this.head?.receipt.n !== n) return [];
    return this.all().filter(({ signed }) => signed.receipt.n === n);
  }

  addCommit(signed: Signed<CommitReceipt>): Delta {
    const { n } = signed.receipt;
    this.commits.set(n, signed);
    const gone = dropOldest(this.commits, KEPT_COMMITS);
    return { put: [[placeKey(COMMIT, n), encodeCommitReceipt(signed)]], delete: gone.map((n) => placeKey(COMMIT, n)) };
  }

  addHead(log: LogMemory, signed: Signed<HeadReceipt>): Delta {
    const { n } = signed.receipt;
    const agrees = log.agrees(signed.receipt);
    if (agrees === true) return this.confirm(signed);
    // From before what we remember of the log: nothing will ever come of it.
    if (agrees === null && n < log.place.n) return NO_DELTA;
    // RULE: watch.keep-confirmed: a head of another log does not take the place of the one that convicts it (attack A22).
    this.open.set(n, signed);
    const gone = dropOldest(this.open, KEPT_OPEN);
    return { put: [[placeKey(OPEN, n), encodeHeadReceipt(signed)]], delete: gone.map((n) => placeKey(OPEN, n)) };
  }

  /** Our log has a new newest place. */
  reached({ place }: LogMemory): Delta {
    const signed = this.open.get(place.n);
    if (signed === undefined || !equalBytes(signed.receipt.head, place.head)) return NO_DELTA;
    this.open.delete(place.n);
    return joinDeltas({ put: [], delete: [placeKey(OPEN, place.n)] }, this.confirm(signed));
  }

  isProved(relayKey: Uint8Array): boolean {
    return this.provedKey !== null && equalBytes(this.provedKey, relayKey);
  }

  proved(relayKey: Uint8Array): Delta {
    if (this.isProved(relayKey)) return NO_DELTA;
    this.provedKey = relayKey;
    return { put: [[PROVED, relayKey]], delete: [] };
  }

  private confirm(signed: Signed<HeadReceipt>): Delta {
    if (this.head !== null && signed.receipt.n < this.head.receipt.n) return NO_DELTA;
    this.head = signed;
    return { put: [[HEAD, encodeHeadReceipt(signed)]], delete: [] };
  }
}

/** Drops what is of the lowest places, so that `most` are left; gives the places. */
function dropOldest(receipts: Map<number, unknown>, most: number): number[] {
  const places = [...receipts.keys()].sort((a, b) => a - b);
  const gone = places.slice(0, Math.max(0, places.length - most));
  for (const n of gone) receipts.delete(n);
  return gone;
}

function placeKey(prefix: string, n: number): string {
  return `${prefix}${n.toString(16).padStart(14, "0")}`;
}
