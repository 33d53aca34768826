import { concatBytes } from "@conclave/codec";
import { blobCodec, blobStateCodec, type BlobResponse, type BlobStateResponse } from "./blob.js";
import { FrameSet, type DecodedFrames } from "./frameCodec.js";
import { welcomeCodec, type Welcome } from "./handshake.js";
import {
  goodbyeCodec,
  inboxChangedCodec,
  laggedCodec,
  recordsCodec,
  requestsChangedCodec,
  type GoodbyePush,
  type InboxChangedPush,
  type LaggedPush,
  type RecordsPush,
  type RequestsChangedPush,
} from "./push.js";
import {
  appendedCodec,
  createdCodec,
  doneCodec,
  errorCodec,
  pageCodec,
  rosterCodec,
  subscribedCodec,
  type AppendedResponse,
  type CreatedResponse,
  type DoneResponse,
  type ErrorResponse,
  type PageResponse,
  type RosterResponse,
  type SubscribedResponse,
} from "./roomResponse.js";
import {
  inboxCodec,
  postedCodec,
  requestsCodec,
  slotCodec,
  type InboxResponse,
  type PostedResponse,
  type RequestsResponse,
  type SlotResponse,
} from "./slotResponse.js";

/** Every answer to a request. */
export type Response =
  | DoneResponse
  | ErrorResponse
  | CreatedResponse
  | AppendedResponse
  | PageResponse
  | RosterResponse
  | SubscribedResponse
  | BlobStateResponse
  | BlobResponse
  | SlotResponse
  | PostedResponse
  | RequestsResponse
  | InboxResponse;

/** What the relay sends without being asked. */
export type Push = RecordsPush | LaggedPush | RequestsChangedPush | InboxChangedPush | GoodbyePush;

/** Everything the relay sends. */
export type RelayFrame = Welcome | Response | Push;

/** The most frames a client reads in one message of the relay. */
export const MAX_RELAY_FRAMES = 65_536;

/** What a kind of frame is on the wire, for each of them. */
export const relayFrames = new FrameSet<RelayFrame>({
  welcome: welcomeCodec,
  done: doneCodec,
  error: errorCodec,
  created: createdCodec,
  appended: appendedCodec,
  page: pageCodec,
  roster: rosterCodec,
  subscribed: subscribedCodec,
  blobState: blobStateCodec,
  blob: blobCodec,
  slot: slotCodec,
  posted: postedCodec,
  requests: requestsCodec,
  inbox: inboxCodec,
  records: recordsCodec,
  lagged: laggedCodec,
  requestsChanged: requestsChangedCodec,
  inboxChanged: inboxChangedCodec,
  goodbye: goodbyeCodec,
});

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
export function decodeRelayMessage(bytes: Uint8Array, maxBytes: number): DecodedFrames<RelayFrame> {
  return relayFrames.decode(bytes, maxBytes, MAX_RELAY_FRAMES);
}
