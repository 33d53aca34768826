import { orientationIn, orientationOnly } from "./orientation.js";
import { ascii, joined, letters, viewOf } from "./pictureBytes.js";

const SIGNATURE = 8;
/** What a picture looks like: PNG 3rd edition, with the chunks of animations. */
const NEEDED = new Set(
  "IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP cICP mDCV cLLI sBIT bKGD hIST pHYs sPLT acTL fcTL fdAT".split(" "),
);

/**
 * A PNG without text, time, Exif (but how the camera was held), any chunk that is not known, and whatever follows the
 * picture. Null for what is none.
 */
export function cleanPng(bytes: Uint8Array): Uint8Array | null {
  const view = viewOf(bytes);
  const kept = [bytes.subarray(0, SIGNATURE)];
  let at = SIGNATURE;
  while (at + 12 <= bytes.length) {
    const length = view.getUint32(at);
    const end = at + 12 + length;
    if (end > bytes.length) return null;
    const type = letters(bytes, at + 4, 4);
    if (at === SIGNATURE && type !== "IHDR") return null;
    if (NEEDED.has(type)) kept.push(bytes.subarray(at, end));
    // A capital first letter: nobody can show the picture who does not know it.
    else if (/^[A-Z]/u.test(type)) return null;
    else if (type === "eXIf") {
      const orientation = orientationIn(bytes.subarray(at + 8, end - 4));
      if (orientation > 1) kept.push(chunk("eXIf", orientationOnly(orientation)));
    }
    if (type === "IEND") return joined(kept);
    at = end;
  }
  return null;
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const whole = joined([new Uint8Array(4), ascii(type), data, new Uint8Array(4)]);
  const view = viewOf(whole);
  view.setUint32(0, data.length);
  view.setUint32(whole.length - 4, crc32(whole.subarray(4, whole.length - 4)));
  return whole;
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
