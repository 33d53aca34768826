import { joined, letters } from "./pictureBytes.js";

const [IMAGE, EXTENSION, TRAILER] = [0x2c, 0x21, 0x3b];
const [GRAPHIC_CONTROL, APPLICATION] = [0xf9, 0xff];
/** How often an animation repeats, and its colours. */
const NEEDED = new Set(["NETSCAPE2.0", "ANIMEXTS1.0", "ICCRGBG1012"]);

/** A GIF (89a) without comments, texts, what programs wrote into it, and whatever follows the picture. Null for what is none. */
export function cleanGif(bytes: Uint8Array): Uint8Array | null {
  const start = 13 + colors(bytes[10] ?? 0);
  if (start > bytes.length) return null;
  const kept = [bytes.subarray(0, start)];
  let at = start;
  while (at < bytes.length) {
    const from = at;
    const kind = bytes[at];
    if (kind === TRAILER) return joined([...kept, bytes.subarray(at, at + 1)]);
    if (kind === IMAGE) at = blocksEnd(bytes, at + 11 + colors(bytes[at + 9] ?? 0));
    else if (kind === EXTENSION) at = blocksEnd(bytes, at + 2);
    else return null;
    if (at > bytes.length) return null;
    if (kind === IMAGE || isNeeded(bytes, from)) kept.push(bytes.subarray(from, at));
  }
  return null;
}

function isNeeded(bytes: Uint8Array, at: number): boolean {
  if (bytes[at + 1] === GRAPHIC_CONTROL) return true;
  return bytes[at + 1] === APPLICATION && bytes[at + 2] === 11 && NEEDED.has(letters(bytes, at + 3, 11));
}

function colors(flags: number): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0;
}

// Blocks of up to 255 bytes, until an empty one. Past the end when there is none.
function blocksEnd(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== 0) at += 1 + bytes[at]!;
  return at + 1;
}
