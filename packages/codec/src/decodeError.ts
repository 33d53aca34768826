/** Why bytes could not be decoded. A closed set: a decoder never fails for another reason. */
export type DecodeFault = "truncated" | "trailing" | "too_long" | "non_minimal_varint" | "bad_value" | "version";

/**
 * Thrown by {@link Reader} when the bytes do not follow the presentation language, and by a decoder that meets a value
 * its structure does not allow. Use {@link decode} to receive it as a value instead.
 */
export class DecodeError extends Error {
  override readonly name = "DecodeError";

  constructor(
    readonly fault: DecodeFault,
    /** What was being read, for example "proposal type". Never contains bytes of the input. */
    readonly what: string,
  ) {
    super(`${fault}: ${what}`);
  }
}
