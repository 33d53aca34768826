import { decode, Writer } from "@conclave/codec";

/** Sizes in bytes that a padded content can have; beyond the last, multiples of it (docs/protocol.md §6). */
export const PADDED_SIZES = [256, 1024, 4096, 16_384, 65_536] as const;

/** A content with its length in front, filled up with zeros to the next padded size: its true length shows nowhere. */
export function pad(content: Uint8Array): Uint8Array {
  const written = new Writer(content.length + 8).opaque(content).finish();
  const padded = new Uint8Array(paddedSize(written.length));
  padded.set(written);
  return padded;
}

/** The content, or null for bytes that {@link pad} did not make. */
export function unpad(padded: Uint8Array): Uint8Array | null {
  const decoded = decode(padded, (reader) => ({ content: reader.opaque(), rest: reader.fixed(reader.remaining) }));
  if (!decoded.ok) return null;
  const { content, rest } = decoded.value;
  // RULE: envelope.padding: padding is zeros, and no more than there must be, so one content has one envelope.
  const isPadded = paddedSize(padded.length - rest.length) === padded.length && rest.every((byte) => byte === 0);
  return isPadded ? content : null;
}

function paddedSize(length: number): number {
  const largest = PADDED_SIZES[PADDED_SIZES.length - 1]!;
  return PADDED_SIZES.find((size) => size >= length) ?? Math.ceil(length / largest) * largest;
}
