const scratch = Buffer.alloc(256);

/** A byte string as a map key: one character for each byte. */
export function keyOf(bytes: Uint8Array): string {
  if (bytes.length > scratch.length) return Buffer.from(bytes).toString("latin1");
  // Ids are made to keys all the time; copying them into one buffer is cheaper than wrapping each in a new one.
  scratch.set(bytes);
  return scratch.toString("latin1", 0, bytes.length);
}
