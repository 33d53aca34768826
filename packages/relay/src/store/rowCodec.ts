import { decode, encode } from "@conclave/codec";
import type { Row } from "@conclave/sqlite";
import type { BlobRow, RecordRow, RoomRow, WriteKey } from "./store.js";

/** A room's record `n` as a row id. Rooms are numbered below 2^20 and records below 2^32, so it is a safe integer. */
export const ROOM_SPAN = 2 ** 32;
/** The last room number for which every row id is a safe integer. */
export const LAST_ROOM = 2 ** 21 - 1;

/** A blob's chunk `index` as a row id: blobs of up to 2^20 chunks (64 GiB), and 2^33 of them. */
export const CHUNK_SPAN = 2 ** 20;

const HASH_BYTES = 32;

export function encodeWriteKeys(keys: readonly WriteKey[]): Uint8Array {
  return encode(keys, (writer) =>
    writer.vector(keys, (w, { key, epoch, n, byToken, live, since, until }) =>
      w.opaque(key).u53(epoch).u53(n).bool(byToken).bool(live).u53(since).u53(until),
    ),
  );
}

export function roomRow(row: Row): RoomRow {
  return {
    no: number(row, "no"),
    tag: bytes(row, "tag"),
    creation: bytes(row, "creation"),
    epoch: number(row, "epoch"),
    n: number(row, "n"),
    lastCommit: number(row, "last_commit"),
    head: bytes(row, "head"),
    rosterLength: number(row, "roster_length"),
    writeKeys: decodeWriteKeys(bytes(row, "write_keys")),
    availableFrom: number(row, "available_from"),
    messageBytes: number(row, "message_bytes"),
    blobBytes: number(row, "blob_bytes"),
    oldest: row["oldest"] === null ? null : number(row, "oldest"),
  };
}

export function blobRow(row: Row): BlobRow {
  return { no: number(row, "no"), size: number(row, "size"), chunks: number(row, "chunks") - number(row, "missing") };
}

/** `attachment` is NULL in a pruned record, and then `payload` is the hashes of both, one after the other. */
export function recordRow(row: Row): RecordRow {
  const pruned = row["attachment"] === null;
  const payload = bytes(row, "payload");
  return {
    n: number(row, "id") % ROOM_SPAN,
    kind: row["kind"] === 1 ? "commit" : "message",
    epoch: number(row, "epoch"),
    time: number(row, "time"),
    appendId: bytes(row, "append_id"),
    head: bytes(row, "head"),
    pruned,
    payload: pruned ? payload.slice(0, HASH_BYTES) : payload,
    attachment: pruned ? payload.slice(HASH_BYTES) : bytes(row, "attachment"),
  };
}

export function number(row: Row, name: string): number {
  const value = row[name];
  if (typeof value !== "number") throw new TypeError(`column ${name} holds no number`);
  return value;
}

export function bytes(row: Row, name: string): Uint8Array {
  const value = row[name];
  if (!(value instanceof Uint8Array)) throw new TypeError(`column ${name} holds no bytes`);
  return value;
}

function decodeWriteKeys(encoded: Uint8Array): WriteKey[] {
  const decoded = decode(encoded, (reader) =>
    reader.vector((r) => ({
      key: r.opaque(),
      epoch: r.u53(),
      n: r.u53(),
      byToken: r.bool(),
      live: r.bool(),
      since: r.u53(),
      until: r.u53(),
    })),
  );
  if (!decoded.ok) throw decoded.error;
  return decoded.value;
}
