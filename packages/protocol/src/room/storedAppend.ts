import { type Codec, DecodeError, mapped, opaque } from "@conclave/codec";
import { decodeClientMessage, encodeClientFrame } from "@conclave/wire";
import type { Append } from "./outcome.js";

const NO_LIMIT = { messageBytes: Number.MAX_SAFE_INTEGER, frames: 1 };

/**
 * An append as bytes to be stored, and sent: its frame, under a request id of 1. Put the id of the connection there before it
 * is sent, with `withRequestId` of `@conclave/wire`.
 */
export function encodeAppend(append: Append): Uint8Array {
  return encodeClientFrame({ ...append, type: "append", id: 1 });
}

/** The append that {@link encodeAppend} made. @throws TypeError for damaged bytes */
export function decodeAppend(bytes: Uint8Array): Append {
  const append = appendOf(bytes);
  if (append === null) throw new TypeError("the stored append is damaged");
  return append;
}

/** An append within a record. */
export const appendLayout: Codec<Append> = mapped(
  opaque(),
  (bytes, what) => {
    const append = appendOf(bytes);
    if (append === null) throw new DecodeError("bad_value", what);
    return append;
  },
  encodeAppend,
);

function appendOf(bytes: Uint8Array): Append | null {
  const decoded = decodeClientMessage(bytes, NO_LIMIT);
  const frame = decoded.ok ? decoded.value[0] : undefined;
  if (frame?.type !== "append") return null;
  const { type: _type, id: _id, ...append } = frame;
  return append;
}
