import { letters, viewOf } from "./pictureBytes.js";

const ORIENTATION = 0x0112;
const SHORT = 3;
/** More entries than any camera writes. */
const MOST_ENTRIES = 512;

/** How the camera was held, 1 to 8 (Exif 2.32, tag 0x0112), of Exif data that begins with its TIFF header; 1 for upright or unknown. */
export function orientationIn(tiff: Uint8Array): number {
  if (tiff.length < 14) return 1;
  const order = letters(tiff, 0, 2);
  if (order !== "II" && order !== "MM") return 1;
  const isLittle = order === "II";
  const view = viewOf(tiff);
  const first = view.getUint32(4, isLittle);
  if (first + 2 > tiff.length) return 1;
  const entries = Math.min(MOST_ENTRIES, view.getUint16(first, isLittle));
  for (let entry = 0; entry < entries; entry++) {
    const at = first + 2 + 12 * entry;
    if (at + 12 > tiff.length) return 1;
    if (view.getUint16(at, isLittle) !== ORIENTATION) continue;
    const value = view.getUint16(at + 8, isLittle);
    return view.getUint16(at + 2, isLittle) === SHORT && value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

/** Exif data that says how the camera was held, and nothing else. */
export function orientationOnly(orientation: number): Uint8Array {
  // "MM", 42, the first directory at 8; one entry: the tag, a SHORT, one of it, its value; no other directory.
  return Uint8Array.from([
    ...[0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1],
    ...[0x01, 0x12, 0, SHORT, 0, 0, 0, 1, 0, orientation, 0, 0],
    ...[0, 0, 0, 0],
  ]);
}
