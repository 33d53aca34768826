import { concatBytes, equalBytes, Writer } from "@conclave/codec";
import { committingOpen, committingSeal, type Crypto } from "@conclave/crypto";
import { derivedKey, labelledHash } from "../encoding/digest.js";
import { fileLayout, openChunkLength, type FileLayout } from "./fileLayout.js";

const LABEL = "conclave/file/v1";
const NONCE_BYTES = 24;
const HASH_BYTES = 32;

/** A chunk as it goes to the relay, and its hash. */
export interface SealedChunk {
  readonly bytes: Uint8Array;
  readonly hash: Uint8Array;
}

/**
 * Seals the chunk at `index` of a file of `size` bytes: `content` are the file's bytes there, which are filled up with
 * zeros where the padding begins. `key` is 32 random bytes of this file alone.
 *
 * Deterministic, with the nonce derived from key, place and content: when an upload goes on after a restart and the file
 * has changed meanwhile, no nonce meets another content.
 */
export function sealChunk(
  crypto: Crypto,
  file: { readonly key: Uint8Array; readonly size: number },
  index: number,
  content: Uint8Array,
): SealedChunk {
  const layout = fileLayout(file.size);
  const padded = new Uint8Array(openChunkLength(layout, index));
  padded.set(content);
  const place = placeOf(layout, index);
  const nonce = labelledHash(crypto, "conclave/file/nonce/v1", derivedKey(crypto, file.key, LABEL), place, padded);
  const shortNonce = nonce.subarray(0, NONCE_BYTES);
  // RULE: file.committing: a chunk opens under one key only, so a file reads alike for everybody (attack A100).
  const sealed = committingSeal(crypto, file.key, shortNonce, aadOf(place), padded);
  const bytes = concatBytes(shortNonce, sealed);
  return { bytes, hash: crypto.hash("sha256", bytes) };
}

/**
 * The file's bytes in a sealed chunk, or null when it is not what was sealed there: `hash` is the chunk's in the list that
 * the card's digest covers ({@link digestOf}).
 */
export function openChunk(
  crypto: Crypto,
  file: { readonly key: Uint8Array; readonly size: number },
  index: number,
  hash: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | null {
  // RULE: file.hash: the key is known to all members, so only the hash in the signed message says that the chunk is its
  // author's, and not one that a member and the relay put in its place (attack A74).
  if (!equalBytes(crypto.hash("sha256", sealed), hash)) return null;
  const layout = fileLayout(file.size);
  const place = placeOf(layout, index);
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const padded = committingOpen(crypto, file.key, nonce, aadOf(place), sealed.subarray(NONCE_BYTES));
  if (padded?.length !== openChunkLength(layout, index)) return null;
  const content = contentLength(layout, file.size, index);
  // RULE: file.padding: behind the declared size there are zeros: nothing hides there, and nothing was cut off (attack A74).
  return padded.subarray(content).every((byte) => byte === 0) ? padded.subarray(0, content) : null;
}

/** How many bytes of the file itself, without padding, are in the chunk at `index`. */
export function contentLength(layout: FileLayout, size: number, index: number): number {
  const before = index * openChunkLength(layout, 0);
  return Math.max(0, Math.min(openChunkLength(layout, index), size - before));
}

/** What a card says of the file's content: a hash of the hashes of all sealed chunks, in order. */
export function digestOf(crypto: Crypto, hashes: readonly Uint8Array[]): Uint8Array {
  return labelledHash(crypto, "conclave/file/digest/v1", concatBytes(...hashes));
}

/** The hashes in the list behind the chunks, or null when it is not the list that the card's digest is of. */
export function readHashes(crypto: Crypto, digest: Uint8Array, chunks: number, list: Uint8Array): Uint8Array[] | null {
  if (list.length !== chunks * HASH_BYTES) return null;
  const hashes = Array.from({ length: chunks }, (_, at) => list.slice(at * HASH_BYTES, (at + 1) * HASH_BYTES));
  return equalBytes(digestOf(crypto, hashes), digest) ? hashes : null;
}

// RULE: file.place: a chunk opens only where it was sealed, and the last one says that it is the last (attack A74).
function placeOf({ chunks }: FileLayout, index: number): Uint8Array {
  return new Writer(16)
    .u32(index)
    .bool(index === chunks - 1)
    .finish();
}

function aadOf(place: Uint8Array): Uint8Array {
  return new Writer(64).text(LABEL).fixed(place).finish();
}
