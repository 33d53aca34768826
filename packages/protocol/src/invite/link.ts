import { decode, encode, fromBase64url, toBase64url } from "@conclave/codec";
import { HASH_BYTES } from "../encoding/signed.js";

/** What an invite link says (docs/protocol.md §7). It is a secret: whoever has it can use the invite. */
export interface InviteLink {
  readonly roomId: Uint8Array;
  /** 32 bytes: see `inviteKeys`. */
  readonly secret: Uint8Array;
  /** The roster when the link was made: no older one is believed. */
  readonly floor: { readonly seq: number; readonly head: Uint8Array };
  /** The relay's WebSocket address, for example `wss://chat.example.org`. */
  readonly relay: string;
}

const PATH = "/#/join/v1.";
const MAX_LINK = 2048;

/**
 * The link as a text for a web address like `https://chat.example.org`.
 *
 * RULE: link.fragment: all of it comes after the `#`, which a browser never sends to a server (attack A36).
 */
export function inviteLink(host: string, link: InviteLink): string {
  const bytes = encode(link, (w, { roomId, secret, floor, relay }) =>
    w.fixed(roomId).fixed(secret).u53(floor.seq).fixed(floor.head).text(relay),
  );
  return `${host.replace(/\/+$/u, "")}${PATH}${toBase64url(bytes)}`;
}

/** The link in a text: a whole web address, or what comes after `v1.`. Null when there is none. */
export function parseLink(text: string): InviteLink | null {
  const trimmed = text.trim();
  if (trimmed.length > MAX_LINK) return null;
  const at = trimmed.lastIndexOf("v1.");
  const bytes = at < 0 ? null : fromBase64url(trimmed.slice(at + 3));
  if (bytes === null) return null;
  const decoded = decode(bytes, (r) => ({
    roomId: r.fixed(HASH_BYTES),
    secret: r.fixed(32),
    floor: { seq: r.u53(), head: r.fixed(HASH_BYTES) },
    relay: r.text(512),
  }));
  return decoded.ok && /^wss?:\/\/[^\s#]+$/u.test(decoded.value.relay) ? decoded.value : null;
}
