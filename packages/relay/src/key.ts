/** A byte string as a map key: one character for each byte. */
export function keyOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

/** The bytes of a map key made by {@link keyOf}. */
export function bytesOfKey(key: string): Uint8Array {
  return new Uint8Array(Buffer.from(key, "latin1"));
}
