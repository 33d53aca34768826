import { orientationIn, orientationOnly } from "./orientation.js";
import { ascii, joined, letters, says, viewOf } from "./pictureBytes.js";

const HEADER = 12;
const FRAME_HEADER = 16;
const [HAS_EXIF, HAS_XMP] = [0x08, 0x04];
const NEEDED = new Set(["VP8 ", "VP8L", "VP8X", "ALPH", "ICCP", "ANIM", "ANMF"]);
const OF_FRAME = new Set(["VP8 ", "VP8L", "ALPH"]);

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
}

/**
 * A WebP (RFC 9649) without XMP, Exif (but how the camera was held), any chunk that is not known, and whatever follows the
 * picture. Null for what is none.
 */
export function cleanWebp(bytes: Uint8Array): Uint8Array | null {
  const end = 8 + viewOf(bytes).getUint32(4, true);
  if (end > bytes.length + 1) return null;
  const chunks = chunksOf(bytes.subarray(HEADER, end));
  if (!chunks) return null;
  const exif = chunks.find(({ type }) => type === "EXIF");
  const orientation = exif ? orientationIn(says(exif.data, 0, "Exif\0") ? exif.data.subarray(6) : exif.data) : 1;
  const kept: Chunk[] = [];
  for (const { type, data } of chunks) {
    if (!NEEDED.has(type)) continue;
    const cleaned = type === "VP8X" ? flagged(data, orientation > 1) : type === "ANMF" ? frame(data) : data;
    if (!cleaned) return null;
    kept.push({ type, data: cleaned });
  }
  if (!kept.some(({ type }) => type === "VP8 " || type === "VP8L" || type === "ANMF")) return null;
  if (orientation > 1 && kept[0]?.type === "VP8X") kept.push({ type: "EXIF", data: orientationOnly(orientation) });
  const body = joined(kept.map(written));
  const size = new Uint8Array(4);
  viewOf(size).setUint32(0, body.length + 4, true);
  return joined([ascii("RIFF"), size, ascii("WEBP"), body]);
}

function chunksOf(bytes: Uint8Array): Chunk[] | null {
  const view = viewOf(bytes);
  const chunks: Chunk[] = [];
  let at = 0;
  while (at + 8 <= bytes.length) {
    const length = view.getUint32(at + 4, true);
    if (at + 8 + length > bytes.length) return null;
    chunks.push({ type: letters(bytes, at, 4), data: bytes.subarray(at + 8, at + 8 + length) });
    at += 8 + length + (length % 2);
  }
  return chunks;
}

function flagged(data: Uint8Array, hasExif: boolean): Uint8Array | null {
  if (data.length < 10) return null;
  const copy = data.slice(0, 10);
  copy[0] = (copy[0]! & ~(HAS_EXIF | HAS_XMP)) | (hasExif ? HAS_EXIF : 0);
  return copy;
}

function frame(data: Uint8Array): Uint8Array | null {
  const chunks = chunksOf(data.subarray(FRAME_HEADER));
  if (data.length < FRAME_HEADER || !chunks) return null;
  return joined([
    data.subarray(0, FRAME_HEADER),
    ...chunks.filter(({ type }) => OF_FRAME.has(type)).map((each) => written(each)),
  ]);
}

function written({ type, data }: Chunk): Uint8Array {
  const whole = new Uint8Array(8 + data.length + (data.length % 2));
  whole.set(ascii(type));
  viewOf(whole).setUint32(4, data.length, true);
  whole.set(data, 8);
  return whole;
}
