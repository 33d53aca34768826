import type { Append } from "@conclave/protocol";
import { decodeClientMessage, encodeClientFrame } from "@conclave/wire";

const NO_LIMIT = { messageBytes: Number.MAX_SAFE_INTEGER, frames: 1 };

/** An append as bytes to be stored: the frame that will be sent, with a request id of 1. */
export function encodeAppend(append: Append): Uint8Array {
  return encodeClientFrame({ ...append, type: "append", id: 1 });
}

/** @throws Error when the stored bytes are damaged. */
export function decodeAppend(bytes: Uint8Array): Append {
  const decoded = decodeClientMessage(bytes, NO_LIMIT);
  const frame = decoded.ok ? decoded.frames[0] : undefined;
  if (frame?.type !== "append") throw new Error("the stored append is damaged");
  const { type: _type, id: _id, ...append } = frame;
  return append;
}
