import { concatBytes } from "@conclave/codec";
import { recordBefore } from "@conclave/wire";
import { keyChanges } from "../roomTable.js";
import type { UnitRoom, UnitWrites } from "../unit/unitContent.js";
import { type PostgresStatement, statement } from "./driver.js";

/** Writes the rooms that were made or changed, and their keys. */
export function* writeRooms(rooms: readonly UnitRoom[]): Iterable<PostgresStatement> {
  const made = rooms.filter(({ before }) => before === null).map(({ row }) => row);
  if (made.length > 0) {
    yield statement(
      `INSERT INTO room (no, tag, creation, begin, epoch, n, last_commit, head, lineage, seen_at, commits, available_from,
         message_bytes, probation_bytes, blob_bytes, owed, restored)
       SELECT q.*, 0, 0, 0, '', 0, 0, 0, 1, 0, 0, 0, 0, 0 FROM unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::bigint[]) AS q`,
      [
        made.map(({ no }) => no),
        made.map(({ tag }) => tag),
        made.map(({ creation }) => creation),
        made.map(({ begin }) => begin),
      ],
    );
  }
  const rows = rooms.map(({ row }) => row);
  if (rows.length > 0) {
    yield statement(
      `UPDATE room SET epoch = q.epoch, n = q.n, last_commit = q.last_commit, head = q.head, lineage = q.lineage,
         seen_at = q.seen_at, commits = q.commits, available_from = q.available_from, message_bytes = q.message_bytes,
         probation_bytes = q.probation_bytes, blob_bytes = q.blob_bytes, oldest = q.oldest,
         owed = q.owed, restored = q.restored
       FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bytea[], $6::bigint[], $7::bigint[], $8::bigint[],
         $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[])
         AS q (no, epoch, n, last_commit, head, lineage, seen_at, commits, available_from, message_bytes, probation_bytes,
           blob_bytes, oldest, owed, restored)
       WHERE room.no = q.no`,
      [
        rows.map(({ no }) => no),
        rows.map(({ epoch }) => epoch),
        rows.map(({ n }) => n),
        rows.map(({ lastCommit }) => lastCommit),
        rows.map(({ head }) => head),
        rows.map(({ lineage }) => lineage),
        rows.map(({ seenAt }) => seenAt),
        rows.map(({ commits }) => commits),
        rows.map(({ availableFrom }) => availableFrom),
        rows.map(({ messageBytes }) => messageBytes),
        rows.map(({ probationBytes }) => probationBytes),
        rows.map(({ blobBytes }) => blobBytes),
        rows.map(({ oldest }) => oldest),
        rows.map(({ owed }) => owed),
        rows.map(({ restored }) => restored),
      ],
    );
  }
  yield* writeKeys(rooms);
}

function* writeKeys(rooms: readonly UnitRoom[]): Iterable<PostgresStatement> {
  const changes = rooms.map(({ row, before }) => ({ row, ...keyChanges(row, before ?? { ...row, writeKeys: [] }) }));
  const gone = changes.flatMap(({ row, gone: numbers }) => numbers.map((n) => ({ room: row.no, n })));
  if (gone.length > 0) {
    yield statement(
      "DELETE FROM room_key k USING unnest($1::bigint[], $2::bigint[]) AS q (room, n) WHERE k.room = q.room AND k.n = q.n",
      [gone.map(({ room }) => room), gone.map(({ n }) => n)],
    );
  }
  const keys = changes.flatMap(({ row, written }) => written.map((key) => ({ room: row.no, key })));
  if (keys.length === 0) return;
  yield statement(
    `INSERT INTO room_key (room, n, key, epoch, lineage, slot_id, live, since, until)
     SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::bigint[], $5::bigint[], $6::bytea[], $7::boolean[],
       $8::bigint[], $9::bigint[])
     ON CONFLICT (room, n) DO UPDATE SET key = excluded.key, epoch = excluded.epoch, lineage = excluded.lineage,
       slot_id = excluded.slot_id, live = excluded.live, since = excluded.since, until = excluded.until`,
    [
      keys.map(({ room }) => room),
      keys.map(({ key }) => key.n),
      keys.map(({ key }) => key.key),
      keys.map(({ key }) => key.epoch),
      keys.map(({ key }) => key.lineage),
      keys.map(({ key }) => key.slot),
      keys.map(({ key }) => key.live),
      keys.map(({ key }) => key.since),
      keys.map(({ key }) => key.until),
    ],
  );
}

