import { BlobId, InboxId, RoomTag, SlotId } from "@conclave/wire";
import { keyOf } from "../../key.js";
import type { SweepReads } from "../readSet.js";
import type { UnitBlob, UnitContent } from "../unit/unitContent.js";
import type { PostgresRow } from "./driver.js";
import type { LoadedRoom } from "./loadLog.js";
import { slotRow } from "./loadSlots.js";
import type { PostgresConnection } from "./postgresConnection.js";

/** Blobs, with the chunks that are asked for. */
export async function loadBlobs(
  db: PostgresConnection,
  rooms: readonly LoadedRoom[],
  content: UnitContent,
): Promise<void> {
  const asked = rooms.flatMap(({ unit, reads }) => reads.blobs.map((each) => ({ unit, ...each })));
  if (asked.length === 0) return;
  for (const { unit, blobId } of asked) unit.blobs.set(keyOf(blobId), null);
  const rows = await db.rows(
    `SELECT b.*, q.chunk, c.bytes FROM unnest($1::bigint[], $2::bytea[], $3::integer[]) AS q (room, blob_id, chunk)
     JOIN blob b ON b.room = q.room AND b.blob_id = q.blob_id AND NOT b.dropped
     LEFT JOIN blob_chunk c ON c.blob = b.no AND c.at = q.chunk`,
    [
      asked.map(({ unit }) => unit.row.no),
      asked.map(({ blobId }) => blobId),
      asked.map(({ chunk }) => (chunk === null || chunk > 0x7fff_ffff ? null : chunk)),
    ],
  );
  for (const row of rows) {
    const blob = content.blobs.get(row["no"] as number) ?? blobOf(row);
    content.addBlob(blob);
    if (row["bytes"] !== null) blob.content.set(row["chunk"] as number, row["bytes"] as Uint8Array);
  }
}

/** The rooms in which a sweep has something to do: to be locked before {@link loadSweep}. */
export async function roomsOfSweep(
  db: PostgresConnection,
  { old, slots, blobs, pending }: SweepReads,
): Promise<RoomTag[]> {
  const rows = await db.rows(
    `SELECT tag FROM room WHERE no IN (
       (SELECT no FROM room WHERE oldest < $1 LIMIT $2)
       UNION (SELECT room FROM slot WHERE end_at > 0 AND end_at < $3 LIMIT $4)
       UNION (SELECT room FROM slot s WHERE time < $5 AND commits + $6 <= (SELECT commits FROM room WHERE no = s.room) LIMIT $4)
       UNION (SELECT room FROM blob WHERE NOT dropped AND missing = 0 AND time < $7 ORDER BY time LIMIT $9)
       UNION (SELECT room FROM blob WHERE NOT dropped AND missing > 0 AND time < $8 ORDER BY time LIMIT $9)
       UNION (SELECT room FROM request WHERE time < $10 ORDER BY time LIMIT $11)
     )`,
    [
      old?.before ?? 0,
      old?.limit ?? 0,
      ...[slots.now, slots.limit, slots.before, slots.commits],
      ...[blobs.complete, blobs.unfinished, blobs.limit],
      ...[pending.before, pending.limit],
    ],
  );
  return rows.map((row) => RoomTag.of(row["tag"] as Uint8Array));
}

/** The inboxes in which something is too old. */
export async function inboxesOfSweep(db: PostgresConnection, { pending }: SweepReads): Promise<InboxId[]> {
  const rows = await db.rows(
    "SELECT DISTINCT inbox_id FROM (SELECT inbox_id FROM inbox WHERE time < $1 ORDER BY time LIMIT $2) AS old",
    [pending.before, pending.limit],
  );
  return rows.map((row) => InboxId.of(row["inbox_id"] as Uint8Array));
}

/** What a sweep finds in rooms that are locked, and the chunks that are to be deleted. */
export async function loadSweep(
  db: PostgresConnection,
  { slots, blobs, purge }: SweepReads,
  rooms: readonly LoadedRoom[],
  content: UnitContent,
): Promise<void> {
  const numbers = rooms.map(({ unit }) => unit.row.no);
  const ended = await db.rows(
    `SELECT * FROM slot s WHERE room = ANY($1) AND ((end_at > 0 AND end_at < $2)
       OR (time < $3 AND commits + $4 <= (SELECT commits FROM room WHERE no = s.room))) LIMIT $5`,
    [numbers, slots.now, slots.before, slots.commits, slots.limit],
  );
  for (const row of ended) {
    const { slots: known } = content.at(row["room"] as number);
    const slotId = SlotId.of(row["slot_id"] as Uint8Array);
    if (!known.has(keyOf(slotId))) known.set(keyOf(slotId), { slotId, row: slotRow(row), versions: [] });
  }
  const expired = await db.rows(
    `SELECT * FROM blob WHERE room = ANY($1) AND NOT dropped AND time < CASE missing WHEN 0 THEN $2::bigint ELSE $3::bigint END
     ORDER BY time LIMIT $4`,
    [numbers, blobs.complete, blobs.unfinished, blobs.limit],
  );
  for (const row of expired) content.addBlob(content.blobs.get(row["no"] as number) ?? blobOf(row));
  const dropped = await db.rows(
    `SELECT b.no, c.at FROM blob b LEFT JOIN blob_chunk c ON c.blob = b.no WHERE b.dropped ORDER BY b.no, c.at LIMIT $1`,
    [purge + 1],
  );
  content.dropped = dropped.map((row) => ({ blob: row["no"] as number, at: row["at"] as number | null }));
}

function blobOf(row: PostgresRow): UnitBlob {
  const allChunks = row["chunks"] as number;
  return {
    no: row["no"] as number,
    room: row["room"] as number,
    blobId: BlobId.of(row["blob_id"] as Uint8Array),
    size: row["size"] as number,
    chunks: allChunks - (row["missing"] as number),
    allChunks,
    time: row["time"] as number,
    content: new Map(),
  };
}
