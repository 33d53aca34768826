import type { UnitWrites } from "../unit/unitContent.js";
import type { UnitOfWork } from "../unit/unitOfWork.js";
import { type PostgresStatement, statement } from "./driver.js";

/** Deletes what goes, of slots, requests and inboxes: before anything is added. */
export function* deletePending({ writes, swept }: Pick<UnitOfWork, "writes" | "swept">): Iterable<PostgresStatement> {
  const { emptied, versionsGone, requestsGone, requestsBefore, itemsGone, itemsBefore, cleared } = writes;
  if (emptied.length > 0) {
    const pairs = [emptied.map(({ room }) => room), emptied.map(({ slotId }) => slotId)];
    for (const table of ["slot_version", "request"]) {
      yield statement(
        `DELETE FROM ${table} t USING unnest($1::bigint[], $2::bytea[]) AS q (room, slot_id)
         WHERE t.room = q.room AND t.slot_id = q.slot_id`,
        pairs,
      );
    }
  }
  if (versionsGone.length > 0) yield statement("DELETE FROM slot_version WHERE no = ANY($1::bigint[])", [versionsGone]);
  if (requestsGone.length > 0) {
    yield statement(
      "DELETE FROM request t USING unnest($1::bigint[], $2::bigint[]) AS q (room, no) WHERE t.room = q.room AND t.no = q.no",
      [requestsGone.map(({ room }) => room), requestsGone.map(({ request }) => request)],
    );
  }
  if (requestsBefore !== null)
    yield statement("DELETE FROM request WHERE time < $1 AND room = ANY($2)", [requestsBefore, swept.rooms]);
  if (itemsGone.length > 0) yield statement("DELETE FROM inbox WHERE no = ANY($1::bigint[])", [itemsGone]);
  if (itemsBefore !== null)
    yield statement("DELETE FROM inbox WHERE time < $1 AND inbox_id = ANY($2)", [itemsBefore, swept.inboxes]);
  for (const { inboxId, upTo } of cleared)
    yield statement("DELETE FROM inbox WHERE inbox_id = $1 AND no <= $2", [inboxId, upTo]);
}

/** Writes slots, in their last state, and their new versions. */
export function* writeSlots(writes: UnitWrites): Iterable<PostgresStatement> {
  const slots = [...writes.slots.values()];
  const gone = slots.filter(({ slot }) => slot.row === null);
  if (gone.length > 0) {
    yield statement(
      "DELETE FROM slot t USING unnest($1::bigint[], $2::bytea[]) AS q (room, slot_id) WHERE t.room = q.room AND t.slot_id = q.slot_id",
      [gone.map(({ room }) => room), gone.map(({ slot }) => slot.slotId)],
    );
  }
  const put = slots.flatMap(({ room, slot: { slotId, row } }) => (row === null ? [] : [{ room, slotId, ...row }]));
  if (put.length > 0) {
    yield statement(
      `INSERT INTO slot (room, slot_id, token_pub, closed, end_at, time, commits)
       SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::boolean[], $5::bigint[], $6::bigint[], $7::bigint[])
       ON CONFLICT (room, slot_id) DO UPDATE SET token_pub = excluded.token_pub, closed = excluded.closed,
         end_at = excluded.end_at, time = excluded.time, commits = excluded.commits`,
      [
        put.map(({ room }) => room),
        put.map(({ slotId }) => slotId),
        put.map(({ tokenPub }) => tokenPub),
        put.map(({ closed }) => closed),
        put.map(({ end }) => end),
        put.map(({ time }) => time),
        put.map(({ commits }) => commits),
      ],
    );
  }
  const { versions } = writes;
  if (versions.length === 0) return;
  yield statement(
    `INSERT INTO slot_version (room, slot_id, n, time, on_probation, blob)
     SELECT room, slot_id, n, time, on_probation, blob
     FROM unnest($1::bigint[], $2::bytea[], $3::bigint[], $4::bigint[], $5::boolean[], $6::bytea[])
       WITH ORDINALITY AS q (room, slot_id, n, time, on_probation, blob, at) ORDER BY at`,
    [
      versions.map(({ room }) => room),
      versions.map(({ slotId }) => slotId),
      versions.map(({ version }) => version.n),
      versions.map(({ version }) => version.time),
      versions.map(({ version }) => version.isOnProbation),
      versions.map(({ version }) => version.blob),
    ],
  );
}

