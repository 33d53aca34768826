import { choice, encode, fixed, u32, type Codec, type Of } from "@conclave/codec";
import { ID_BYTES, RoomTag, SlotId } from "./ids.js";

/** Bytes of an append id: chosen at random by the client, the same for each repeat of one append. */
export const APPEND_ID_BYTES = 16;
/** Bytes of an Ed25519 signature. */
export const SIGNATURE_BYTES = 64;

/** {@link ID_BYTES} bytes. */
export const id32 = fixed(ID_BYTES);
/** {@link SIGNATURE_BYTES} bytes. */
export const signature = fixed(SIGNATURE_BYTES);

/** What a record of the log is. The numbers are on the wire. */
export type RecordKind = Of<typeof recordKind>;
export const recordKind = choice({ commit: 1, message: 2 });

/** What every request and every answer begins with: a number that the client chose. */
export const numbered = { id: u32 };
/** What a request about a room begins with. */
export const inRoom = { ...numbered, roomTag: RoomTag };
/** What a request about a slot begins with. */
export const atSlot = { ...inRoom, slotId: SlotId };

/** The bytes that are signed for a value: a label, and its layout. */
export function labelled<T>(label: string, layout: Codec<T>): (value: T) => Uint8Array {
  // RULE: proof.label: each proof begins with its own label, so none passes as another or as a receipt (attack A101).
  return (value) => encode(value, (writer) => layout.write(writer.text(label), value));
}
