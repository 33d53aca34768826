import {
  decode,
  encode,
  failed,
  opaque,
  optional,
  type Result,
  struct,
  text,
  u16,
  u32,
  u53,
  u8,
  versioned,
} from "@conclave/codec";
import { MessageId, MessageNonce } from "../encoding/ids.js";
import { bytes32 } from "../encoding/signed.js";
import { type LogPlace, logPlaceLayout } from "../evidence/logMemory.js";
import type { NewContent } from "./message.js";

/** What travels inside MLS for one message (docs/protocol.md §9). Who sent it, and in which epoch, MLS itself says. */
export interface Payload extends NewContent {
  /** The sender's clock, ms. */
  readonly time: number;
  /** How far the sender had read the relay's log. */
  readonly log: LogPlace;
  /** The sender's roster. */
  readonly roster: { readonly seq: number; readonly head: Uint8Array };
  /** What {@link PayloadFlag} says. Bits that this app does not know are read past: a newer app may set them. */
  readonly flags: number;
  /** Seconds after which the message is to vanish; 0: as the policy says. Nothing is done with it yet. */
  readonly ttl: number;
  /** The newest version of rooms that the sender's app knows. */
  readonly knows: number;
}

/** The bits of `Payload.flags`. */
export const PayloadFlag = {
  /** The sender lets newcomers have it. Nothing is done with it yet. */
  share: 1,
  /** No commit of the sender's device is on its way, or was given up and may count all the same. */
  idle: 2,
} as const;

/** Longest body of a message, in bytes. */
export const MAX_BODY_BYTES = 64 * 1024;
/** Longest name of a kind of message, in bytes. */
export const MAX_KIND_BYTES = 32;

const layout = versioned(
  2,
  struct<Payload>({
    nonce: MessageNonce,
    kind: text(MAX_KIND_BYTES),
    ref: optional(MessageId),
    body: opaque(MAX_BODY_BYTES),
    time: u53,
    log: logPlaceLayout,
    roster: struct({ seq: u53, head: bytes32 }),
    flags: u8,
    ttl: u32,
    knows: u16,
  }),
);

/** The plaintext of a message, before MLS seals it. */
export function encodePayload(payload: Payload): Uint8Array {
  return encode(payload, layout.write);
}

/** The payload in these bytes; `version` where a newer app wrote it, `malformed` where it is none. */
export function decodePayload(bytes: Uint8Array): Result<Payload, "version" | "malformed"> {
  const decoded = decode(bytes, layout.read);
  if (decoded.ok) return decoded;
  return failed(decoded.error.fault === "version" ? "version" : "malformed");
}
