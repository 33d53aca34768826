import { DecodeError } from "./decodeError.js";
import { Reader } from "./reader.js";
import { Writer } from "./writer.js";

/** A decoded value, or the reason why there is none. */
export type Decoded<T> = { ok: true; value: T } | { ok: false; error: DecodeError };

/**
 * Decodes one whole structure: reads it, then insists that nothing is left over.
 * Returns the fault as a value; any other error (a bug in `read`) is thrown on.
 */
export function decode<T>(bytes: Uint8Array, read: (reader: Reader) => T): Decoded<T> {
  try {
    const reader = new Reader(bytes);
    const value = read(reader);
    reader.end();
    return { ok: true, value };
  } catch (error) {
    if (error instanceof DecodeError) return { ok: false, error };
    throw error;
  }
}

/** Encodes one structure to its bytes. */
export function encode<T>(value: T, write: (writer: Writer, value: T) => unknown): Uint8Array {
  const writer = new Writer();
  write(writer, value);
  return writer.finish();
}
