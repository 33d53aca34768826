import { concatBytes, type DecodeError, type Result } from "@conclave/codec";
import { append } from "./append.js";
import { beginBlob, dropBlob, readBlob, writeBlob } from "./blob.js";
import { FrameSet, type FramesOf } from "./frameCodec.js";
import { hello, type Hello } from "./handshake.js";
import { clearInbox, fetchInbox, proveInbox } from "./inboxRequest.js";
import type { Limits } from "./limits.js";
import { bringCopy } from "./mirror.js";
import {
  adoptRoom,
  bring,
  bringRoster,
  createRoom,
  offerRoom,
  prove,
  read,
  readRoster,
  subscribe,
  unsubscribe,
} from "./roomRequest.js";
import {
  answerRequest,
  closeSlot,
  deleteRequest,
  getSlot,
  listRequests,
  listSlots,
  postPlea,
  postRequest,
  proveSlot,
  putSlot,
} from "./slotRequest.js";

const REQUESTS = {
  ...{ createRoom, offerRoom, adoptRoom, bringRoster, bringCopy },
  ...{ append, prove, read, readRoster, subscribe, bring, unsubscribe },
  ...{ beginBlob, writeBlob, readBlob, dropBlob },
  ...{ putSlot, closeSlot, getSlot, listSlots, proveSlot },
  ...{ postRequest, postPlea, listRequests, deleteRequest, answerRequest },
  ...{ proveInbox, fetchInbox, clearInbox },
};

/** Everything a client asks for. `id` is chosen by the client and not 0; the answer carries it. */
export type Request = FramesOf<typeof REQUESTS>;
/** Everything a client sends. */
export type ClientFrame = Hello | Request;

/** What a kind of frame is on the wire, for each of them. */
export const clientFrames = new FrameSet<ClientFrame>({ hello, ...REQUESTS });

/** One client frame with its length in front; several of them joined are a message. */
export function encodeClientFrame(frame: ClientFrame): Uint8Array {
  return clientFrames.encode(frame);
}

/**
 * The bytes of a request, as {@link encodeClientFrame} makes them, under another id: a copy. So a request that is encoded once
 * can be kept, and sent on any connection.
 *
 * @throws RangeError where the bytes are too short for a request
 */
export function withRequestId(request: Uint8Array, id: number): Uint8Array {
  const bytes = new Uint8Array(request);
  // Its length comes first, in one, two or four bytes, as its two highest bits say; then one byte, the number of the frame.
  const at = (1 << ((bytes[0] ?? 0) >> 6)) + 1;
  new DataView(bytes.buffer).setUint32(at, id);
  return bytes;
}

/** A client's WebSocket message from its frames. The relay carries them out in order. */
export function encodeClientMessage(list: readonly ClientFrame[]): Uint8Array {
  return concatBytes(...list.map(encodeClientFrame));
}

/** The frames of a client's WebSocket message: all or none. */
export function decodeClientMessage(
  bytes: Uint8Array,
  limits: Pick<Limits, "messageBytes" | "frames">,
): Result<ClientFrame[], DecodeError> {
  return clientFrames.decode(bytes, limits.messageBytes, limits.frames);
}
