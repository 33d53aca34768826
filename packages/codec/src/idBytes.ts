import { type Codec, fixed } from "./codec.js";

declare const kind: unique symbol;

/**
 * Bytes that name one kind of thing, for example a person. The compiler takes neither other bytes for them nor an id of
 * another kind; where any bytes are wanted (hashed, compared, written) they are bytes. Nothing of it is there at run time.
 */
export type IdBytes<Kind extends string> = Uint8Array & { readonly [kind]: Kind };

/** How the ids of one kind are read, written and made. */
export interface IdCodec<Id> extends Codec<Id> {
  /** These bytes as an id of this kind; they are not copied. @throws RangeError when there are more or fewer than it has */
  readonly of: (bytes: Uint8Array) => Id;
}

/** The ids of one kind: exactly `length` bytes, without a length in front, like {@link fixed}. */
export function idBytes<Kind extends string>(length: number): IdCodec<IdBytes<Kind>> {
  const { read, write } = fixed(length);
  // The one place where bytes become an id: their number was just checked.
  const named = (bytes: Uint8Array) => bytes as IdBytes<Kind>;
  return {
    read: (reader, what) => named(read(reader, what)),
    write,
    of: (bytes) => {
      if (bytes.length !== length) throw new RangeError(`expected ${String(length)} bytes`);
      return named(bytes);
    },
  };
}
