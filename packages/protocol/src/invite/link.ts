import { concatBytes, decode, encode, fromBase64url, struct, text, toBase64url, u32, u53 } from "@conclave/codec";
import { RoomId } from "../encoding/ids.js";
import { bytes32, HASH_BYTES } from "../encoding/signed.js";

/** What an invite link says (docs/protocol.md §7). It is a secret: whoever has it can use the invite. */
export interface InviteLink {
  readonly roomId: RoomId;
  /** 32 bytes: see `inviteKeys`. */
  readonly secret: Uint8Array;
  /** The roster when the link was made: no older one is believed. */
  readonly floor: { readonly seq: number; readonly head: Uint8Array };
  /** The relay's WebSocket address, for example `wss://chat.example.org`. */
  readonly relay: string;
}

const MAX_RELAY = 512;
const layout = struct<InviteLink>({
  roomId: RoomId,
  secret: bytes32,
  floor: struct({ seq: u53, head: bytes32 }),
  relay: text(MAX_RELAY),
});

const checkedLayout = struct({ link: layout, check: u32 });

const PATH = "/#/join/";
const VERSION = "v1.";
const MAX_LINK = 2048;
const CHECK_BYTES = 4;
/** Bytes before the relay's length: room, secret, floor. */
const FIXED_BYTES = HASH_BYTES + 32 + 8 + HASH_BYTES;
/** Letters that hold them and the length, whole. */
const HEAD_LETTERS = 144;

/**
 * The link as a text for a web address like `https://chat.example.org`.
 *
 * RULE: link.fragment: all of it comes after the `#`, which a browser never sends to a server (attack A36).
 */
export function inviteLink(host: string, link: InviteLink): string {
  return `${host.replace(/\/+$/u, "")}${PATH}${linkSecret(link)}`;
}

/** What stands behind `#/join/`: the link without an address, `v1.` and base64url. As secret as the whole. */
export function linkSecret(link: InviteLink): string {
  const bytes = encode(link, layout.write);
  return `${VERSION}${toBase64url(concatBytes(bytes, encode(crc32(bytes), u32.write)))}`;
}

/** The link in a text that a program wrote: a whole web address, or what comes after `v1.`. Null when there is none. */
export function parseLink(text: string): InviteLink | null {
  const trimmed = text.trim();
  if (trimmed.length > MAX_LINK) return null;
  const at = trimmed.lastIndexOf(VERSION);
  return at < 0 ? null : linkOf(trimmed.slice(at + VERSION.length));
}

/**
 * How many letters of base64url a link takes that begins with these: what follows them belongs to somebody's sentence.
 * Null where the letters are too few to say.
 */
export function linkLetters(letters: string): number | null {
  const head = fromBase64url(letters.slice(0, HEAD_LETTERS));
  const first = head?.[FIXED_BYTES];
  const second = head?.[FIXED_BYTES + 1];
  if (letters.length < HEAD_LETTERS || first === undefined || second === undefined) return null;
  // The length of a text, as RFC 9420 §2.1.2 writes it: one byte below 64, else two.
  const [prefix, relay] = first < 64 ? [1, first] : [2, ((first & 0x3f) << 8) | second];
  return first >> 6 > 1 || relay > MAX_RELAY ? null : Math.ceil(((FIXED_BYTES + prefix + relay + CHECK_BYTES) * 4) / 3);
}

// RULE: link.whole: a link that lost or changed a letter on its way is none, and never another one.
function linkOf(letters: string): InviteLink | null {
  const bytes = fromBase64url(letters);
  if (bytes === null) return null;
  const decoded = decode(bytes, checkedLayout.read);
  if (!decoded.ok || decoded.value.check !== crc32(bytes.subarray(0, -CHECK_BYTES))) return null;
  const { link } = decoded.value;
  return /^wss?:\/\/[^\s#]+$/u.test(link.relay) ? link : null;
}

/** CRC-32 of IEEE 802.3 (RFC 1952 §8): finds accidents, and is no defence against anybody. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}
