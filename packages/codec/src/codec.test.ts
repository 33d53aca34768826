import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decode,
  DecodeError,
  encode,
  fromBase64url,
  fromHex,
  headerBytes,
  Reader,
  toBase64url,
  toHex,
  Writer,
} from "./index.js";

describe("varint", () => {
  it("round-trips every length class", () => {
    for (const n of [0, 1, 63, 64, 16383, 16384, 2 ** 30 - 1]) {
      expect(
        decode(
          encode(n, (w, v) => w.varint(v)),
          (r) => r.varint(),
        ),
      ).toEqual({ ok: true, value: n });
    }
  });
  it("RULE decode.minimal-varint: refuses a longer encoding than needed", () => {
    for (const hex of ["4000", "403f", "80000000", "80003fff"]) {
      expect(() => new Reader(fromHex(hex)).varint()).toThrow("non_minimal_varint");
    }
    expect(() => new Reader(fromHex("c000000000000000")).varint()).toThrow(DecodeError);
  });
});

describe("structures", () => {
  it("RULE decode.trailing: refuses bytes left over", () => {
    const decoded = decode(fromHex("0102"), (r) => r.u8());
    expect(decoded).toMatchObject({ ok: false, error: { fault: "trailing" } });
  });
  it("RULE decode.bounds: a length beyond the input fails before anything is allocated", () => {
    const decoded = decode(fromHex("bfffffff00"), (r) => r.opaque());
    expect(decoded).toMatchObject({ ok: false, error: { fault: "truncated" } });
    expect(decode(fromHex("0400000000"), (r) => r.vector((x) => x.u8(), 3))).toMatchObject({
      ok: false,
      error: { fault: "too_long" },
    });
  });
  it("RULE decode.bounds: what is in a vector ends with it, and what follows it is read after it, also where one refused", () => {
    // Two bytes that want to be four: the vector is full, and more bytes come behind it.
    expect(decode(fromHex("020001aabbcc"), (r) => r.vector((x) => x.u32()))).toMatchObject({
      ok: false,
      error: { fault: "truncated" },
    });
    const nested = (r: Reader) => [r.vector((x) => x.vector((y) => y.u8())), r.u8()];
    expect(decode(fromHex("05020102010309"), nested)).toEqual({ ok: true, value: [[[1, 2], [3]], 9] });
    const reader = new Reader(fromHex("020001ff"));
    expect(() => reader.vector((x) => x.u32())).toThrow(DecodeError);
    expect([reader.offset, reader.remaining]).toEqual([1, 3]);
    expect(decode(fromHex("04020102"), (r) => r.vector((x) => x.opaque()))).toMatchObject({ ok: false });
  });
  it("skips what comes next only if it is that", () => {
    const reader = new Reader(fromHex("0102030102"));
    expect(reader.skip(fromHex("0103"))).toBe(false);
    expect([reader.skip(fromHex("010203")), reader.offset]).toEqual([true, 3]);
    expect(reader.skip(fromHex("010203"))).toBe(false);
    expect(decode(fromHex("02010203"), (r) => r.vector((x) => (x.skip(fromHex("010203")) ? 0 : x.u8())))).toMatchObject(
      {
        ok: false,
        error: { fault: "trailing" },
      },
    );
  });
  it("a writer gives a copy, or what it holds, or all of it without a copy if that fits", () => {
    const writer = new Writer(4).u16(1);
    const [copy, view] = [writer.finish(), writer.peek()];
    writer.clear().u32(0xa1b2c3d4);
    expect([toHex(copy), toHex(view)]).toEqual(["0001", "a1b2"]);
    const whole = writer.peek().buffer;
    const released = writer.release();
    expect([toHex(released), released.buffer === whole]).toEqual(["a1b2c3d4", true]);
    // What was given away is not written to again.
    expect(toHex(writer.u8(7).finish())).toBe("07");
    expect(toHex(released)).toBe("a1b2c3d4");
    const half = new Writer(8).u16(9).release();
    expect([toHex(half), half.buffer.byteLength]).toEqual(["0009", 2]);
  });
  it("the space of one large structure is not kept", () => {
    const writer = new Writer(8).fixed(new Uint8Array(1 << 18));
    expect(writer.clear().u8(3).peek().buffer.byteLength).toBeLessThan(1 << 10);
    expect([headerBytes(63), headerBytes(64), headerBytes(16_383), headerBytes(16_384)]).toEqual([1, 2, 2, 4]);
  });
  it("refuses a presence byte that is neither 0 nor 1, and invalid UTF-8", () => {
    expect(decode(fromHex("02"), (r) => r.optional((x) => x.u8()))).toMatchObject({ ok: false });
    expect(decode(fromHex("02"), (r) => r.bool())).toMatchObject({ ok: false });
    expect(decode(fromHex("01ff"), (r) => r.text())).toMatchObject({ ok: false });
  });
  it("keeps a byte order mark in text, so that decoding and encoding agree", () => {
    const bytes = encode("\ufeffa", (w, v) => w.text(v));
    expect(decode(bytes, (r) => r.text())).toEqual({ ok: true, value: "\ufeffa" });
  });
  it("round-trips a structure of everything", () => {
    const arbitrary = fc.record({
      a: fc.nat(255),
      b: fc.nat(65535),
      c: fc.nat(4294967295),
      d: fc.bigInt(0n, 2n ** 64n - 1n),
      e: fc.uint8Array({ maxLength: 300 }),
      f: fc.array(fc.uint8Array({ maxLength: 90 }), { maxLength: 9 }),
      g: fc.option(fc.string()),
      h: fc.maxSafeNat(),
    });
    fc.assert(
      fc.property(arbitrary, (value) => {
        const bytes = encode(value, (w, v) => {
          w.u8(v.a).u16(v.b).u32(v.c).u64(v.d).opaque(v.e);
          w.vector(v.f, (x, item) => x.opaque(item))
            .optional(v.g, (x, text) => x.text(text))
            .u53(v.h);
        });
        const decoded = decode(bytes, (r) => ({
          a: r.u8(),
          b: r.u16(),
          c: r.u32(),
          d: r.u64(),
          e: r.opaque(),
          f: r.vector((x) => x.opaque()),
          g: r.optional((x) => x.text()),
          h: r.u53(),
        }));
        expect(decoded).toEqual({ ok: true, value: { ...value, g: value.g } });
      }),
    );
  });
  it("answers any bytes with a value or a DecodeError", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        decode(bytes, (r) => r.vector((x) => [x.opaque(), x.optional((y) => y.u32()), x.text()]));
      }),
      { numRuns: 2000 },
    );
  });
});

