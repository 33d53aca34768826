import { concatBytes, fromBase64url, toBase64url } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { nextLogHead } from "@conclave/wire";

/** A part of a room's log: the head that it starts from, and the hashes of the records after that, in order. */
export interface LogPath {
  readonly head: Uint8Array;
  readonly records: readonly Uint8Array[];
}

/** How many records a path of a proof may have. */
export const LONGEST_PATH = 1024;
/** How long one is as JSON, at most. */
export const MAX_PATH_TEXT_BYTES = 48 * 1024;
const HASH = 32;

/** The log head that a path leads to. */
export function endOf(crypto: Crypto, { head, records }: LogPath): Uint8Array {
  return records.reduce((last, record) => nextLogHead((data) => crypto.hash("sha256", data), last, record), head);
}

/** A path as it stands in a proof's JSON. */
export function pathToJson({ head, records }: LogPath): { head: string; records: string } {
  return { head: toBase64url(head), records: toBase64url(concatBytes(...records)) };
}

/** Reads what {@link pathToJson} wrote; null when it is no path, or too long. */
export function pathFrom(value: unknown): LogPath | null {
  if (typeof value !== "object" || value === null || !("head" in value) || !("records" in value)) return null;
  if (typeof value.head !== "string" || typeof value.records !== "string") return null;
  const [head, all] = [fromBase64url(value.head), fromBase64url(value.records)];
  if (head?.length !== HASH || all === null) return null;
  if (all.length === 0 || all.length % HASH !== 0 || all.length > LONGEST_PATH * HASH) return null;
  const records = Array.from({ length: all.length / HASH }, (_, at) => all.slice(at * HASH, (at + 1) * HASH));
  return { head, records };
}
