import {
  checked,
  decode,
  encode,
  opaque,
  optional,
  struct,
  text,
  u16,
  u53,
  utf8Bytes,
  versioned,
} from "@conclave/codec";
import { BlobId } from "@conclave/wire";
import { bytes32 } from "../encoding/signed.js";
import { MAX_FILE_BYTES } from "./fileLayout.js";

/** Longest name of a file, in bytes of UTF-8. */
export const MAX_FILE_NAME_BYTES = 255;
/** Longest media type, in bytes. */
export const MAX_MEDIA_TYPE_BYTES = 127;
/** Longest thumbnail, in bytes. */
export const MAX_THUMBNAIL_BYTES = 24 * 1024;
/** Longest thumbhash, in bytes. */
export const MAX_THUMBHASH_BYTES = 32;
/** Longest caption, in bytes of UTF-8. */
export const MAX_CAPTION_BYTES = 16 * 1024;

/** What an image's card says of its looks. All of it comes from its author: decode it as what a stranger sends. */
export interface Picture {
  /** Pixels; 1 to 65,535. What is decoded may have others. */
  readonly width: number;
  readonly height: number;
  /** A blurred preview in at most 32 bytes; empty for none. */
  readonly thumbhash: Uint8Array;
  /** A small image of a type that {@link thumbnailType} knows; empty for none. */
  readonly thumbnail: Uint8Array;
}

/**
 * What a message of kind "file" says: where the file is, how it opens, and how it looks. Name, media type and picture are
 * words of a stranger: a screen shows them as text, never as markup, a path or a promise of what the bytes are
 * (docs/protocol.md §13).
 */
export interface FileCard {
  readonly blobId: BlobId;
  /** 32 bytes. */
  readonly key: Uint8Array;
  /** `digestOf` the sealed chunks: what makes the bytes its author's. */
  readonly digest: Uint8Array;
  /** Bytes of the file. */
  readonly size: number;
  readonly name: string;
  /** For example `image/webp`; empty when unknown. */
  readonly mediaType: string;
  readonly picture: Picture | null;
  /** What its author wrote with it; may be empty. */
  readonly caption: string;
}

/** What a person gives for a file beside its bytes. */
export type FileWords = Pick<FileCard, "name" | "mediaType" | "picture" | "caption">;

// RULE: file.card-bounded: what a stranger says of a file is short, or it is no card (attacks A80, A81).
const layout = versioned(
  1,
  struct<FileCard>({
    blobId: BlobId,
    key: bytes32,
    digest: bytes32,
    size: checked(u53, (size) => size <= MAX_FILE_BYTES),
    name: text(MAX_FILE_NAME_BYTES),
    mediaType: text(MAX_MEDIA_TYPE_BYTES),
    picture: optional(
      struct<Picture>({
        width: u16,
        height: u16,
        thumbhash: opaque(MAX_THUMBHASH_BYTES),
        thumbnail: opaque(MAX_THUMBNAIL_BYTES),
      }),
    ),
    caption: text(MAX_CAPTION_BYTES),
  }),
);

/** The body of a message of kind "file". */
export function encodeFileCard(card: FileCard): Uint8Array {
  return encode(card, layout.write);
}

/** The card in the body of a message of kind "file"; null for bytes that are none, or of a newer version. */
export function decodeFileCard(body: Uint8Array): FileCard | null {
  const decoded = decode(body, layout.read);
  return decoded.ok && isFileWords(decoded.value) ? decoded.value : null;
}

/** Whether these words make a card: lengths, a media type's form, and a picture's sizes. */
export function isFileWords({ name, mediaType, picture, caption }: FileWords): boolean {
  const fits = (text: string, most: number) => text.length <= most && utf8Bytes(text).length <= most;
  return (
    name !== "" &&
    fits(name, MAX_FILE_NAME_BYTES) &&
    fits(caption, MAX_CAPTION_BYTES) &&
    mediaType.length <= MAX_MEDIA_TYPE_BYTES &&
    /^([a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*)?$/u.test(mediaType) &&
    (picture === null || isPicture(picture))
  );
}

/**
 * What kind of image a thumbnail's first bytes show; null when it is none that is shown. A screen takes its type from
 * here, not from the card's media type, which is only its author's word (attack A81).
 */
export function thumbnailType(thumbnail: Uint8Array): "image/webp" | "image/jpeg" | "image/png" | null {
  const begins = (at: number, bytes: readonly number[]) => bytes.every((byte, i) => thumbnail[at + i] === byte);
  if (begins(0, [0xff, 0xd8, 0xff])) return "image/jpeg";
  if (begins(0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return "image/png";
  return begins(0, [0x52, 0x49, 0x46, 0x46]) && begins(8, [0x57, 0x45, 0x42, 0x50]) ? "image/webp" : null;
}

function isPicture({ width, height, thumbhash, thumbnail }: Picture): boolean {
  const isLength = (pixels: number) => Number.isInteger(pixels) && pixels >= 1 && pixels <= 0xffff;
  return (
    isLength(width) &&
    isLength(height) &&
    thumbhash.length <= MAX_THUMBHASH_BYTES &&
    thumbnail.length <= MAX_THUMBNAIL_BYTES &&
    (thumbnail.length === 0 || thumbnailType(thumbnail) !== null)
  );
}
