import { decode, encode, type Reader, type Writer } from "@conclave/codec";

/**
 * How this device stands in a room. `founding`: the relay does not have the room yet. `joining`: the own join is on its
 * way. `asking`: somebody has to decide. `member`. `removed` and `left`: not any more. `lost`: a join lost its race too
 * often. `restored`: this device is a copy and must join anew.
 */
export type Standing = "founding" | "joining" | "asking" | "member" | "removed" | "left" | "lost" | "restored";

/** What a home keeps about a room beside the room's own state. */
export interface RoomMeta {
  readonly roomId: Uint8Array;
  /** The relay's WebSocket URL. */
  readonly relay: string;
  /** The title as last known, for lists; the roster's is the true one. */
  readonly title: string;
  readonly standing: Standing;
  /** What the relay needs to create the room, until it has. */
  readonly creation: RoomCreationRecord | null;
  /** The link of a join that is not complete, to try again with a fresh slot; empty otherwise. */
  readonly link: string;
  /** How we call ourselves in this room. */
  readonly name: string;
  /** How often the join was tried. */
  readonly attempts: number;
}

/** The content of a `createRoom` request. */
export interface RoomCreationRecord {
  readonly roomTag: Uint8Array;
  readonly writeKey: Uint8Array;
  readonly attachment: Uint8Array;
  readonly permit: Uint8Array;
}

const STANDINGS: readonly Standing[] = [
  "founding",
  "joining",
  "asking",
  "member",
  "removed",
  "left",
  "lost",
  "restored",
];
const VERSION = 1;

export function encodeRoomMeta(meta: RoomMeta): Uint8Array {
  return encode(meta, (w, m) => {
    w.u8(VERSION).fixed(m.roomId).text(m.relay).text(m.title).u8(STANDINGS.indexOf(m.standing));
    w.optional(m.creation, writeCreation).text(m.link).text(m.name).u16(m.attempts);
  });
}

/** @throws Error when the stored bytes are damaged. */
export function decodeRoomMeta(bytes: Uint8Array): RoomMeta {
  return stored(bytes, "room", (r) => {
    if (r.u8() !== VERSION) throw new Error("this home was written by a newer version");
    return {
      roomId: r.fixed(32),
      relay: r.text(),
      title: r.text(),
      standing: STANDINGS[r.u8()]!,
      creation: r.optional(readCreation),
      link: r.text(),
      name: r.text(),
      attempts: r.u16(),
    };
  });
}

/** Decodes an own stored record. @throws Error naming what is damaged: the home cannot be used. */
export function stored<T>(bytes: Uint8Array, what: string, read: (reader: Reader) => T): T {
  const decoded = decode(bytes, read);
  if (!decoded.ok) throw new Error(`the stored ${what} record is damaged`, { cause: decoded.error });
  return decoded.value;
}

function writeCreation(w: Writer, creation: RoomCreationRecord): void {
  w.fixed(creation.roomTag).fixed(creation.writeKey).opaque(creation.attachment).opaque(creation.permit);
}

function readCreation(r: Reader): RoomCreationRecord {
  return { roomTag: r.fixed(32), writeKey: r.fixed(32), attachment: r.opaque(), permit: r.opaque() };
}
