import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bool,
  boxed,
  checked,
  choice,
  type Codec,
  decode,
  encode,
  fixed,
  fromHex,
  is,
  list,
  mapped,
  type Of,
  opaque,
  optional,
  stored,
  struct,
  text,
  toHex,
  u16,
  u32,
  u53,
  u8,
  variant,
  versioned,
} from "./index.js";

type Shape =
  | { readonly kind: "dot" }
  | { readonly kind: "circle"; readonly radius: number }
  | { readonly kind: "label"; readonly words: string; readonly size: number };

const shape = variant<Shape, "kind">("kind", {
  dot: [1, {}],
  circle: [2, { radius: checked(u32, (radius) => radius > 0) }],
  label: [9, { words: text(8), size: u8 }],
});
const colour = choice({ red: 1, green: 2 });
const drawing = struct({
  type: is("drawing"),
  id: fixed(2),
  made: u53,
  colour,
  far: choice({ near: 300, far: 65_535 }, u16),
  shapes: list(shape, 3),
  note: optional(opaque(4)),
  isOpen: bool,
  size: mapped(
    u8,
    (tens) => tens * 10,
    (size: number) => size / 10,
  ),
});
type Drawing = Of<typeof drawing>;

const EXAMPLE: Drawing = {
  type: "drawing",
  id: fromHex("0a0b"),
  made: 5,
  colour: "green",
  far: "near",
  shapes: [{ kind: "dot" }, { kind: "circle", radius: 7 }, { kind: "label", words: "hi", size: 3 }],
  note: fromHex("ff"),
  isOpen: true,
  size: 120,
};
const BYTES = "0a0b" + "0000000000000005" + "02" + "012c" + "0b" + "01" + "0200000007" + "09026869" + "03" + "0101ff" + "01" + "0c"; // prettier-ignore

const read = <T>(codec: Codec<T>, hex: string) => decode(fromHex(hex), codec.read);
const fault = <T>(codec: Codec<T>, hex: string) => {
  const decoded = read(codec, hex);
  return decoded.ok ? null : `${decoded.error.fault}: ${decoded.error.what}`;
};

describe("a declared layout", () => {
  it("is its fields one after the other, in the order of the declaration", () => {
    expect(toHex(encode(EXAMPLE, drawing.write))).toBe(BYTES);
    expect(read(drawing, BYTES)).toEqual({ ok: true, value: EXAMPLE });
  });

  it("round-trips, and what decodes is canonical", () => {
    const arbitrary: fc.Arbitrary<Drawing> = fc.record({
      type: fc.constant("drawing" as const),
      id: fc.uint8Array({ minLength: 2, maxLength: 2 }),
      made: fc.maxSafeNat(),
      colour: fc.constantFrom("red", "green"),
      far: fc.constantFrom("near", "far"),
      shapes: fc.array(
        fc.oneof(
          fc.constant<Shape>({ kind: "dot" }),
          fc.integer({ min: 1, max: 2 ** 32 - 1 }).map((radius): Shape => ({ kind: "circle", radius })),
          fc.nat(255).map((size): Shape => ({ kind: "label", words: "ab", size })),
        ),
        { maxLength: 3 },
      ),
      note: fc.option(fc.uint8Array({ maxLength: 4 })),
      isOpen: fc.boolean(),
      size: fc.nat(255).map((tens) => tens * 10),
    });
    fc.assert(
      fc.property(arbitrary, fc.nat(), fc.nat(255), (value, at, byte) => {
        const bytes = encode(value, drawing.write);
        expect(decode(bytes, drawing.read)).toEqual({ ok: true, value });
        bytes[at % bytes.length] = byte;
        const decoded = decode(bytes, drawing.read);
        if (decoded.ok) expect(encode(decoded.value, drawing.write)).toEqual(bytes);
      }),
    );
  });

  it("names the field that is not as declared", () => {
    expect(fault(drawing, "0a0b00")).toBe("truncated: made");
    expect(fault(drawing, "0a0b" + "0020000000000000")).toBe("bad_value: made");
    expect(fault(drawing, "0a0b" + "0000000000000005" + "03")).toBe("bad_value: colour");
    expect(fault(drawing, BYTES.replace("020000000709", "020000000009"))).toBe("bad_value: radius");
    expect(fault(drawing, BYTES + "00")).toBe("trailing: end");
  });

  it("keeps every bound", () => {
    const numbers = struct({ list: list(u8, 2) });
    expect(fault(numbers, "03010203")).toBe("too_long: list");
    expect(fault(struct({ words: text(2) }), "03616263")).toBe("too_long: words");
    expect(fault(struct({ bytes: opaque(2) }), "03616263")).toBe("too_long: bytes");
    expect(fault(struct({ value: optional(u8) }), "0201")).toBe("bad_value: value");
    expect(fault(struct({ shape }), "03")).toBe("bad_value: shape");
  });

  it("a version that is another is a fault of its own, whatever follows", () => {
    const kept = versioned(7, struct({ n: u8 }));
    expect(toHex(encode({ n: 1 }, kept.write))).toBe("000701");
    expect(read(kept, "000701")).toEqual({ ok: true, value: { n: 1 } });
    expect(fault(kept, "0008")).toBe("version: version");
    expect(toHex(encode({ n: 1 }, versioned(7, struct({ n: u8 }), u8).write))).toBe("0701");
  });

  it("a structure in a box is as long as its box says", () => {
    const box = boxed(struct({ n: u8 }));
    expect(toHex(encode({ n: 5 }, box.write))).toBe("0105");
    expect(read(box, "0105")).toEqual({ ok: true, value: { n: 5 } });
    expect(fault(box, "020500")).toBe("trailing: end");
    expect(fault(box, "00")).toBe("truncated: n");
  });

  it("a stored record that cannot be read is named, and whether a newer version wrote it", () => {
    const kept = versioned(7, struct({ n: u8 }));
    expect(stored("thing", fromHex("000701"), kept)).toEqual({ n: 1 });
    expect(() => stored("thing", undefined, kept)).toThrow(new TypeError("the stored thing is missing"));
    expect(() => stored("thing", fromHex("00070100"), kept)).toThrow(new TypeError("the stored thing is damaged"));
    expect(() => stored("thing", fromHex("0008"), kept)).toThrow(
      new TypeError("the stored thing was written by a newer version"),
    );
  });

  it("throws for a value that a field cannot hold", () => {
    expect(() => encode({ ...EXAMPLE, id: fromHex("0a") }, drawing.write)).toThrow(RangeError);
    expect(() => encode({ ...EXAMPLE, made: -1 }, drawing.write)).toThrow(RangeError);
  });
});
