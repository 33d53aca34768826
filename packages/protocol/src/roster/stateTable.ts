import { compareBytes, concatBytes, utf8Bytes } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { labelledHash } from "../encoding/digest.js";

const BUCKETS = 64;
const NO_RECORD = new Uint8Array(32);

/** One record's key hash and hash, in a bucket sorted by key hash. */
interface Row {
  readonly place: Uint8Array;
  readonly hash: Uint8Array;
}

/**
 * The digest of a roster's records, kept so that one changed record costs one bucket: `root = H(meta, 64 bucket hashes)`,
 * a bucket is the hash of its records' hashes in the order of their key hashes (docs/protocol.md §4). Immutable.
 */
export class StateTable {
  private constructor(
    private readonly buckets: readonly (readonly Row[])[],
    private readonly hashes: readonly Uint8Array[],
  ) {}

  static readonly empty = new StateTable(
    Array.from({ length: BUCKETS }, () => []),
    Array.from({ length: BUCKETS }, () => NO_RECORD),
  );

  /** The table after these changes: the record's new bytes, or null where it is gone. */
  with(crypto: Crypto, changes: ReadonlyMap<string, Uint8Array | null>): StateTable {
    const buckets = [...this.buckets];
    const touched = new Set<number>();
    for (const [key, value] of changes) {
      const name = utf8Bytes(key);
      const place = crypto.hash("sha256", name);
      const index = place[0]! % BUCKETS;
      const others = buckets[index]!.filter((row) => compareBytes(row.place, place) !== 0);
      if (value !== null) others.push({ place, hash: labelledHash(crypto, "conclave/roster-record/v1", name, value) });
      buckets[index] = others.sort((a, b) => compareBytes(a.place, b.place));
      touched.add(index);
    }
    const hashes = [...this.hashes];
    for (const index of touched) {
      const rows = buckets[index]!;
      hashes[index] =
        rows.length === 0 ? NO_RECORD : crypto.hash("sha256", concatBytes(...rows.map((row) => row.hash)));
    }
    return new StateTable(buckets, hashes);
  }

  /** The roster's state hash, with `meta` for what is not a record. */
  root(crypto: Crypto, meta: Uint8Array): Uint8Array {
    return labelledHash(crypto, "conclave/roster-state/v1", meta, ...this.hashes);
  }
}
