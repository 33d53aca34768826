import { concatBytes, type DecodeError, type Result } from "@conclave/codec";
import { blob, blobState } from "./blob.js";
import { FrameSet, type FramesOf } from "./frameCodec.js";
import { welcome, type RelayWelcome } from "./handshake.js";
import { goodbye, inboxChanged, lagged, records, requestsChanged } from "./push.js";
import { appended, brought, created, done, error, page, roster, subscribed } from "./roomResponse.js";
import { inbox, posted, requests, slot, slots } from "./slotResponse.js";

const RESPONSES = {
  ...{ done, error, created, appended, page, roster, subscribed, brought },
  ...{ blobState, blob, slot, slots, posted, requests, inbox },
};
const PUSHES = { records, lagged, requestsChanged, inboxChanged, goodbye };

/** Every answer to a request. */
export type Response = FramesOf<typeof RESPONSES>;
/** What the relay sends without being asked. */
export type Push = FramesOf<typeof PUSHES>;
/** Everything the relay sends. */
export type RelayFrame = RelayWelcome | Response | Push;

/** The most frames a client reads in one message of the relay. */
export const MAX_RELAY_FRAMES = 65_536;

/** What a kind of frame is on the wire, for each of them. */
export const relayFrames = new FrameSet<RelayFrame>({ welcome, ...RESPONSES, ...PUSHES });

/** One relay frame with its length in front: made once, sent to many; several of them joined are a message. */
export function encodeRelayFrame(frame: RelayFrame): Uint8Array {
  return relayFrames.encode(frame);
}

/** A relay's WebSocket message from its frames. */
export function encodeRelayMessage(list: readonly RelayFrame[]): Uint8Array {
  return concatBytes(...list.map(encodeRelayFrame));
}

/**
 * The frames of a relay's WebSocket message: all or none. `maxBytes`: what the client is willing to hold, at least
 * `Welcome.limits.messageBytes`.
 */
export function decodeRelayMessage(bytes: Uint8Array, maxBytes: number): Result<RelayFrame[], DecodeError> {
  return relayFrames.decode(bytes, maxBytes, MAX_RELAY_FRAMES);
}
