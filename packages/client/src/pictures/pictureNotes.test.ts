import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { orientationIn } from "./orientation.js";
import { ascii, joined } from "./pictureBytes.js";
import { pictureFormat, withoutNotes } from "./pictureNotes.js";

// Written by libvips: 64 by 48 pixels, turned (6), a colour profile, and SECRET in Exif and XMP.
const NAMES = ["camera.jpeg", "camera.png", "camera.webp", "camera.avif"] as const;
const camera = (name: string) => new Uint8Array(readFileSync(new URL(`../../test/pictures/${name}`, import.meta.url)));
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");
const cleaned = (bytes: Uint8Array) => {
  const clean = withoutNotes(bytes);
  if (!clean) throw new Error("it could not be cleaned");
  return clean;
};
const u32 = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
const le32 = (value: number) => u32(value).reverse();

function pngChunk(type: string, data: Uint8Array): Uint8Array {
  return joined([Uint8Array.from(u32(data.length)), ascii(type), data, new Uint8Array(4)]);
}
function riffChunk(type: string, data: Uint8Array): Uint8Array {
  return joined([ascii(type), Uint8Array.from(le32(data.length)), data, new Uint8Array(data.length % 2)]);
}
function box(type: string, ...content: Uint8Array[]): Uint8Array {
  const data = joined(content);
  return joined([Uint8Array.from(u32(8 + data.length)), ascii(type), data]);
}

