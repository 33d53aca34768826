import { DecodeError, type Reader, type Writer } from "@conclave/codec";

/** Bytes of a room tag, a hash, an Ed25519 public key, a slot id, an inbox id or a challenge. */
export const ID_BYTES = 32;
/** Bytes of an append id: chosen at random by the client, the same for each repeat of one append. */
export const APPEND_ID_BYTES = 16;
/** Bytes of an Ed25519 signature. */
export const SIGNATURE_BYTES = 64;

/** Writes exactly {@link ID_BYTES} bytes. @throws RangeError for another length (a bug in the caller). */
export function writeId(writer: Writer, id: Uint8Array): void {
  writeFixed(writer, id, ID_BYTES);
}

/** Reads {@link ID_BYTES} bytes. */
export function readId(reader: Reader, what = "id"): Uint8Array {
  return reader.fixed(ID_BYTES, what);
}

/** Writes exactly `length` bytes. @throws RangeError for another length (a bug in the caller). */
export function writeFixed(writer: Writer, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) throw new RangeError(`expected ${String(length)} bytes`);
  writer.fixed(bytes);
}

/** What a record of the log is. The numbers are on the wire. */
export type RecordKind = "commit" | "message";

export function writeKind(writer: Writer, kind: RecordKind): void {
  writer.u8(kind === "commit" ? 1 : 2);
}

export function readKind(reader: Reader): RecordKind {
  const kind = reader.u8("record kind");
  if (kind === 1) return "commit";
  if (kind === 2) return "message";
  throw new DecodeError("bad_value", "record kind");
}
