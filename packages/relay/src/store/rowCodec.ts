import { decode, encode } from "@conclave/codec";
import type { SqlRow } from "@conclave/sqlite";
import {
  APPEND_ID_BYTES,
  ID_BYTES,
  type InboxItem,
  type JoinRequestItem,
  RoomTag,
  SlotId,
  type SlotListItem,
} from "@conclave/wire";
import { RowDamaged } from "./rowDamage.js";
import type { BlobRow, CommitRow, RecordRow, RoomRow, SlotRow, SlotVersion, WriteKey } from "./store.js";

/** A room's record `n` as a row id. Rooms are numbered below 2^20 and records below 2^32, so it is a safe integer. */
export const ROOM_SPAN = 2 ** 32;
/** The last room number for which every row id is a safe integer. */
export const LAST_ROOM = 2 ** 21 - 1;

/** A blob's chunk `index` as a row id: blobs of up to 2^20 chunks (64 GiB), and 2^33 of them. */
export const CHUNK_SPAN = 2 ** 20;

export function encodeWriteKeys(keys: readonly WriteKey[]): Uint8Array {
  return encode(keys, (writer) =>
    writer.vector(keys, (w, { key, epoch, n, lineage, slot, live, since, until }) =>
      w
        .opaque(key)
        .u53(epoch)
        .u53(n)
        .u53(lineage)
        .opaque(slot ?? NO_SLOT)
        .bool(live)
        .u53(since)
        .u53(until),
    ),
  );
}

export function roomRow(row: SqlRow): RoomRow {
  return {
    no: readNumber(row, "no"),
    tag: RoomTag.of(id(row, "tag")),
    creation: id(row, "creation"),
    epoch: readNumber(row, "epoch"),
    n: readNumber(row, "n"),
    lastCommit: readNumber(row, "last_commit"),
    head: id(row, "head"),
    writeKeys: decodeWriteKeys(bytes(row, "write_keys")),
    lineage: readNumber(row, "lineage"),
    seenAt: readNumber(row, "seen_at"),
    commits: readNumber(row, "commits"),
    availableFrom: readNumber(row, "available_from"),
    messageBytes: readNumber(row, "message_bytes"),
    probationBytes: readNumber(row, "probation_bytes"),
    blobBytes: readNumber(row, "blob_bytes"),
    oldest: row["oldest"] === null ? null : readNumber(row, "oldest"),
  };
}

export function blobRow(row: SqlRow): BlobRow {
  const chunks = readNumber(row, "chunks") - readNumber(row, "missing");
  if (chunks < 0) throw new RowDamaged("column missing");
  return { no: readNumber(row, "no"), size: readNumber(row, "size"), chunks };
}

/** `attachment` is NULL in a pruned record, and then `payload` is the hashes of both, one after the other. */
export function recordRow(row: SqlRow): RecordRow {
  const pruned = row["attachment"] === null;
  const payload = bytes(row, "payload", pruned ? 2 * ID_BYTES : null);
  const kind = readNumber(row, "kind");
  if (kind !== 1 && kind !== 2) throw new RowDamaged("column kind");
  return {
    n: readNumber(row, "id") % ROOM_SPAN,
    kind: kind === 1 ? "commit" : "message",
    epoch: readNumber(row, "epoch"),
    time: readNumber(row, "time"),
    appendId: appendIdOf(row),
    head: id(row, "head"),
    isOnProbation: row["on_probation"] === 1,
    parent: readNumber(row, "parent"),
    pruned,
    payload: pruned ? payload.slice(0, ID_BYTES) : payload,
    attachment: pruned ? payload.slice(ID_BYTES) : bytes(row, "attachment"),
  };
}

export function commitRow(row: SqlRow): CommitRow {
  return {
    isOnProbation: row["on_probation"] === 1,
    parent: readNumber(row, "parent"),
    time: readNumber(row, "time"),
  };
}

export function appendIdOf(row: SqlRow): Uint8Array {
  return bytes(row, "append_id", APPEND_ID_BYTES);
}

export function slotRow(row: SqlRow): SlotRow {
  const onProbation = readNumber(row, "on_probation");
  return {
    tokenPub: id(row, "token_pub"),
    closed: row["closed"] === 1,
    end: readNumber(row, "end_at"),
    versions: readNumber(row, "versions") - onProbation,
    onProbation,
  };
}

export function slotListRow(row: SqlRow): SlotListItem {
  return { slotId: SlotId.of(id(row, "slot_id")), bytes: readNumber(row, "bytes"), end: readNumber(row, "end_at") };
}

export function slotVersionRow(row: SqlRow): SlotVersion {
  return { blob: bytes(row, "blob"), n: readNumber(row, "n"), time: readNumber(row, "time") };
}

export function requestRow(row: SqlRow): JoinRequestItem {
  return {
    request: readNumber(row, "id"),
    slotId: row["slot_id"] === null ? null : SlotId.of(id(row, "slot_id")),
    blob: bytes(row, "blob"),
    time: readNumber(row, "time"),
  };
}

export function inboxRow(row: SqlRow): InboxItem {
  return {
    item: readNumber(row, "id"),
    roomTag: RoomTag.of(id(row, "room_tag")),
    n: readNumber(row, "n"),
    blob: bytes(row, "blob"),
  };
}

/**
 * Reads a row of a table, and says which one it was when it cannot be read.
 *
 * RULE: relay.damage-stays-local: bytes that the relay did not write (a lying disk, a hand in the file) are never sent on or
 * signed. They stop what they belong to, and nothing else. @throws RowDamaged
 */
export function readRow<T>(table: string, row: SqlRow, read: (row: SqlRow) => T): T {
  try {
    return read(row);
  } catch (error) {
    if (!(error instanceof RowDamaged)) throw error;
    const no = row["no"] ?? row["id"];
    throw new RowDamaged(`table ${table}, ${typeof no === "number" ? `row ${no}, ` : ""}${error.message}`);
  }
}

/** A column that counts. @throws RowDamaged */
export function readNumber(row: SqlRow, name: string): number {
  const value = row[name];
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) throw new RowDamaged(`column ${name}`);
  return value;
}

/** A column of bytes, of a given length. @throws RowDamaged */
export function bytes(row: SqlRow, name: string, length: number | null = null): Uint8Array {
  const value = row[name];
  if (!(value instanceof Uint8Array) || (length !== null && value.length !== length)) {
    throw new RowDamaged(`column ${name}`);
  }
  return value;
}

/** A column with a tag, a key or a hash. @throws RowDamaged */
export function id(row: SqlRow, name: string): Uint8Array {
  return bytes(row, name, ID_BYTES);
}

const NO_SLOT = new Uint8Array(0);

function slotOf(bytes: Uint8Array): SlotId | null {
  return bytes.length === 0 ? null : SlotId.of(bytes);
}

function decodeWriteKeys(encoded: Uint8Array): WriteKey[] {
  const decoded = decode(encoded, (reader) =>
    reader.vector((r) => ({
      key: r.opaque(),
      epoch: r.u53(),
      n: r.u53(),
      lineage: r.u53(),
      slot: slotOf(r.opaque()),
      live: r.bool(),
      since: r.u53(),
      until: r.u53(),
    })),
  );
  if (
    !decoded.ok ||
    decoded.value.some(({ key, slot }) => key.length !== ID_BYTES || (slot?.length ?? ID_BYTES) !== ID_BYTES)
  )
    throw new RowDamaged("column write_keys");
  return decoded.value;
}