describe("writer", () => {
  it("starts again after clear, and what it gave out stays", () => {
    const writer = new Writer();
    const first = writer.u8(1).u8(2).finish();
    expect(writer.clear().u8(3).finish()).toEqual(Uint8Array.of(3));
    expect(first).toEqual(Uint8Array.of(1, 2));
  });
  it("shows what was written so far, until it goes on", () => {
    const writer = new Writer(1).u8(1).u16(0x0203);
    const seen = writer.peek();
    expect(seen).toEqual(writer.finish());
    expect(seen).toEqual(Uint8Array.of(1, 2, 3));
    writer.clear().u8(9);
    expect(seen[0]).toBe(9);
  });
  it("grows in the middle of every kind of field", () => {
    for (let filled = 120; filled <= 128; filled++) {
      const start = new Uint8Array(filled);
      expect(new Writer().fixed(start).u8(1).finish()).toHaveLength(filled + 1);
      expect(new Writer().fixed(start).u16(1).finish().at(-1)).toBe(1);
      expect(new Writer().fixed(start).u32(1).finish().at(-1)).toBe(1);
      expect(new Writer().fixed(start).u64(1n).finish().at(-1)).toBe(1);
    }
  });
  it("throws for values that a field cannot hold", () => {
    expect(() => new Writer().u8(256)).toThrow(RangeError);
    expect(() => new Writer().u32(-1)).toThrow(RangeError);
    expect(() => new Writer().u53(2 ** 53)).toThrow(RangeError);
    expect(() => new Writer().u64(2n ** 64n)).toThrow(RangeError);
  });
});

describe("text forms of bytes", () => {
  it("round-trip", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
        expect(fromBase64url(toBase64url(bytes))).toEqual(bytes);
        expect(toBase64url(bytes)).toBe(Buffer.from(bytes).toString("base64url"));
        expect(fromHex(toHex(bytes))).toEqual(bytes);
      }),
    );
  });
  it("refuse what is not canonical", () => {
    expect(fromBase64url("AB")).toBeNull();
    expect(fromBase64url("A")).toBeNull();
    expect(fromBase64url("AA==")).toBeNull();
    expect(() => fromHex("0g")).toThrow(RangeError);
  });
});
