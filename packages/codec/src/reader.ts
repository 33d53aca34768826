import { DecodeError } from "./decodeError.js";

/**
 * Reads the TLS presentation language as RFC 9420 §2.1 uses it, from front to back.
 *
 * Every length is checked against the bytes that are left before anything is copied or allocated, so hostile input can
 * never make a reader allocate more than it was given. Call {@link end} last: trailing bytes are an error.
 * All methods throw {@link DecodeError}; {@link decode} turns that into a value.
 */
export class Reader {
  private at = 0;
  /** Where what is being read ends: the bytes, or the vector that it is in. */
  private limit: number;

  constructor(
    private readonly bytes: Uint8Array,
    /** The version that the bytes are of: a part that came later, see `since`, is not read. */
    readonly version = Number.POSITIVE_INFINITY,
  ) {
    this.limit = bytes.length;
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.at;
  }

  /** Bytes not read yet. */
  get remaining(): number {
    return this.limit - this.at;
  }

  u8(what = "uint8"): number {
    return this.bytes[this.take(1, what)]!;
  }

  u16(what = "uint16"): number {
    const at = this.take(2, what);
    return (this.bytes[at]! << 8) | this.bytes[at + 1]!;
  }

  u32(what = "uint32"): number {
    return this.get32(this.take(4, what));
  }

  u64(what = "uint64"): bigint {
    const at = this.take(8, what);
    return (BigInt(this.get32(at)) << 32n) | BigInt(this.get32(at + 4));
  }

  /** A uint64 that must be a safe integer (at most 2^53 - 1): sequence numbers, times in ms, epochs above MLS. */
  u53(what = "uint53"): number {
    const at = this.take(8, what);
    const high = this.get32(at);
    if (high > 0x1fffff) throw new DecodeError("bad_value", what);
    return high * 2 ** 32 + this.get32(at + 4);
  }

  /** Exactly `length` bytes, copied. */
  fixed(length: number, what = "fixed"): Uint8Array {
    const start = this.take(length, what);
    return this.bytes.slice(start, start + length);
  }

  /** The variable-size length header of RFC 9420 §2.1.2 (RFC 9000 integers of 1, 2 or 4 bytes, shortest form only). */
  varint(what = "length"): number {
    const first = this.u8(what);
    const prefix = first >> 6;
    if (prefix === 3) throw new DecodeError("bad_value", what);
    let value = first & 0x3f;
    for (let more = (1 << prefix) - 1; more > 0; more--) value = value * 256 + this.u8(what);
    // RULE: decode.minimal-varint: a length has one encoding, or signed bytes would have several (RFC 9420 §2.1.2).
    if (prefix >= 1 && value < 1 << (8 * (1 << (prefix - 1)) - 2)) throw new DecodeError("non_minimal_varint", what);
    return value;
  }

  /** `opaque what<V>`: a length header and that many bytes, copied. Longer than `max` is refused before copying. */
  opaque(max = Number.MAX_SAFE_INTEGER, what = "opaque"): Uint8Array {
    const length = this.varint(what);
    if (length > max) throw new DecodeError("too_long", what);
    return this.fixed(length, what);
  }

  /** UTF-8 text in an opaque vector. Invalid UTF-8 is refused. `max` counts bytes. */
  text(max = Number.MAX_SAFE_INTEGER, what = "text"): string {
    const bytes = this.opaque(max, what);
    try {
      return utf8.decode(bytes);
    } catch {
      throw new DecodeError("bad_value", what);
    }
  }

  /** `T what<V>`: a length header in bytes, and elements until it is used up. At most `maxCount` elements. */
  vector<T>(element: (reader: Reader) => T, maxCount = Number.MAX_SAFE_INTEGER, what = "vector"): T[] {
    const length = this.varint(what);
    if (length === 0) return [];
    // The elements end where the vector does: until then this reader's bytes end there (decode.bounds, below).
    if (length > this.remaining) throw new DecodeError("truncated", what);
    const outer = this.limit;
    this.limit = this.at + length;
    try {
      const items: T[] = [];
      while (this.remaining > 0) {
        if (items.length >= maxCount) throw new DecodeError("too_long", what);
        const before = this.at;
        items.push(element(this));
        // An element that consumes nothing would loop for ever.
        if (this.at === before) throw new DecodeError("bad_value", what);
      }
      return items;
    } finally {
      this.limit = outer;
    }
  }

  /** `optional<T>` of RFC 9420 §2.1.1: a presence byte that is 0 or 1. */
  optional<T>(value: (reader: Reader) => T, what = "optional"): T | null {
    const present = this.u8(what);
    if (present > 1) throw new DecodeError("bad_value", what);
    return present === 1 ? value(this) : null;
  }

  /** A boolean byte that is 0 or 1. */
  bool(what = "bool"): boolean {
    const value = this.u8(what);
    if (value > 1) throw new DecodeError("bad_value", what);
    return value === 1;
  }

  /** The bytes between two offsets already read, copied: for hashes and signatures over bytes exactly as transmitted. */
  span(start: number, end: number = this.at): Uint8Array {
    return this.bytes.slice(start, end);
  }

  /** Skips exactly these bytes if they come next: for what was just read, and is there once more. */
  skip(known: Uint8Array): boolean {
    if (known.length > this.remaining) return false;
    for (let i = 0; i < known.length; i++) if (this.bytes[this.at + i] !== known[i]) return false;
    this.at += known.length;
    return true;
  }

  /** RULE: decode.trailing: bytes left over are an error, or two different byte strings would decode alike. */
  end(what = "end"): void {
    if (this.remaining > 0) throw new DecodeError("trailing", what);
  }

  private get32(at: number): number {
    const { bytes } = this;
    return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
  }

  private take(length: number, what: string): number {
    // RULE: decode.bounds: a length is compared with what is there before it is used (attack A80).
    if (length > this.remaining) throw new DecodeError("truncated", what);
    const start = this.at;
    this.at += length;
    return start;
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
