import { decode, encode, opaque, optional, struct, text, u53, versioned } from "@conclave/codec";
import { MessageId } from "../encoding/ids.js";
import { bytes32 } from "../encoding/signed.js";
import { type LogPlace, logPlaceLayout } from "../evidence/logMemory.js";
import type { MessageContent } from "./message.js";

/** What travels inside MLS for one message (docs/protocol.md §9). Who sent it, and in which epoch, MLS itself says. */
export interface Payload extends MessageContent {
  /** The sender's clock, ms. */
  readonly time: number;
  /** How far the sender had read the relay's log. */
  readonly log: LogPlace;
  /** The sender's roster. */
  readonly roster: { readonly seq: number; readonly head: Uint8Array };
}

/** Longest body of a message, in bytes. */
export const MAX_BODY_BYTES = 64 * 1024;
/** Longest name of a kind of message, in bytes. */
export const MAX_KIND_BYTES = 32;

const layout = versioned(
  1,
  struct<Payload>({
    id: MessageId,
    kind: text(MAX_KIND_BYTES),
    ref: optional(MessageId),
    body: opaque(MAX_BODY_BYTES),
    time: u53,
    log: logPlaceLayout,
    roster: struct({ seq: u53, head: bytes32 }),
  }),
);

/** The plaintext of a message, before MLS seals it. */
export function encodePayload(payload: Payload): Uint8Array {
  return encode(payload, layout.write);
}

/** The payload in these bytes, or null: not one, or of a version that this app does not know. */
export function decodePayload(bytes: Uint8Array): Payload | null {
  const decoded = decode(bytes, layout.read);
  return decoded.ok ? decoded.value : null;
}
