import { decode, encode, toHex, boxed } from "@conclave/codec";
import { MessageId, PARTY_ID_BYTES, RoomId } from "@conclave/protocol";

/** How a party proves that a request is its own. Numbers are stored: never change the order. */
export const WAYS = ["mac", "sealed", "github", "token"] as const;
export type PartyDirection = (typeof WAYS)[number];

/** An outside party: a build server, a sensor, a script. It has one secret, one door and one room. */
export interface Party {
  readonly id: Uint8Array;
  /** 32 random bytes; every key of the party is derived from them. */
  readonly secret: Uint8Array;
  readonly label: string;
  readonly way: PartyDirection;
  readonly roomId: RoomId;
  /** It gets the room's messages after this place in the log; null if it has no right to hear. */
  readonly hearsFrom: number | null;
  /** When it was let in (ms). */
  readonly since: number;
  /** The highest counter that was taken from it. */
  readonly counter: number;
  /** How many packets were taken from it. */
  readonly taken: number;
}

/** A packet that was taken: known again when it comes once more. */
export interface TakenPacket {
  /** SHA-256 of what proves it: 32 bytes. */
  readonly digest: Uint8Array;
  /** The id of the room's message that it became. */
  readonly messageId: MessageId;
}

/** Records of the home that begin so are the gateway's parties. */
export const PARTIES_PREFIX = "gateway/party/";

const VERSION = 1;
const SECRET_BYTES = 32;

/** The key of a party's record. */
export function partyKey(id: Uint8Array): string {
  return PARTIES_PREFIX + toHex(id);
}

/** What the keys of the records of a party's taken packets begin with. */
export function takenPrefix(id: Uint8Array): string {
  return `gateway/taken/${toHex(id)}/`;
}

/** The key of the record of the packet that was taken as the `order`th. */
export function takenKey(id: Uint8Array, order: number): string {
  return takenPrefix(id) + order.toString(16).padStart(14, "0");
}

export function encodeParty(party: Party): Uint8Array {
  return encode(party, (w, p) => {
    w.u16(VERSION).fixed(p.id).fixed(p.secret).text(p.label).u8(WAYS.indexOf(p.way)).opaque(p.roomId);
    w.optional(p.hearsFrom, (each, n) => each.u53(n));
    w.u53(p.since).u53(p.counter).u53(p.taken);
  });
}

/** @throws Error when the stored bytes are damaged, or of a later version. */
export function decodeParty(bytes: Uint8Array): Party {
  const decoded = decode(bytes, (r) => ({
    version: r.u16(),
    id: r.fixed(PARTY_ID_BYTES),
    secret: r.fixed(SECRET_BYTES),
    label: r.text(),
    way: WAYS[r.u8()],
    roomId: boxed(RoomId).read(r),
    hearsFrom: r.optional((each) => each.u53()),
    since: r.u53(),
    counter: r.u53(),
    taken: r.u53(),
  }));
  if (!decoded.ok || decoded.value.version !== VERSION || decoded.value.way === undefined)
    throw new Error("a stored party of the gateway is damaged, or of a later version");
  const { version: _, way, ...party } = decoded.value;
  return { ...party, way };
}

export function encodeTaken(packet: TakenPacket): Uint8Array {
  return encode(packet, (w, { digest, messageId }) => w.fixed(digest).fixed(messageId));
}

/** @throws Error when the stored bytes are damaged. */
export function decodeTaken(bytes: Uint8Array): TakenPacket {
  const decoded = decode(bytes, (r) => ({ digest: r.fixed(32), messageId: MessageId.read(r) }));
  if (!decoded.ok) throw new Error("a stored packet of the gateway is damaged");
  return decoded.value;
}
