/** What an image's first bytes say: what it really is, and how many pixels decoding it would make. */
export interface ImageHeader {
  readonly type: "image/png" | "image/jpeg" | "image/webp" | "image/gif";
  readonly width: number;
  readonly height: number;
}

/** Most pixels that are ever decoded: 40 million are 160 MB. */
const MOST_PIXELS = 40_000_000;
const LONGEST_SIDE = 16_384;
/** How much of a file is enough to find its size; a JPEG may have a long profile first. */
export const HEADER_BYTES = 256 * 1024;

/**
 * Reads an image's header; null for anything that is not shown as an image.
 *
 * RULE: web.image-header: what a file is, its own bytes say, not its name or media type; and nothing is decoded that would
 * have more than 40 million pixels (attack A81).
 */
export function imageHeader(bytes: Uint8Array): ImageHeader | null {
  const found = png(bytes) ?? gif(bytes) ?? webp(bytes) ?? jpeg(bytes);
  if (!found) return null;
  const { width, height } = found;
  const fits =
    width > 0 && height > 0 && width <= LONGEST_SIDE && height <= LONGEST_SIDE && width * height <= MOST_PIXELS;
  return fits ? found : null;
}

function png(bytes: Uint8Array): ImageHeader | null {
  if (!begins(bytes, 0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) || !begins(bytes, 12, ascii("IHDR")))
    return null;
  return sized("image/png", bytes, 24, (view) => [view.getUint32(16), view.getUint32(20)]);
}

function gif(bytes: Uint8Array): ImageHeader | null {
  if (!begins(bytes, 0, ascii("GIF8"))) return null;
  return sized("image/gif", bytes, 10, (view) => [view.getUint16(6, true), view.getUint16(8, true)]);
}

function webp(bytes: Uint8Array): ImageHeader | null {
  if (!begins(bytes, 0, ascii("RIFF")) || !begins(bytes, 8, ascii("WEBP"))) return null;
  if (begins(bytes, 12, ascii("VP8X"))) {
    return sized("image/webp", bytes, 30, (view) => [1 + u24(view, 24), 1 + u24(view, 27)]);
  }
  if (begins(bytes, 12, ascii("VP8L"))) {
    return sized("image/webp", bytes, 25, (view) => {
      const bits = view.getUint32(21, true);
      return [1 + (bits & 0x3fff), 1 + ((bits >>> 14) & 0x3fff)];
    });
  }
  if (!begins(bytes, 12, ascii("VP8 "))) return null;
  return sized("image/webp", bytes, 30, (view) => [
    view.getUint16(26, true) & 0x3fff,
    view.getUint16(28, true) & 0x3fff,
  ]);
}

// From marker to marker to the first frame header.
function jpeg(bytes: Uint8Array): ImageHeader | null {
  if (!begins(bytes, 0, [0xff, 0xd8, 0xff])) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 2;
  while (at + 9 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return { type: "image/jpeg", height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    at += 2 + view.getUint16(at + 2);
  }
  return null;
}

function sized(
  type: ImageHeader["type"],
  bytes: Uint8Array,
  least: number,
  read: (view: DataView) => readonly [number, number],
): ImageHeader | null {
  if (bytes.length < least) return null;
  const [width, height] = read(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  return { type, width, height };
}

function u24(view: DataView, at: number): number {
  return view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
}

function begins(bytes: Uint8Array, at: number, expected: readonly number[]): boolean {
  return expected.every((byte, index) => bytes[at + index] === byte);
}

function ascii(text: string): number[] {
  return Array.from(text, (letter) => letter.charCodeAt(0));
}
