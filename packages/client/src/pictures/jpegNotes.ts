import { orientationIn, orientationOnly } from "./orientation.js";
import { ascii, joined, says } from "./pictureBytes.js";

const [SOI, EOI, SOS, DHT_TO, APP0, APP1, APP2, APP14] = [0xd8, 0xd9, 0xda, 0xcf, 0xe0, 0xe1, 0xe2, 0xee];

/**
 * A JPEG (ITU-T T.81) with what decoding needs, its colour profile and how the camera was held; without every other
 * application segment, comments, the small picture inside, and whatever follows the picture. Null for what is none.
 */
export function cleanJpeg(bytes: Uint8Array): Uint8Array | null {
  if (bytes[0] !== 0xff || bytes[1] !== SOI) return null;
  const kept: Uint8Array[] = [];
  let header: Uint8Array | null = null;
  let orientation: number | null = null;
  let at = 2;
  let hasScan = false;
  while (at < bytes.length) {
    if (bytes[at] !== 0xff) return null;
    const marker = bytes[at + 1];
    if (marker === undefined) break;
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === EOI) break;
    const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    const end = at + 2 + length;
    if (length < 2 || end > bytes.length) return null;
    const segment = bytes.subarray(at, end);
    if (marker === APP0 && says(segment, 4, "JFIF\0") && length >= 16) header ??= withoutThumbnail(segment);
    else if (marker === APP1 && says(segment, 4, "Exif\0")) orientation ??= orientationIn(segment.subarray(10));
    else if (isNeeded(marker, segment)) kept.push(segment);
    at = end;
    if (marker === SOS) {
      hasScan = true;
      at = endOfScan(bytes, end);
      kept.push(bytes.subarray(end, at));
    }
  }
  if (!hasScan) return null;
  return joined([
    Uint8Array.of(0xff, SOI),
    ...(header ? [header] : []),
    ...(orientation !== null && orientation > 1 ? [exifSegment(orientation)] : []),
    ...kept,
    Uint8Array.of(0xff, EOI),
  ]);
}

function isNeeded(marker: number, segment: Uint8Array): boolean {
  // Frames, tables, scans, restarts; the profile; Adobe's word on how colours are coded.
  if ((marker >= 0xc0 && marker <= DHT_TO) || (marker >= SOS && marker <= 0xdf)) return true;
  return (
    (marker === APP2 && says(segment, 4, "ICC_PROFILE\0")) ||
    (marker === APP14 && says(segment, 4, "Adobe") && segment.length <= 16)
  );
}

function withoutThumbnail(segment: Uint8Array): Uint8Array {
  const header = segment.slice(0, 18);
  header.set([0, 16], 2);
  header.set([0, 0], 16);
  return header;
}

function exifSegment(orientation: number): Uint8Array {
  const payload = joined([ascii("Exif\0\0"), orientationOnly(orientation)]);
  return joined([Uint8Array.of(0xff, APP1, 0, payload.length + 2), payload]);
}

// In coded data 0xff is followed by 0 or by a restart marker; anything else ends it.
function endOfScan(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1];
    if (next === undefined) break;
    if (next !== 0 && next !== 0xff && (next < 0xd0 || next > 0xd7)) return at;
  }
  return bytes.length;
}
