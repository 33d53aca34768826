import { encode, type Reader, stored, type Writer } from "@conclave/codec";
import {
  decodeAppend,
  decodeAsking,
  encodeAppend,
  encodeAsking,
  inviteLink,
  type InviteLink,
  parseLink,
  PersonId,
  RoomId,
  sshPassLayout,
} from "@conclave/protocol";
import { RoomTag } from "@conclave/wire";
import type { Problem } from "../api/problem.js";
import type { Standing } from "../api/status.js";
import { type Creation, type JoinEnding, type OwnJoin, type OwnRequest, type Phase, standingOf } from "./phase.js";

/** What a home keeps about a room beside the room's own state. */
export interface RoomMeta {
  readonly roomId: RoomId;
  readonly roomTag: RoomTag;
  /** The relay's address. */
  readonly relay: string;
  /** The title as last known; the roster's is the true one. */
  readonly title: string;
  readonly phase: Phase;
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
const VERSION = 5;

export function encodeRoomMeta(meta: RoomMeta): Uint8Array {
  return encode(meta, (w, { roomId, roomTag, relay, title, phase }) => {
    w.u8(VERSION)
      .fixed(roomId)
      .fixed(roomTag)
      .text(relay)
      .text(title)
      .u8(STANDINGS.indexOf(standingOf(phase)));
    if (phase.is === "founding") writeCreation(w, phase.creation);
    if (phase.is === "joining") w.optional(phase.join, writeJoin);
    if (phase.is === "asking") writeRequest(w, phase.request);
    if (phase.is !== "out" || phase.why !== "lost") return;
    writeEnding(w, phase.ending);
    w.optional(phase.request, writeRequest);
  });
}

/** @throws TypeError when the stored bytes are damaged, or of another version */
export function decodeRoomMeta(bytes: Uint8Array): RoomMeta {
  const read = (r: Reader): RoomMeta => {
    if (r.u8() !== VERSION) throw new TypeError("the stored room record is of another version");
    return { ...readHead(r), phase: readPhase(r, readStanding(r)) };
  };
  return stored("room", bytes, { read });
}

function readHead(r: Reader): Omit<RoomMeta, "phase"> {
  return { roomId: RoomId.read(r), roomTag: RoomTag.read(r), relay: r.text(), title: r.text() };
}

function readStanding(r: Reader): Standing {
  const standing = STANDINGS[r.u8()];
  if (!standing) throw new Error("the stored room record is damaged");
  return standing;
}

function readPhase(r: Reader, standing: Standing): Phase {
  switch (standing) {
    case "founding":
      return { is: standing, creation: readCreation(r) };
    case "joining":
      return { is: standing, join: r.optional(readJoin) };
    case "asking":
      return { is: standing, request: readRequest(r) };
    case "member":
    case "restored":
      return { is: standing };
    case "lost":
      return { is: "out", why: standing, ending: readEnding(r), request: r.optional(readRequest) };
    default:
      return { is: "out", why: standing };
  }
}

function writeCreation(w: Writer, creation: Creation): void {
  w.fixed(creation.roomTag).fixed(creation.writeKey).opaque(creation.attachment).opaque(creation.permit);
}

function readCreation(r: Reader): Creation {
  return { roomTag: RoomTag.read(r), writeKey: r.fixed(32), attachment: r.opaque(), permit: r.opaque() };
}

function writeJoin(w: Writer, { link, name, attempts, isLast, ssh, append }: OwnJoin): void {
  w.text(inviteLink("", link)).text(name).u16(attempts).bool(isLast).opaque(encodeAppend(append));
  w.optional(ssh, sshPassLayout.write);
}

function readJoin(r: Reader): OwnJoin {
  const [link, name, attempts, isLast] = [storedLink(r.text()), r.text(), r.u16(), r.bool()];
  return {
    ...{ link, name, attempts, isLast, append: decodeAppend(r.opaque()) },
    ssh: r.optional((x) => sshPassLayout.read(x)),
  };
}

function writeRequest(w: Writer, { link, asking, blob, isPosted, epoch }: OwnRequest): void {
  w.text(inviteLink("", link)).opaque(encodeAsking(asking)).opaque(blob).bool(isPosted).u53(epoch);
}

function readRequest(r: Reader): OwnRequest {
  return {
    link: storedLink(r.text()),
    asking: decodeAsking(r.opaque()),
    blob: r.opaque(),
    isPosted: r.bool(),
    epoch: r.u53(),
  };
}

/** @throws TypeError for a text that is no link: the record is damaged */
function storedLink(text: string): InviteLink {
  const link = parseLink(text);
  if (link === null) throw new TypeError("the stored link is damaged");
  return link;
}

// A problem is plain data out of a closed set of this program's own: kept as it is.
function writeEnding(w: Writer, { problem, by }: JoinEnding): void {
  w.text(JSON.stringify(problem));
  w.optional(by, (x, { person, name, time }) => x.fixed(person).text(name).u53(time));
}

function readEnding(r: Reader): JoinEnding {
  return {
    problem: JSON.parse(r.text()) as Problem,
    by: r.optional((x) => ({ person: PersonId.read(x), name: x.text(), time: x.u53() })),
  };
}