/** Writes new records, and what has changed in old ones. */
export function* writeRecords({ records, pruned, confirmed }: UnitWrites): Iterable<PostgresStatement> {
  if (records.length > 0) {
    const payloads = cut(records.map(({ record }) => record.payload));
    const attachments = cut(records.map(({ record }) => record.attachment));
    // Sealed bytes travel as they are, and are cut here: as an array they would be text.
    yield statement(
      `INSERT INTO record (room, n, kind, epoch, time, append_id, head, on_probation, parent, pruned, next_key, payload, attachment)
       SELECT q.room, q.n, q.kind, q.epoch, q.time, q.append_id, q.head, q.on_probation, q.parent, q.pruned, q.next_key,
         substring($12::bytea FROM q.payload_from FOR q.payload_length),
         substring($13::bytea FROM q.attachment_from FOR q.attachment_length)
       FROM unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::bigint[], $5::bigint[], $6::bytea[], $7::bytea[], $8::boolean[],
         $9::bigint[], $10::boolean[], $11::bytea[], $14::integer[], $15::integer[], $16::integer[], $17::integer[])
         AS q (room, n, kind, epoch, time, append_id, head, on_probation, parent, pruned, next_key, payload_from, payload_length,
           attachment_from, attachment_length)`,
      [
        records.map(({ room }) => room),
        records.map(({ record }) => record.n),
        records.map(({ record }) => (record.kind === "commit" ? 1 : 2)),
        records.map(({ record }) => record.epoch),
        records.map(({ record }) => record.time),
        records.map(({ record }) => record.appendId),
        records.map(({ record }) => record.head),
        records.map(({ record }) => record.isOnProbation),
        records.map(({ record }) => record.parent),
        records.map(({ record }) => record.pruned),
        records.map(({ nextKey }) => nextKey),
        payloads.bytes,
        attachments.bytes,
        payloads.from,
        payloads.lengths,
        attachments.from,
        attachments.lengths,
      ],
    );
  }
  if (pruned.length > 0) {
    yield statement(
      `UPDATE record r SET pruned = true, payload = q.payload, attachment = q.attachment
       FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::bytea[]) AS q (room, n, payload, attachment)
       WHERE r.room = q.room AND r.n = q.n`,
      [
        pruned.map(({ room }) => room),
        pruned.map(({ n }) => n),
        pruned.map(({ payloadHash }) => payloadHash),
        pruned.map(({ attachmentHash }) => attachmentHash),
      ],
    );
  }
  if (confirmed.length > 0) {
    yield statement(
      `UPDATE record r SET on_probation = false FROM unnest($1::bigint[], $2::bigint[]) AS q (room, n)
       WHERE r.room = q.room AND r.n = q.n`,
      [confirmed.map(({ room }) => room), confirmed.map(({ n }) => n)],
    );
  }
}

/** Writes records of rosters; those that are there already stay. */
export function* writeRoster({ roster }: UnitWrites): Iterable<PostgresStatement> {
  if (roster.length === 0) return;
  yield statement(
    `INSERT INTO roster (room, hash, before, record)
     SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::bytea[]) ON CONFLICT DO NOTHING`,
    [
      roster.map(({ room }) => room),
      roster.map(({ hash }) => hash),
      roster.map(({ record }) => recordBefore(record)),
      roster.map(({ record }) => record),
    ],
  );
}

/** Bytes in one piece, and where each of them begins, from 1 on, as SQL counts. */
function cut(parts: readonly Uint8Array[]): { bytes: Uint8Array; from: number[]; lengths: number[] } {
  const from: number[] = [];
  let at = 1;
  for (const part of parts) {
    from.push(at);
    at += part.length;
  }
  return { bytes: concatBytes(...parts), from, lengths: parts.map(({ length }) => length) };
}
