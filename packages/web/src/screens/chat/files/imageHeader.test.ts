import { describe, expect, it } from "vitest";
import { imageHeader } from "./imageHeader.js";

function png(width: number, height: number): Uint8Array {
  const bytes = new Uint8Array(40);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]);
  new DataView(bytes.buffer).setUint32(16, width);
  new DataView(bytes.buffer).setUint32(20, height);
  return bytes;
}

function jpeg(width: number, height: number): Uint8Array {
  const bytes = [0xff, 0xd8, 0xff, 0xe1, 0, 6, 1, 2, 3, 4, 0xff, 0xc2, 0, 17, 8];
  return new Uint8Array([...bytes, height >> 8, height & 255, width >> 8, width & 255, 3, 0, 0, 0]);
}

describe("an image's header", () => {
  it("says type and size", () => {
    expect(imageHeader(png(640, 480))).toEqual({ type: "image/png", width: 640, height: 480 });
    expect(imageHeader(jpeg(4000, 3000))).toEqual({ type: "image/jpeg", width: 4000, height: 3000 });
    const gif = new Uint8Array([...new TextEncoder().encode("GIF89a"), 10, 0, 20, 0, 0]);
    expect(imageHeader(gif)).toEqual({ type: "image/gif", width: 10, height: 20 });
    const webp = new Uint8Array([
      ...new TextEncoder().encode("RIFF0000WEBPVP8X"),
      ...[10, 0, 0, 0, 0, 0, 0, 0],
      ...[99, 0, 0, 49, 0, 0],
    ]);
    expect(imageHeader(webp)).toEqual({ type: "image/webp", width: 100, height: 50 });
  });

  it("A81: RULE web.image-header: nothing that would be decoded into more than 40 million pixels is an image", () => {
    expect(imageHeader(png(30_000, 30_000))).toBe(null);
    expect(imageHeader(png(0xffffffff, 1))).toBe(null);
    expect(imageHeader(png(8000, 5001))).toBe(null);
    expect(imageHeader(png(8000, 5000))).not.toBe(null);
    expect(imageHeader(png(0, 10))).toBe(null);
    expect(imageHeader(jpeg(16_385, 2))).toBe(null);
  });

  it("A87: markup that calls itself an image is none", () => {
    for (const text of [
      '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
      "<html>",
      "GIF",
      "%PDF-1.7",
      "",
    ]) {
      expect(imageHeader(new TextEncoder().encode(text))).toBe(null);
    }
  });

  it("never reads past the end", () => {
    for (const whole of [png(10, 10), jpeg(10, 10)]) {
      for (let length = 0; length < whole.length; length++)
        expect(() => imageHeader(whole.subarray(0, length))).not.toThrow();
    }
  });
});
