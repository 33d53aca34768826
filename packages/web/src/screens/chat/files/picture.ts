import {
  MAX_PICTURE_BYTES,
  MAX_THUMBNAIL_BYTES,
  type Picture,
  PICTURE_HEAD_BYTES,
  pictureFormat,
  withoutNotes,
} from "@conclave/client/pure";
import { rgbaToThumbHash } from "thumbhash";
import { HEADER_BYTES, type ImageHeader, imageHeader } from "./imageHeader.js";

const THUMBNAIL_SIDE = 480;
const HASH_SIDE = 100;
const PHOTO_SIDE = 2560;
const PHOTO_QUALITY = 0.86;

/** What the first bytes of a file say of it as an image; null when it is shown as a file. */
export async function headerOf(file: Blob): Promise<ImageHeader | null> {
  return imageHeader(new Uint8Array(await file.slice(0, HEADER_BYTES).arrayBuffer()));
}

/**
 * A photo as it is sent unless the person wants the original: at most 2560 pixels wide or high, and without what the camera
 * wrote into it (the place, the time, its serial number). Null when it is no photo.
 */
export async function asPhoto(file: Blob): Promise<Blob | null> {
  const header = await headerOf(file);
  // What moves or has sharp edges is left as it is.
  if (header?.type !== "image/jpeg") return null;
  const bitmap = await decoded(file, header, PHOTO_SIDE);
  try {
    return await encoded(bitmap, "image/jpeg", PHOTO_QUALITY);
  } finally {
    bitmap.close();
  }
}

/**
 * The same picture without what the camera wrote into it. Null for what is no picture, or has nothing in it; `unknown` for a
 * picture that may have, and cannot be cleaned.
 */
export async function cleaned(file: Blob): Promise<Blob | null | "unknown"> {
  if (pictureFormat(new Uint8Array(await file.slice(0, PICTURE_HEAD_BYTES).arrayBuffer())) === null) return null;
  if (file.size > MAX_PICTURE_BYTES) return "unknown";
  const bytes = new Uint8Array(await file.arrayBuffer());
  const clean = withoutNotes(bytes);
  if (!clean) return "unknown";
  const isSame = clean.length === bytes.length && clean.every((byte, at) => byte === bytes[at]);
  return isSame ? null : new Blob([clean as Uint8Array<ArrayBuffer>], { type: file.type });
}

/** How an image looks, small: made here, and sent inside of the encrypted message. Null for what cannot be decoded. */
export async function pictureOf(file: Blob): Promise<Picture | null> {
  const header = await headerOf(file);
  if (!header) return null;
  try {
    const bitmap = await decoded(file, header, THUMBNAIL_SIDE);
    try {
      // What is decoded may be turned by the camera's note: its sides count.
      const scale = Math.max(header.width, header.height) / Math.max(bitmap.width, bitmap.height);
      const side = (pixels: number) => Math.max(1, Math.min(0xffff, Math.round(pixels * Math.max(1, scale))));
      return {
        width: side(bitmap.width),
        height: side(bitmap.height),
        thumbhash: hashOf(bitmap),
        thumbnail: await thumbnailOf(bitmap),
      };
    } finally {
      bitmap.close();
    }
  } catch {
    return null;
  }
}

async function decoded(file: Blob, { width, height }: ImageHeader, longest: number): Promise<ImageBitmap> {
  const scale = Math.min(1, longest / Math.max(width, height));
  // Safari before 17.2 does not know the word for what it does anyway.
  const whole = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => createImageBitmap(file));
  if (scale === 1) return whole;
  const size = {
    resizeWidth: Math.max(1, Math.round(whole.width * scale)),
    resizeHeight: Math.max(1, Math.round(whole.height * scale)),
  };
  const small = await createImageBitmap(whole, { ...size, resizeQuality: "high" });
  whole.close();
  return small;
}

async function thumbnailOf(bitmap: ImageBitmap): Promise<Uint8Array> {
  // A noisy picture needs fewer pixels or a lower quality to be small.
  for (const [side, quality] of [
    [480, 0.7],
    [480, 0.5],
    [360, 0.5],
    [240, 0.5],
    [160, 0.4],
  ] as const) {
    let blob = await encoded(bitmap, "image/webp", quality, side);
    // Safari cannot write WebP and gives a PNG, which is far too large for a photo.
    if (blob.type !== "image/webp" && blob.size > MAX_THUMBNAIL_BYTES)
      blob = await encoded(bitmap, "image/jpeg", quality, side);
    if (blob.size <= MAX_THUMBNAIL_BYTES) return new Uint8Array(await blob.arrayBuffer());
  }
  return new Uint8Array(0);
}

function hashOf(bitmap: ImageBitmap): Uint8Array {
  const { canvas, context } = drawn(bitmap, HASH_SIDE);
  return rgbaToThumbHash(canvas.width, canvas.height, context.getImageData(0, 0, canvas.width, canvas.height).data);
}

function encoded(bitmap: ImageBitmap, type: string, quality: number, side = Number.POSITIVE_INFINITY): Promise<Blob> {
  const { canvas } = drawn(bitmap, side);
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error("the browser did not encode the image"))),
      type,
      quality,
    );
  });
}

function drawn(bitmap: ImageBitmap, longest: number) {
  const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d")!;
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return { canvas, context };
}
