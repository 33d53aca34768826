import { fromHex, type Reader, stored } from "@conclave/codec";
import { decodeAppend, decodeAsking, RoomId } from "@conclave/protocol";
import type { Storage, StoredRecord } from "../ports/storage.js";
import type { Standing } from "../api/status.js";
import { RoomKeys, ROOMS_PREFIX } from "./homeKey.js";
import type { Phase } from "./phase.js";
import {
  decodeRoomMeta,
  encodeRoomMeta,
  readCreation,
  readEnding,
  readHead,
  readStanding,
  storedLink,
} from "./roomMeta.js";
import { type RoomMeta, ROOM_META_VERSION } from "./roomMeta.js";

/** The last version whose phase was spread over nullable fields, and over a record of the keys that open an answer. */
const SPREAD = 4;

/**
 * What is stored of a room. What an earlier version wrote is written as it is written now, in one commit.
 *
 * @throws Error when the stored bytes are damaged, or of a newer version.
 */
export async function readRoomMeta(storage: Storage, { key, value }: StoredRecord): Promise<RoomMeta> {
  const version = value[0] ?? 0;
  if (version > ROOM_META_VERSION) throw new Error("this home was written by a newer version");
  if (version === ROOM_META_VERSION) return decodeRoomMeta(value);
  const asking = `${new RoomKeys(RoomId.of(fromHex(key.slice(ROOMS_PREFIX.length)))).prefix}asking`;
  const keys = await storage.get(asking);
  const read = (r: Reader): RoomMeta => {
    r.u8();
    const head = readHead(r);
    const standing = readStanding(r);
    return { ...head, phase: version === SPREAD ? readSpread(r, standing, keys) : readEarly(r, standing) };
  };
  const meta = stored("room", value, { read });
  await storage.commit([{ put: key, value: encodeRoomMeta(meta) }, { delete: asking }]);
  return meta;
}

/**
 * A room of an early form, with heads of logs that were hashed in another way. RULE: client.early-form: it is over, and shown so;
 * what was said in it stays readable, and its home and the other rooms go on. None of its keys is used: what they were used for
 * cannot be known any more (docs/protocol.md §6).
 */
function readEarly(r: Reader, standing: Standing): Phase {
  r.fixed(r.remaining);
  if (standing === "removed" || standing === "left") return { is: "out", why: standing };
  return { is: "out", why: "lost", ending: { problem: { kind: "early_form" }, by: null }, request: null };
}

function readSpread(r: Reader, standing: Standing, keys: Uint8Array | null): Phase {
  const creation = r.optional(readCreation);
  const join = r.optional(readSpreadJoin);
  const ending = r.optional(readEnding);
  const request = join &&
    keys && {
      link: storedLink(join.link),
      asking: decodeAsking(keys),
      blob: join.blob,
      isPosted: join.isPosted,
      epoch: 0,
    };
  if (standing === "member" || standing === "restored") return { is: standing };
  if (standing === "removed" || standing === "left") return { is: "out", why: standing };
  if (standing === "founding" && creation) return { is: standing, creation };
  if (standing === "joining" && join) {
    const { name, attempts, isLast, blob } = join;
    // Nothing to append: somebody else's commit admits us.
    if (blob.length === 0) return { is: standing, join: null };
    const [link, append] = [storedLink(join.link), decodeAppend(blob)];
    return { is: standing, join: { link, name, attempts, isLast, ssh: null, append } };
  }
  if (standing === "asking" && request) return { is: standing, request };
  if (standing === "lost" && ending) return { is: "out", why: standing, ending, request };
  throw new Error("the stored room record is damaged");
}

function readSpreadJoin(r: Reader) {
  const [link, name] = [r.text(), r.text()];
  // A note to those who decide: it is in the request.
  r.text();
  const [attempts, isPosted, blob, isLast] = [r.u16(), r.bool(), r.opaque(), r.bool()];
  return { link, name, attempts, isPosted, blob, isLast };
}
