import { Writer } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { derivedKey } from "../encoding/digest.js";
import type { RoomId } from "../encoding/ids.js";

/** So many invites to return one person can make in one room: one after each device that was taken out. */
export const MOST_RETURNS = 16;

/**
 * The secret of a person's invite to return to a room: it follows from the seed of their recovery words, so that whoever has
 * the words and knows the room finds the slot, and nobody else does (docs/decisions/0006).
 */
export function returnSecret(crypto: Crypto, seed: Uint8Array, roomId: RoomId, number: number): Uint8Array {
  const context = new Writer(40).fixed(roomId).u32(number).finish();
  return derivedKey(crypto, seed, "conclave/return/v1", context);
}
