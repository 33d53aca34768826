import {
  decode,
  DecodeError,
  failed,
  is,
  struct,
  Writer,
  type Codec,
  type Fields,
  type Of,
  type Reader,
  type Result,
} from "@conclave/codec";

/** How one kind of frame is laid out: its number on the wire and its body. */
export interface FrameCodec<F> extends Codec<F> {
  readonly number: number;
}

/** Declares one kind of frame: the number that stands in front, and its fields in their order. */
export function frame<const Type extends string, T extends object>(
  type: Type,
  number: number,
  fields: Fields<T>,
): FrameCodec<Frame<Type, T>> {
  return { number, ...struct({ type: is(type), ...fields } as unknown as Fields<Frame<Type, T>>) };
}

/** The value of a frame: its type and its fields. */
type Frame<Type extends string, T> = Readonly<{ type: Type } & T>;

interface AnyFrame {
  readonly type: string;
}

/** One codec for each member of a union of frames, by its `type`. */
export type FrameTable<F extends AnyFrame> = {
  readonly [T in F["type"]]: FrameCodec<Extract<F, { readonly type: T }>>;
};

/** Every frame of a table. */
export type FramesOf<Table> = Of<Table[keyof Table]>;

/** Writes and reads one side's frames: a message is a list of frames, each `opaque frame<V>` of `{ uint8 number, body }`. */
export class FrameSet<F extends AnyFrame> {
  private readonly table: Readonly<Record<F["type"], FrameCodec<F>>>;
  private readonly byNumber = new Map<number, FrameCodec<F>>();
  private readonly scratch = new Writer();

  constructor(table: FrameTable<F>) {
    // Each codec is only ever given frames of its own type.
    this.table = table as unknown as Readonly<Record<F["type"], FrameCodec<F>>>;
    for (const type of this.types) {
      const codec = this.table[type];
      if (this.byNumber.has(codec.number)) throw new RangeError(`frame number ${String(codec.number)} is used twice`);
      this.byNumber.set(codec.number, codec);
    }
  }

  /** Every kind of frame there is. */
  get types(): F["type"][] {
    return Object.keys(this.table);
  }

  /** One frame with its length in front. Frames joined to one another are a message. */
  encode(frame: F): Uint8Array {
    const { number, write } = this.table[frame.type as F["type"]];
    const bytes = this.scratch
      .clear()
      .vector([frame], (writer, body) => write(writer.u8(number), body))
      .finish();
    // The space of a large frame goes now, and not when the next one is written.
    this.scratch.clear();
    return bytes;
  }

  /** All frames of a message, in order. Never throws for bad bytes. */
  decode(bytes: Uint8Array, maxBytes: number, maxFrames: number): Result<F[], DecodeError> {
    // RULE: wire.limits-first: size and count are checked before anything is parsed (attack A80).
    if (bytes.length > maxBytes) return failed(new DecodeError("too_long", "message"));
    return decode(bytes, (reader) => {
      const frames: F[] = [];
      while (reader.remaining > 0) {
        if (frames.length >= maxFrames) throw new DecodeError("too_long", "frames");
        frames.push(this.decodeOne(reader));
      }
      return frames;
    });
  }

  // A vector of exactly one body: read in place, where an opaque field would be copied first.
  private decodeOne(reader: Reader): F {
    const [frame] = reader.vector((body) => this.decodeBody(body), 1, "frame");
    if (frame === undefined) throw new DecodeError("truncated", "frame");
    return frame;
  }

  private decodeBody(reader: Reader): F {
    const codec = this.byNumber.get(reader.u8("frame number"));
    if (codec === undefined) throw new DecodeError("bad_value", "frame number");
    return codec.read(reader);
  }
}
