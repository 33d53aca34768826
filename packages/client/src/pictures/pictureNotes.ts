import { cleanGif } from "./gifNotes.js";
import { cleanHeif, isHeif } from "./heifNotes.js";
import { cleanJpeg } from "./jpegNotes.js";
import { letters, says } from "./pictureBytes.js";
import { cleanPng } from "./pngNotes.js";
import { cleanWebp } from "./webpNotes.js";

/** How many of a file's first bytes {@link pictureFormat} looks at. */
export const PICTURE_HEAD_BYTES = 64;
/** The largest picture whose notes are taken out, in bytes: it is in memory as a whole. */
export const MAX_PICTURE_BYTES = 128 * 1024 * 1024;

type Cleanable = "jpeg" | "png" | "webp" | "gif" | "heif";
/** What a picture is, by its own bytes. Those of cameras that are not {@link withoutNotes} can be read, not cleaned. */
export type PictureFormat = Cleanable | "tiff" | "jxl" | "jp2";

const CLEANERS: Readonly<Record<Cleanable, (bytes: Uint8Array) => Uint8Array | null>> = {
  jpeg: cleanJpeg,
  png: cleanPng,
  webp: cleanWebp,
  gif: cleanGif,
  heif: cleanHeif,
};

/** What kind of picture a file's first bytes say it is, of those that may hold place, time and names; null for any other file. */
export function pictureFormat(head: Uint8Array): PictureFormat | null {
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return "jpeg";
  if (says(head, 0, "\x89PNG\r\n\x1a\n")) return "png";
  if (says(head, 0, "RIFF") && says(head, 8, "WEBP")) return "webp";
  if (says(head, 0, "GIF8")) return "gif";
  if (isHeif(head)) return "heif";
  // TIFF, BigTIFF, and what raw formats make of it: DNG, NEF, CR2, ARW; ORF, RW2; CR3 and RAF.
  if (/^(?:II[*+]\0|MM\0[*+]|IIR[OS]|IIU\0)/u.test(letters(head, 0, 4))) return "tiff";
  if (says(head, 0, "FUJIFILMCCD-RAW") || says(head, 4, "ftypcrx ")) return "tiff";
  if (says(head, 0, "\xff\x0a") || says(head, 4, "JXL \r\n\x87\n")) return "jxl";
  if (says(head, 4, "jP  \r\n\x87\n")) return "jp2";
  return null;
}

/**
 * The same picture without what camera and programs wrote into it: place, time, names, serial numbers, comments, a small
 * picture of what it was before. Kept are its pixels, byte by byte, its colour profile, how the camera was held, and how an
 * animation runs. JPEG, PNG, WebP, GIF, and HEIC and AVIF that hold still pictures; null where that cannot be done: other
 * formats, larger ones, and what is not built as its format says.
 *
 * RULE: picture.no-notes: what nobody sees in a picture goes to nobody who does not get told: only what is known to be needed
 * is kept, all else goes (the threat model's promise for pictures).
 */
export function withoutNotes(bytes: Uint8Array): Uint8Array | null {
  const format = pictureFormat(bytes.subarray(0, PICTURE_HEAD_BYTES));
  if (format === null || format === "tiff" || format === "jxl" || format === "jp2") return null;
  if (bytes.length > MAX_PICTURE_BYTES || bytes.length < 20) return null;
  return CLEANERS[format](bytes);
}
