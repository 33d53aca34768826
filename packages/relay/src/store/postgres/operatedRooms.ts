import { RoomTag } from "@conclave/wire";
import type { RoomUse } from "../roomTable.js";
import type { PostgresConnection } from "./postgresConnection.js";

/** What goes with a deleted room, beside its row and its blobs. */
const TABLES = ["room_key", "record", "roster", "slot_version", "slot", "request"];

/** Rooms for the operator's list, in order: those after the one with the number `after`. */
export async function listRooms(db: PostgresConnection, after: number, limit: number): Promise<RoomUse[]> {
  const rows = await db.rows(
    `SELECT no, tag, n, message_bytes, blob_bytes,
       (SELECT time FROM record WHERE room = no AND record.n = begin + 1) AS created_at,
       (SELECT time FROM record WHERE room = no AND record.n = room.n) AS used_at
     FROM room WHERE no > $1 AND NOT deleted ORDER BY no LIMIT $2`,
    [after, limit],
  );
  return rows.map((row) => ({
    no: row["no"] as number,
    tag: RoomTag.of(row["tag"] as Uint8Array),
    records: row["n"] as number,
    messageBytes: row["message_bytes"] as number,
    blobBytes: row["blob_bytes"] as number,
    createdAt: row["created_at"] as number | null,
    usedAt: row["used_at"] as number | null,
  }));
}

/** Deletes a room for good: nothing but its tag is remembered, and sweeps free its space. False when there is none. */
export async function deleteRoom(db: PostgresConnection, roomTag: RoomTag): Promise<boolean> {
  // One statement, so that both are done or neither. It waits for whoever is in the room, and nobody comes in after it.
  const [row] = await db.rows(
    `WITH gone AS (UPDATE room SET deleted = true, oldest = NULL WHERE tag = $1 AND NOT deleted RETURNING no),
       files AS (UPDATE blob SET dropped = true FROM gone WHERE blob.room = gone.no AND NOT dropped)
     SELECT count(*) AS rooms FROM gone`,
    [roomTag],
  );
  return row!["rooms"] !== 0;
}

/** Frees the space of at most so many rows of one deleted room: nobody else is in it any more. */
export async function purgeRooms(db: PostgresConnection, limit: number): Promise<void> {
  const [room] = await db.rows("SELECT no FROM room WHERE deleted AND NOT purged ORDER BY no LIMIT 1");
  if (room === undefined) return;
  let left = limit;
  for (const table of TABLES) {
    const [gone] = await db.rows(
      `WITH gone AS (
         DELETE FROM ${table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM ${table} WHERE room = $1 LIMIT $2)) RETURNING 1
       ) SELECT count(*) AS rows FROM gone`,
      [room["no"] as number, left],
    );
    left -= gone!["rows"] as number;
    if (left <= 0) return;
  }
  await db.rows("UPDATE room SET purged = true WHERE no = $1", [room["no"] as number]);
}
