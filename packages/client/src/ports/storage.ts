/** One stored record. */
export interface StoredRecord {
  readonly key: string;
  readonly value: Uint8Array;
}

/** One change: set a record, delete one, or delete every record whose key begins with `clear`. */
export type Write =
  { readonly put: string; readonly value: Uint8Array } | { readonly delete: string } | { readonly clear: string };

/** Which records to read, in key order. `after` and `before` are exclusive and need not exist. */
export interface Range {
  readonly prefix: string;
  readonly after?: string;
  readonly before?: string;
  /** At most this many; all when absent. */
  readonly limit?: number;
  /** From the greatest key downward. */
  readonly reverse?: boolean;
}

/**
 * Port: where a client keeps everything. One flat, ordered space of records: keys are 1 to 512 printable ASCII
 * characters, compared character by character; values are bytes.
 *
 * The promise that everything rests on: when `commit` resolves, all of its writes are durable (they survive `kill -9`
 * and power loss), and when it does not, either all of them are there or none. Commits take effect in the order of
 * their calls. What is read is a copy; what is written may be reused by the caller as soon as `commit` returns.
 *
 * Rejects only for a broken environment (disk full, database closed); a caller then knows nothing about that commit.
 * The conformance suite is `storageConformance`.
 */
export interface Storage {
  get(key: string): Promise<Uint8Array | null>;
  range(range: Range): Promise<StoredRecord[]>;
  commit(writes: readonly Write[]): Promise<void>;
  close(): Promise<void>;
}

/** Checks a key. @throws RangeError when a key is not 1 to 512 printable ASCII characters (a bug in the caller). */
export function checkKey(key: string): void {
  if (!/^[\x20-\x7e]{1,512}$/.test(key)) throw new RangeError("storage key is not 1 to 512 printable ASCII characters");
}

/** The least text that is greater than every key with this prefix. */
export function prefixEnd(prefix: string): string {
  return `${prefix}\x7f`;
}

/** A number in a key: 14 hexadecimal digits, so that the order of keys is the order of numbers (up to 2^53 - 1). */
export function orderedKey(value: number): string {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError("not an ordered key number");
  return value.toString(16).padStart(14, "0");
}
