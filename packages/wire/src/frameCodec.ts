import { decode, DecodeError, Writer, type Reader } from "@conclave/codec";

/** How one kind of frame is written and read: its number on the wire and its body. */
export interface FrameCodec<F> {
  readonly number: number;
  write(writer: Writer, frame: F): void;
  read(reader: Reader): F;
}

interface AnyFrame {
  readonly type: string;
}

/** One codec for each member of a union of frames, by its `type`. */
export type FrameTable<F extends AnyFrame> = {
  readonly [T in F["type"]]: FrameCodec<Extract<F, { readonly type: T }>>;
};

/** Bytes of one WebSocket message turned to frames, or the reason why not. */
export type DecodedFrames<F> = { ok: true; frames: F[] } | { ok: false; error: DecodeError };

/** Writes and reads one side's frames: a message is a list of frames, each `opaque frame<V>` of `{ uint8 number, body }`. */
export class FrameSet<F extends AnyFrame> {
  private readonly byNumber = new Map<number, FrameCodec<F>>();

  constructor(private readonly table: FrameTable<F>) {
    for (const type of Object.keys(table) as F["type"][]) {
      const codec: FrameCodec<F> = table[type];
      if (this.byNumber.has(codec.number)) throw new RangeError(`frame number ${String(codec.number)} is used twice`);
      this.byNumber.set(codec.number, codec);
    }
  }

  /** One frame with its length in front. Frames joined to one another are a message. */
  encode(frame: F): Uint8Array {
    const codec: FrameCodec<F> = this.table[frame.type as F["type"]];
    const body = new Writer(512);
    body.u8(codec.number);
    codec.write(body, frame);
    const bytes = body.finish();
    return new Writer(bytes.length + 4).opaque(bytes).finish();
  }

  /** All frames of a message, in order. Never throws for bad bytes. */
  decode(bytes: Uint8Array, maxBytes: number, maxFrames: number): DecodedFrames<F> {
    // RULE: wire.limits-first: size and count are checked before anything is parsed (attack A80).
    if (bytes.length > maxBytes) return { ok: false, error: new DecodeError("too_long", "message") };
    const decoded = decode(bytes, (reader) => {
      const frames: F[] = [];
      while (reader.remaining > 0) {
        if (frames.length >= maxFrames) throw new DecodeError("too_long", "frames");
        frames.push(this.decodeOne(reader.opaque(maxBytes, "frame")));
      }
      return frames;
    });
    return decoded.ok ? { ok: true, frames: decoded.value } : { ok: false, error: decoded.error };
  }

  private decodeOne(bytes: Uint8Array): F {
    const decoded = decode(bytes, (reader) => {
      const codec = this.byNumber.get(reader.u8("frame number"));
      if (codec === undefined) throw new DecodeError("bad_value", "frame number");
      return codec.read(reader);
    });
    if (!decoded.ok) throw decoded.error;
    return decoded.value;
  }
}
