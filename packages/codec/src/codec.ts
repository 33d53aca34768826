import type { Reader } from "./reader.js";
import type { Writer } from "./writer.js";

/**
 * How values of one type are laid out in bytes: declared once, read and written by it. `read` and `write` may be passed
 * on as functions: `decode(bytes, codec.read)`, `encode(value, codec.write)`.
 */
export interface Codec<T> {
  /** Reads one value. `what` names it in the error. @throws DecodeError for bytes that are none */
  readonly read: (reader: Reader, what?: string) => T;
  /** Writes one value. @throws RangeError for a value that its field cannot hold (a bug) */
  readonly write: (writer: Writer, value: T) => unknown;
}

/** The type of a codec's values. */
export type Of<C> = C extends Codec<infer T> ? T : never;

/** A uint8. */
export const u8: Codec<number> = { read: (r, what) => r.u8(what), write: (w, value) => w.u8(value) };
/** A uint16. */
export const u16: Codec<number> = { read: (r, what) => r.u16(what), write: (w, value) => w.u16(value) };
/** A uint32. */
export const u32: Codec<number> = { read: (r, what) => r.u32(what), write: (w, value) => w.u32(value) };
/** A uint64 that is a safe integer: `Reader.u53`. */
export const u53: Codec<number> = { read: (r, what) => r.u53(what), write: (w, value) => w.u53(value) };
/** A byte that is 0 or 1. */
export const bool: Codec<boolean> = { read: (r, what) => r.bool(what), write: (w, value) => w.bool(value) };

/** Exactly `length` bytes, without a length in front. */
export function fixed(length: number): Codec<Uint8Array> {
  return {
    read: (r, what) => r.fixed(length, what),
    write: (w, value) => {
      if (value.length !== length) throw new RangeError(`expected ${String(length)} bytes`);
      return w.fixed(value);
    },
  };
}

/** `opaque<V>`. Longer than `max` is refused when it is read; the writer's own limits are its caller's. */
export function opaque(max?: number): Codec<Uint8Array> {
  return { read: (r, what) => r.opaque(max, what), write: (w, value) => w.opaque(value) };
}

/** UTF-8 text in an opaque vector; `max` counts bytes, and is checked when it is read. */
export function text(max?: number): Codec<string> {
  return { read: (r, what) => r.text(max, what), write: (w, value) => w.text(value) };
}

/** `T<V>`: at most `maxCount` elements, which is checked when it is read. */
export function list<T>(element: Codec<T>, maxCount?: number): Codec<readonly T[]> {
  const { read, write } = element;
  return { read: (r, what) => r.vector(read, maxCount, what), write: (w, items) => w.vector(items, write) };
}

/** `optional<T>`: null is a value that is not there. */
export function optional<T>(value: Codec<T>): Codec<T | null> {
  const { read, write } = value;
  return { read: (r, what) => r.optional(read, what), write: (w, each) => w.optional(each, write) };
}
