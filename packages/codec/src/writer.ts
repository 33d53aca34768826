/** The largest length that the variable-size header can carry (RFC 9420 §2.1.2). */
export const MAX_LENGTH_BYTES = 2 ** 30 - 1;

/** Bytes of the length header of so many bytes. */
export function headerBytes(length: number): 1 | 2 | 4 {
  if (length < 0x40) return 1;
  return length < 0x4000 ? 2 : 4;
}

/**
 * Writes the TLS presentation language as RFC 9420 §2.1 uses it, into one growing buffer. Methods return the writer, so
 * that a structure reads like its definition. Throws `RangeError` for a value that its field cannot hold (a bug).
 */
export class Writer {
  private buffer: Uint8Array;
  private length = 0;

  constructor(capacity = 128) {
    this.buffer = new Uint8Array(capacity);
  }

  u8(value: number): this {
    const at = this.claim(1, value, 0xff);
    this.buffer[at] = value;
    return this;
  }

  u16(value: number): this {
    const at = this.claim(2, value, 0xffff);
    this.buffer[at] = value >>> 8;
    this.buffer[at + 1] = value;
    return this;
  }

  u32(value: number): this {
    const at = this.claim(4, value, 0xffffffff);
    this.put32(at, value);
    return this;
  }

  u64(value: bigint): this {
    if (value < 0n || value > 0xffffffffffffffffn) throw new RangeError("uint64 out of range");
    const at = this.reserve(8);
    this.put32(at, Number(value >> 32n));
    this.put32(at + 4, Number(value & 0xffffffffn));
    return this;
  }

  /** A safe integer as a uint64: the counterpart of `Reader.u53`. */
  u53(value: number): this {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError("uint53 out of range");
    const at = this.reserve(8);
    this.put32(at, Math.floor(value / 2 ** 32));
    this.put32(at + 4, value % 2 ** 32);
    return this;
  }

  /** The bytes as they are, without a length. */
  fixed(bytes: Uint8Array): this {
    const at = this.reserve(bytes.length);
    this.buffer.set(bytes, at);
    return this;
  }

  varint(value: number): this {
    if (!Number.isInteger(value) || value < 0 || value > MAX_LENGTH_BYTES) throw new RangeError("length out of range");
    if (value < 0x40) return this.u8(value);
    if (value < 0x4000) return this.u16(0x4000 | value);
    return this.u32((0x80000000 | value) >>> 0);
  }

  /** `opaque<V>`. */
  opaque(bytes: Uint8Array): this {
    return this.varint(bytes.length).fixed(bytes);
  }

  /** UTF-8 text in an opaque vector. */
  text(value: string): this {
    return this.opaque(utf8.encode(value));
  }

  /** `T<V>`: the elements, behind their length in bytes. */
  vector<T>(items: readonly T[], element: (writer: Writer, item: T) => unknown): this {
    // Written in place, and moved up when the length turns out to need more than one byte: a buffer for each vector would
    // cost more than all the rest of encoding a structure.
    const at = this.reserve(1);
    for (const item of items) element(this, item);
    const size = this.length - at - 1;
    if (size < 0x40) {
      this.buffer[at] = size;
      return this;
    }
    const header = headerBytes(size);
    this.reserve(header - 1);
    this.buffer.copyWithin(at + header, at + 1, at + 1 + size);
    const end = this.length;
    this.length = at;
    this.varint(size);
    this.length = end;
    return this;
  }

  /** `optional<T>` of RFC 9420 §2.1.1. */
  optional<T>(value: T | null, write: (writer: Writer, value: T) => unknown): this {
    if (value === null) return this.u8(0);
    this.u8(1);
    write(this, value);
    return this;
  }

  bool(value: boolean): this {
    return this.u8(value ? 1 : 0);
  }

  /** Forgets what was written and keeps the space, if it is not much: one writer can serve many structures in turn. */
  clear(): this {
    if (this.buffer.length > MOST_KEPT_BYTES) this.buffer = EMPTY;
    this.length = 0;
    return this;
  }

  /** A copy of what was written so far. */
  finish(): Uint8Array {
    return this.buffer.slice(0, this.length);
  }

  /**
   * What was written so far, as it lies in the writer: for who only reads it at once (a hash, a signature). It holds until
   * the writer is used again.
   */
  peek(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }

  /**
   * What was written, for good, without a copy if the writer's space was exactly right: nothing can be written after. For
   * structures of megabytes, of which each copy costs more than all that is computed from them.
   */
  release(): Uint8Array {
    const written = this.length === this.buffer.length ? this.buffer : this.finish();
    this.buffer = EMPTY;
    this.length = 0;
    return written;
  }

  private put32(at: number, value: number): void {
    this.buffer[at] = value >>> 24;
    this.buffer[at + 1] = value >>> 16;
    this.buffer[at + 2] = value >>> 8;
    this.buffer[at + 3] = value;
  }

  private claim(size: number, value: number, max: number): number {
    if (!Number.isInteger(value) || value < 0 || value > max)
      throw new RangeError(`uint${String(size * 8)} out of range`);
    return this.reserve(size);
  }

  private reserve(size: number): number {
    const at = this.length;
    const needed = at + size;
    if (needed > this.buffer.length) {
      const grown = new Uint8Array(Math.max(needed, this.buffer.length * 2, 128));
      grown.set(this.buffer.subarray(0, at));
      this.buffer = grown;
    }
    this.length = needed;
    return at;
  }
}

const utf8 = new TextEncoder();
const EMPTY = new Uint8Array(0);
const MOST_KEPT_BYTES = 1 << 17;
