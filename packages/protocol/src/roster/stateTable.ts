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

/** A row as it is to be; without a hash where it is gone. */
interface ChangedRow {
  readonly place: Uint8Array;
  readonly hash: Uint8Array | null;
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
    const changed = new Map<number, ChangedRow[]>();
    for (const [key, value] of changes) {
      const name = utf8Bytes(key);
      const place = crypto.hash("sha256", name);
      const hash = value && labelledHash(crypto, "conclave/roster-record/v1", name, value);
      const index = place[0]! % BUCKETS;
      const those = changed.get(index);
      if (those) those.push({ place, hash });
      else changed.set(index, [{ place, hash }]);
    }
    const buckets = [...this.buckets];
    const hashes = [...this.hashes];
    for (const [index, those] of changed) {
      const rows = merged(buckets[index]!, those);
      buckets[index] = rows;
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

/** A bucket after its changes, in one pass however many they are: `allow` and a lister's removal change thousands. */
function merged(rows: readonly Row[], changes: ChangedRow[]): readonly Row[] {
  const all: Row[] = [];
  let at = 0;
  for (const { place, hash } of changes.sort((a, b) => compareBytes(a.place, b.place))) {
    while (at < rows.length && compareBytes(rows[at]!.place, place) < 0) all.push(rows[at++]!);
    if (at < rows.length && compareBytes(rows[at]!.place, place) === 0) at++;
    if (hash !== null) all.push({ place, hash });
  }
  return [...all, ...rows.slice(at)];
}
