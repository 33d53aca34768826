import { concatBytes, Writer } from "@conclave/codec";
import { committingOpen, committingSeal, type Crypto } from "@conclave/crypto";
import type { RoomTag } from "@conclave/wire";
import { derivedKey, labelledHash } from "../encoding/digest.js";
import { pad, unpad } from "./padding.js";

const LABEL = "conclave/envelope/v1";

/**
 * Seals an MLS message for the relay's eyes: padded to a size of `PADDED_SIZES`, under the epoch's envelope key.
 * Deterministic: the nonce is derived from the key and the message, so no two messages ever share one.
 * The result is 72 bytes longer than the padded size.
 */
export function sealEnvelope(
  crypto: Crypto,
  envelopeKey: Uint8Array,
  context: { roomTag: RoomTag; epoch: number },
  message: Uint8Array,
): Uint8Array {
  const padded = pad(message);
  const nonce = labelledHash(crypto, "conclave/envelope/nonce/v1", derivedKey(crypto, envelopeKey, LABEL), padded);
  const shortNonce = nonce.subarray(0, NONCE_BYTES);
  // RULE: envelope.committing: a ciphertext opens under one key only, so it reads alike for everybody (attack A100).
  const sealed = committingSeal(crypto, envelopeKey, shortNonce, aadOf(context), padded);
  return concatBytes(shortNonce, sealed);
}

/** The MLS message in an envelope; null when it was not sealed for this room and epoch under this key. */
export function openEnvelope(
  crypto: Crypto,
  envelopeKey: Uint8Array,
  context: { roomTag: RoomTag; epoch: number },
  envelope: Uint8Array,
): Uint8Array | null {
  const nonce = envelope.subarray(0, NONCE_BYTES);
  const padded = committingOpen(crypto, envelopeKey, nonce, aadOf(context), envelope.subarray(NONCE_BYTES));
  return padded && unpad(padded);
}

const NONCE_BYTES = 24;

function aadOf(context: { roomTag: RoomTag; epoch: number }): Uint8Array {
  return new Writer(96).text(LABEL).fixed(context.roomTag).u53(context.epoch).finish();
}