describe("a picture without what the camera wrote into it", () => {
  it("RULE picture.no-notes: has no place, time, names or words, in every format that is shown", () => {
    for (const name of NAMES) {
      const before = camera(name);
      const clean = cleaned(before);
      expect(text(before), name).toContain("SECRET");
      expect(text(clean), name).not.toMatch(/SECRET|xpacket|rdf:/u);
      expect(clean.length).toBeLessThanOrEqual(before.length);
      expect(cleaned(clean), name).toEqual(clean);
    }
  });

  it("keeps its coded pixels byte by byte, its colour profile, and how the camera was held", () => {
    const parts: Readonly<Record<(typeof NAMES)[number], [from: string, to: string | null]>> = {
      "camera.jpeg": ["\xff\xdb", null],
      "camera.png": ["IDAT", null],
      "camera.webp": ["VP8 ", "EXIF"],
      "camera.avif": ["ispe", "rdf:"],
    };
    for (const name of NAMES) {
      const [before, clean] = [text(camera(name)), text(cleaned(camera(name)))];
      if (name === "camera.avif") {
        // Nothing has moved.
        const isSame = (at: number) => before[at] === clean[at];
        const changed = Array.from(before, (_, at) => at).filter((at) => !isSame(at));
        expect(changed.length).toBeLessThan(700);
        expect(clean).toContain("irot");
        continue;
      }
      const [from, to] = parts[name];
      const pixels = before.slice(before.indexOf(from), to === null ? undefined : before.indexOf(to));
      expect(clean, name).toContain(pixels.slice(0, 1500));
      expect(clean, name).toMatch(/ICC_PROFILE|iCCP|ICCP/u);
      const tiff = clean.indexOf("MM\0*");
      expect(orientationIn(Buffer.from(clean.slice(tiff), "latin1")), name).toBe(6);
    }
  });

  it("a JPEG's comments, small pictures, and films after its end are gone", () => {
    const jpeg = camera("camera.jpeg");
    const [start, rest] = [jpeg.subarray(0, 2), jpeg.subarray(2)];
    const segment = (marker: number, data: Uint8Array) =>
      joined([Uint8Array.of(0xff, marker, 0, data.length + 2), data]);
    const film = ascii("ftypmp42 SECRET film");
    const more = joined([
      start,
      segment(0xe0, joined([ascii("JFIF\0"), Uint8Array.of(1, 2, 0, 0, 1, 0, 1, 2, 1), ascii("SECRET")])),
      segment(0xe0, ascii("JFXX\0SECRET")),
      segment(0xe2, ascii("MPF\0SECRET")),
      segment(0xed, ascii("Photoshop 3.0\0SECRET")),
      segment(0xfe, ascii("SECRET")),
      segment(0xee, joined([ascii("Adobe"), new Uint8Array(7)])),
      rest,
      film,
    ]);
    const clean = cleaned(more);
    expect(text(clean)).not.toContain("SECRET");
    expect(text(clean)).toContain("Adobe");
    expect([...clean.subarray(-2)]).toEqual([0xff, 0xd9]);
  });

  it("a GIF's comments and XMP, a PNG's private chunks, what stands in a WebP's frames, and what follows: gone", () => {
    const control = [0x21, 0xf9, 4, 0, 10, 0, 0, 0];
    const image = [0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0];
    const loop = joined([Uint8Array.of(0x21, 0xff, 11), ascii("NETSCAPE2.0"), Uint8Array.of(3, 1, 0, 0, 0)]);
    const head = joined([ascii("GIF89a"), Uint8Array.of(1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255)]);
    const gif = (...notes: Uint8Array[]) =>
      joined([
        head,
        loop,
        ...notes,
        Uint8Array.from([...control, ...image, 0x3b]),
        ...(notes.length ? [ascii("SECRET")] : []),
      ]);
    const comment = joined([Uint8Array.of(0x21, 0xfe, 6), ascii("SECRET"), Uint8Array.of(0)]);
    const xmp = joined([
      Uint8Array.of(0x21, 0xff, 11),
      ascii("XMP DataXMP"),
      Uint8Array.of(6),
      ascii("SECRET"),
      Uint8Array.of(0),
    ]);
    expect(cleaned(gif(comment, xmp))).toEqual(gif());

    const png = camera("camera.png");
    const marked = joined([
      png.subarray(0, 33),
      pngChunk("prVt", ascii("SECRET")),
      pngChunk("tIME", ascii("SECRET7")),
      png.subarray(33),
      ascii("SECRET"),
    ]);
    expect(cleaned(marked)).toEqual(cleaned(png));
    expect(withoutNotes(joined([png.subarray(0, 33), pngChunk("CRIT", ascii("x")), png.subarray(33)]))).toBe(null);

    const frame = (...notes: Uint8Array[]) =>
      riffChunk("ANMF", joined([new Uint8Array(16), riffChunk("VP8L", Uint8Array.of(1, 2, 3)), ...notes]));
    const webp = (flags: number, ...chunks: Uint8Array[]) => {
      const body = joined([
        riffChunk("VP8X", Uint8Array.of(flags, 0, 0, 0, 0, 0, 0, 0, 0, 0)),
        riffChunk("ANIM", new Uint8Array(6)),
        ...chunks,
      ]);
      return joined([ascii("RIFF"), Uint8Array.from(le32(body.length + 4)), ascii("WEBP"), body]);
    };
    const secret = riffChunk("XMP ", ascii("SECRET"));
    expect(cleaned(joined([webp(0x0e, frame(riffChunk("note", ascii("SECRET"))), secret), ascii("SECRET")]))).toEqual(
      webp(0x02, frame()),
    );
  });

  it("of an AVIF nothing is left that no picture uses; what moves, or is not known, is not cleaned", () => {
    const avif = camera("camera.avif");
    const more = joined([
      avif,
      box("free", ascii("SECRET")),
      box("uuid", ascii("SECRET")),
      box("mpvd", ascii("SECRET")),
    ]);
    expect(cleaned(more)).toEqual(cleaned(avif));
    expect(withoutNotes(joined([avif, box("moov", ascii("SECRET"))]))).toBe(null);
    expect(withoutNotes(avif.subarray(0, avif.length - 100))).toBe(null);
  });

  it("what cannot be cleaned is a picture all the same, and what is no picture is none", () => {
    for (const [head, format] of [
      ["II*\0", "tiff"],
      ["MM\0*", "tiff"],
      ["II+\0", "tiff"],
      ["FUJIFILMCCD-RAW ", "tiff"],
      ["\0\0\0\x18ftypcrx ", "tiff"],
      ["\xff\x0a", "jxl"],
      ["\0\0\0\x0cjP  \r\n\x87\n", "jp2"],
      ["%PDF-1.7", null],
      ["\0\0\0\x18ftypmp42", null],
      ["", null],
    ] as const) {
      expect(pictureFormat(ascii(head)), head).toBe(format);
      expect(withoutNotes(joined([ascii(head), new Uint8Array(100)]))).toBe(null);
    }
  });

  it("never throws, and never makes more of it, whatever was done to the bytes", () => {
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return seed % below;
    };
    for (const name of NAMES) {
      const whole = camera(name);
      for (let round = 0; round < 800; round++) {
        const bytes = whole.slice(0, round % 3 === 0 ? random(whole.length) : undefined);
        for (let changes = random(6); changes >= 0 && bytes.length > 0; changes--)
          bytes[random(Math.min(bytes.length, 900))] = random(256);
        const clean = withoutNotes(bytes);
        if (!clean) continue;
        expect(clean.length).toBeLessThanOrEqual(bytes.length + 64);
        expect(Buffer.compare(withoutNotes(clean) ?? new Uint8Array(0), clean)).toBe(0);
      }
    }
  });
});
