import { decode, Writer } from "@conclave/codec";
import { committingOpen, committingSeal, type Crypto } from "@conclave/crypto";
import { derivedKey, labelledHash } from "../encoding/digest.js";

/** Sizes in bytes that a padded message can have; beyond the last, multiples of it (docs/protocol.md §6). */
export const PADDED_SIZES = [256, 1024, 4096, 16_384, 65_536] as const;

const LABEL = "conclave/envelope/v1";

/**
 * Seals an MLS message for the relay's eyes: padded to a size of {@link PADDED_SIZES}, under the epoch's envelope key.
 * Deterministic: the nonce is derived from the key and the message, so no two messages ever share one.
 * The result is 72 bytes longer than the padded size.
 */
export function sealEnvelope(
  crypto: Crypto,
  envelopeKey: Uint8Array,
  context: { roomTag: Uint8Array; epoch: number },
  message: Uint8Array,
): Uint8Array {
  const content = new Writer(message.length + 8).opaque(message).finish();
  const padded = new Uint8Array(paddedSize(content.length));
  padded.set(content);
  const nonce = labelledHash(crypto, "conclave/envelope/nonce/v1", derivedKey(crypto, envelopeKey, LABEL), padded);
  const shortNonce = nonce.subarray(0, NONCE_BYTES);
  // RULE: envelope.committing: a ciphertext opens under one key only, so it reads alike for everybody (attack A100).
  const sealed = committingSeal(crypto, envelopeKey, shortNonce, aadOf(context), padded);
  return new Writer(sealed.length + NONCE_BYTES).fixed(shortNonce).fixed(sealed).finish();
}

/** The MLS message in an envelope; null when it was not sealed for this room and epoch under this key. */
export function openEnvelope(
  crypto: Crypto,
  envelopeKey: Uint8Array,
  context: { roomTag: Uint8Array; epoch: number },
  envelope: Uint8Array,
): Uint8Array | null {
  if (envelope.length < NONCE_BYTES) return null;
  const nonce = envelope.subarray(0, NONCE_BYTES);
  const padded = committingOpen(crypto, envelopeKey, nonce, aadOf(context), envelope.subarray(NONCE_BYTES));
  if (padded === null) return null;
  const decoded = decode(padded, (reader) => ({ message: reader.opaque(), rest: reader.fixed(reader.remaining) }));
  if (!decoded.ok) return null;
  // RULE: envelope.padding: padding is zeros, so one content has one envelope.
  return decoded.value.rest.every((byte) => byte === 0) ? decoded.value.message : null;
}

const NONCE_BYTES = 24;

function aadOf(context: { roomTag: Uint8Array; epoch: number }): Uint8Array {
  return new Writer(96).text(LABEL).fixed(context.roomTag).u53(context.epoch).finish();
}

function paddedSize(length: number): number {
  const largest = PADDED_SIZES[PADDED_SIZES.length - 1]!;
  return PADDED_SIZES.find((size) => size >= length) ?? Math.ceil(length / largest) * largest;
}