/** Writes new requests, and what is delivered to inboxes. */
export function* writePending({ requests, items }: UnitWrites): Iterable<PostgresStatement> {
  if (requests.length > 0) {
    yield statement(
      `INSERT INTO request (no, room, slot_id, digest, address, time, blob)
       SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::bytea[], $5::bytea[], $6::bigint[], $7::bytea[])`,
      [
        requests.map(({ item }) => item.request),
        requests.map(({ room }) => room),
        requests.map(({ item }) => item.slotId),
        requests.map(({ digest }) => digest),
        requests.map(({ address }) => address),
        requests.map(({ item }) => item.time),
        requests.map(({ item }) => item.blob),
      ],
    );
  }
  if (items.length === 0) return;
  yield statement(
    `INSERT INTO inbox (no, inbox_id, room_tag, n, time, blob)
     SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::bigint[], $5::bigint[], $6::bytea[])`,
    [
      items.map(({ item }) => item.item),
      items.map(({ inboxId }) => inboxId),
      items.map(({ item }) => item.roomTag),
      items.map(({ item }) => item.n),
      items.map(({ time }) => time),
      items.map(({ item }) => item.blob),
    ],
  );
}

/** Writes blobs and their chunks, and deletes what is forgotten of them. */
export function* writeBlobs(writes: UnitWrites): Iterable<PostgresStatement> {
  const { blobs, grown, chunks, dropped, purged } = writes;
  if (dropped.length > 0) yield statement("UPDATE blob SET dropped = true WHERE no = ANY($1::bigint[])", [dropped]);
  if (blobs.length > 0) {
    const gone = new Set(dropped);
    yield statement(
      `INSERT INTO blob (no, room, blob_id, size, chunks, missing, time, dropped)
       SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::bigint[], $5::integer[], $6::integer[], $7::bigint[],
         $8::boolean[])`,
      [
        blobs.map(({ no }) => no),
        blobs.map(({ room }) => room),
        blobs.map(({ blobId }) => blobId),
        blobs.map(({ size }) => size),
        blobs.map(({ allChunks }) => allChunks),
        blobs.map(({ allChunks }) => allChunks),
        blobs.map(({ time }) => time),
        blobs.map(({ no }) => gone.has(no)),
      ],
    );
  }
  if (chunks.length > 0) {
    yield statement(
      "INSERT INTO blob_chunk (blob, at, bytes) SELECT * FROM unnest($1::bigint[], $2::integer[], $3::bytea[])",
      [chunks.map(({ blob }) => blob), chunks.map(({ at }) => at), chunks.map(({ bytes }) => bytes)],
    );
    const all = [...grown];
    yield statement(
      `UPDATE blob b SET missing = q.missing, time = q.time FROM unnest($1::bigint[], $2::integer[], $3::bigint[])
         AS q (no, missing, time) WHERE b.no = q.no`,
      [all.map(({ no }) => no), all.map((blob) => blob.allChunks - blob.chunks), all.map(({ time }) => time)],
    );
  }
  if (purged.length === 0) return;
  const found = purged.flatMap(({ blob, at }) => (at === null ? [] : [{ blob, at }]));
  yield statement(
    "DELETE FROM blob_chunk c USING unnest($1::bigint[], $2::integer[]) AS q (blob, at) WHERE c.blob = q.blob AND c.at = q.at",
    [found.map(({ blob }) => blob), found.map(({ at }) => at)],
  );
  yield statement(
    "DELETE FROM blob b WHERE no = ANY($1::bigint[]) AND NOT EXISTS (SELECT FROM blob_chunk c WHERE c.blob = b.no)",
    [[...new Set(purged.map(({ blob }) => blob))]],
  );
}
