import { encode, type Reader, type Writer } from "@conclave/codec";
import type { RoomCreation } from "@conclave/protocol";
import type { Problem } from "../view/problem.js";
import type { Standing } from "../view/status.js";
import { stored } from "./stored.js";

/** What a home keeps about a room beside the room's own state. */
export interface RoomMeta {
  readonly roomId: Uint8Array;
  readonly roomTag: Uint8Array;
  /** The relay's address. */
  readonly relay: string;
  /** The title as last known; the roster's is the true one. */
  readonly title: string;
  readonly standing: Standing;
  /** What the relay needs to create the room, until it has. */
  readonly creation: (RoomCreation & { readonly permit: Uint8Array }) | null;
  /** A join that is not complete, to be tried again with a fresh slot. */
  readonly join: PendingJoin | null;
  /** Why the way in ended, where it has (standing `lost`). */
  readonly ending: JoinEnding | null;
}

/** How a join came to nothing. */
export interface JoinEnding {
  readonly problem: Problem;
  /** Who said no, and when by their clock (ms); null where nobody did. */
  readonly by: { readonly person: Uint8Array; readonly name: string; readonly time: number } | null;
}

/** A join that is on its way. */
export interface PendingJoin {
  readonly link: string;
  /** How we call ourselves in this room. */
  readonly name: string;
  readonly note: string;
  /** How often the relay was asked. */
  readonly attempts: number;
  /** Of a return: the invite to return ends with it. */
  readonly isLast: boolean;
  /** The request to be let in is at the relay. */
  readonly isPosted: boolean;
  /** The slot's number in the join's append or request; the blob of the request. */
  readonly blob: Uint8Array;
}

// Numbers are stored: never change one.
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
/** What came before 4 kept heads of logs that were hashed in another way: such a room cannot be gone on with. */
const VERSION = 4;

export function encodeRoomMeta(meta: RoomMeta): Uint8Array {
  return encode(meta, (w, m) => {
    w.u8(VERSION).fixed(m.roomId).fixed(m.roomTag).text(m.relay).text(m.title).u8(STANDINGS.indexOf(m.standing));
    w.optional(m.creation, writeCreation).optional(m.join, writeJoin).optional(m.ending, writeEnding);
  });
}

/** @throws Error when the stored bytes are damaged, or of a newer version. */
export function decodeRoomMeta(bytes: Uint8Array): RoomMeta {
  return stored(bytes, "room", (r) => {
    const version = r.u8();
    if (version > VERSION) throw new Error("this home was written by a newer version");
    if (version < VERSION) return readEarly(r);
    return {
      roomId: r.fixed(32),
      roomTag: r.fixed(32),
      relay: r.text(),
      title: r.text(),
      standing: STANDINGS[r.u8()]!,
      creation: r.optional(readCreation),
      join: r.optional(readJoin),
      ending: r.optional(readEnding),
    };
  });
}

/**
 * A room of an early form. RULE: client.early-form: it is over, and told so; what was said in it stays readable, and its home and
 * the other rooms go on. None of its keys is used: what they were used for cannot be known any more (docs/protocol.md §6).
 */
function readEarly(r: Reader): RoomMeta {
  const meta = { roomId: r.fixed(32), roomTag: r.fixed(32), relay: r.text(), title: r.text() };
  const standing = STANDINGS[r.u8()]!;
  r.fixed(r.remaining);
  if (standing === "removed" || standing === "left") {
    return { ...meta, standing, creation: null, join: null, ending: null };
  }
  const ending: JoinEnding = { problem: { kind: "early_form" }, by: null };
  return { ...meta, standing: "lost", creation: null, join: null, ending };
}

function writeCreation(w: Writer, creation: NonNullable<RoomMeta["creation"]>): void {
  w.fixed(creation.roomTag).fixed(creation.writeKey).opaque(creation.attachment).opaque(creation.permit);
}

function readCreation(r: Reader): NonNullable<RoomMeta["creation"]> {
  return { roomTag: r.fixed(32), writeKey: r.fixed(32), attachment: r.opaque(), permit: r.opaque() };
}

function writeJoin(w: Writer, join: PendingJoin): void {
  w.text(join.link).text(join.name).text(join.note).u16(join.attempts).bool(join.isPosted).opaque(join.blob);
  w.bool(join.isLast);
}

function readJoin(r: Reader): PendingJoin {
  const [link, name, note, attempts] = [r.text(), r.text(), r.text(), r.u16()];
  const [isPosted, blob] = [r.bool(), r.opaque()];
  return { link, name, note, attempts, isPosted, blob, isLast: r.bool() };
}

// A problem is plain data out of a closed set of this program's own: kept as it is.
function writeEnding(w: Writer, { problem, by }: JoinEnding): void {
  w.text(JSON.stringify(problem));
  w.optional(by, (x, { person, name, time }) => x.fixed(person).text(name).u53(time));
}

function readEnding(r: Reader): JoinEnding {
  return {
    problem: JSON.parse(r.text()) as Problem,
    by: r.optional((x) => ({ person: x.fixed(32), name: x.text(), time: x.u53() })),
  };
}
