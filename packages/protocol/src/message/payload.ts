import { decode, encode } from "@conclave/codec";
import { HASH_BYTES } from "../encoding/signed.js";
import type { LogPlace } from "../evidence/logMemory.js";
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

/** Length of a message id. */
export const MESSAGE_ID_BYTES = 16;
/** Longest body of a message, in bytes. */
export const MAX_BODY = 64 * 1024;
/** Longest name of a kind of message, in bytes. */
export const MAX_KIND = 32;

const VERSION = 1;

/** The plaintext of a message, before MLS seals it. */
export function encodePayload(payload: Payload): Uint8Array {
  return encode(payload, (w, p) => {
    w.u16(VERSION)
      .fixed(p.id)
      .text(p.kind)
      .optional(p.ref, (x, ref) => x.fixed(ref))
      .opaque(p.body);
    w.u53(p.time).u53(p.log.n).fixed(p.log.head).u53(p.roster.seq).fixed(p.roster.head);
  });
}

/** The payload in these bytes, or null: not one, or of a version that this app does not know. */
export function decodePayload(bytes: Uint8Array): Payload | null {
  const decoded = decode(bytes, (r) => ({
    version: r.u16(),
    id: r.fixed(MESSAGE_ID_BYTES),
    kind: r.text(MAX_KIND),
    ref: r.optional((x) => x.fixed(MESSAGE_ID_BYTES)),
    body: r.opaque(MAX_BODY),
    time: r.u53(),
    log: { n: r.u53(), head: r.fixed(HASH_BYTES) },
    roster: { seq: r.u53(), head: r.fixed(HASH_BYTES) },
  }));
  if (!decoded.ok || decoded.value.version !== VERSION) return null;
  const { version: _, ...payload } = decoded.value;
  return payload;
}
