import type { Codec } from "./codec.js";
import { DecodeError } from "./decodeError.js";
import { Reader } from "./reader.js";
import { done, failed, type Result } from "./result.js";
import { Writer } from "./writer.js";

/**
 * Decodes one whole structure: reads it, then insists that nothing is left over.
 * Returns the fault as a value; any other error (a bug in `read`) is thrown on. `version`: what came later, see {@link since},
 * is the fault `version`; without it everything is read that there is.
 */
export function decode<T>(bytes: Uint8Array, read: (reader: Reader) => T, version?: number): Result<T, DecodeError> {
  try {
    const reader = new Reader(bytes, version);
    const value = read(reader);
    reader.end();
    return done(value);
  } catch (error) {
    if (error instanceof DecodeError) return failed(error);
    throw error;
  }
}

/** Encodes one structure to its bytes. */
export function encode<T>(value: T, write: (writer: Writer, value: T) => unknown): Uint8Array {
  const writer = new Writer();
  write(writer, value);
  return writer.finish();
}

/**
 * Decodes an own stored record. @throws TypeError naming it when it is missing, damaged, or of a newer version: then it is
 * the store that is broken, and no stranger's bytes.
 */
export function stored<T>(what: string, bytes: Uint8Array | undefined, { read }: Pick<Codec<T>, "read">): T {
  if (bytes === undefined) throw new TypeError(`the stored ${what} is missing`);
  const decoded = decode(bytes, read);
  if (decoded.ok) return decoded.value;
  const { error } = decoded;
  const how = error.fault === "version" ? "was written by a newer version" : "is damaged";
  throw new TypeError(`the stored ${what} ${how}`, { cause: error });
}
