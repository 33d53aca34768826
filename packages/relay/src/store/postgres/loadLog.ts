import { RoomTag, SlotId } from "@conclave/wire";
import { keyOf } from "../../key.js";
import type { PageSize } from "../recordPage.js";
import type { ReadSet, RoomReads } from "../readSet.js";
import type { CommitRow, RecordRow } from "../recordTable.js";
import type { RoomRow, WriteKey } from "../roomTable.js";
import { probationKey, type UnitContent, UnitRoom } from "../unit/unitContent.js";
import type { PostgresRow } from "./driver.js";
import type { PostgresConnection } from "./postgresConnection.js";

/** A room that is there, with what is read of it. */
export interface LoadedRoom {
  readonly reads: RoomReads;
  readonly unit: UnitRoom;
}

/** So many commits on probation of one epoch are looked at: as many as one unit could confirm. */
const MOST_ON_PROBATION = 8;

/** Locks and reads the rooms: until the end of the transaction nobody else changes those that are written. */
export async function loadRooms(db: PostgresConnection, reads: ReadSet, content: UnitContent): Promise<LoadedRoom[]> {
  const wanted = [...reads.rooms.values()];
  if (wanted.length === 0) return [];
  const isWritten = wanted.some((room) => room.isWritten);
  // Always in the order of their numbers, so that no two relays wait for each other.
  const lock = isWritten ? "FOR NO KEY UPDATE" : "FOR SHARE";
  const text = `SELECT * FROM room WHERE tag = ANY($1) ORDER BY no ${lock}`;
  const tags = wanted.map(({ tag }) => tag);
  // The keys by a statement of their own, behind the first: it sees what others had committed before the rooms were locked.
  const [found, keys] = await Promise.all([db.rows(text, [tags]), loadKeys(db, tags)]);
  for (const row of found) if (row["deleted"] === true) content.deleted.add(keyOf(row["tag"] as Uint8Array));
  const rows = found.filter((row) => row["deleted"] !== true);
  for (const room of wanted) content.rooms.set(keyOf(room.tag), null);
  return rows.map((row) => {
    const unit = new UnitRoom(roomRow(row, keys.get(row["no"] as number) ?? []));
    content.addRoom(unit);
    return { unit, reads: reads.rooms.get(keyOf(unit.row.tag))! };
  });
}

async function loadKeys(db: PostgresConnection, tags: readonly RoomTag[]): Promise<Map<number, WriteKey[]>> {
  const keys = new Map<number, WriteKey[]>();
  const rows = await db.rows(
    "SELECT k.* FROM room JOIN room_key k ON k.room = room.no WHERE room.tag = ANY($1) ORDER BY k.room, k.n",
    [tags],
  );
  for (const row of rows) {
    const room = row["room"] as number;
    keys.set(room, [...(keys.get(room) ?? []), writeKey(row)]);
  }
  return keys;
}

/** The columns of {@link recordRow}. */
export const RECORD_COLUMNS =
  "n, kind, epoch, time, append_id, head, on_probation, parent, pruned, payload, attachment";

/** Of a room `r.room`, the record with the number `n`; written so that it is found by the index of these, and by no other. */
export function recordAt(n: string): string {
  return `r.n BETWEEN ${n} AND ${n} ORDER BY r.n LIMIT 1`;
}

/** The heads that what is read and written goes on from: in a statement of its own, after the rooms were locked. */
export async function loadHeads(db: PostgresConnection, rooms: readonly LoadedRoom[]): Promise<void> {
  const asked = rooms.flatMap(({ unit, reads }) => {
    const before = reads.pages.map(({ fromN }) => fromN - 1).filter((n) => n > 0 && n < unit.row.n);
    return [...new Set([unit.row.n, ...before])].map((n) => ({ unit, n }));
  });
  if (asked.length === 0) return;
  for (const { unit, n } of asked) unit.heads.set(n, null);
  const rows = await db.rows(
    `SELECT q.at, r.head FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS q (room, n, at),
       LATERAL (SELECT head FROM record r WHERE r.room = q.room AND ${recordAt("q.n")}) AS r`,
    [asked.map(({ unit }) => unit.row.no), asked.map(({ n }) => n)],
  );
  for (const row of rows) {
    const { unit, n } = asked[(row["at"] as number) - 1]!;
    unit.heads.set(n, row["head"] as Uint8Array);
  }
}

/** The records that these append ids are of: each can be answered again. */
export async function loadAppended(db: PostgresConnection, rooms: readonly LoadedRoom[]): Promise<void> {
  const asked = rooms.flatMap(({ unit, reads }) => reads.appendIds.map((appendId) => ({ unit, appendId })));
  if (asked.length === 0) return;
  for (const { unit, appendId } of asked) unit.appended.set(keyOf(appendId), null);
  const rows = await db.rows(
    `SELECT q.at, found.*,
       (SELECT head FROM record r WHERE r.room = found.room AND ${recordAt("found.n - 1")}) AS head_before
     FROM unnest($1::bigint[], $2::bytea[]) WITH ORDINALITY AS q (room, id, at), LATERAL (
       SELECT * FROM record r WHERE r.room = q.room AND append_id BETWEEN q.id AND q.id ORDER BY append_id LIMIT 1
     ) AS found`,
    [asked.map(({ unit }) => unit.row.no), asked.map(({ appendId }) => appendId)],
  );
  for (const row of rows) {
    const { unit } = asked[(row["at"] as number) - 1]!;
    const record = recordRow(row);
    unit.appended.set(keyOf(record.appendId), record.n);
    unit.records.load(record.n - 1, record.n, [[record.n, record]]);
    unit.heads.set(record.n - 1, row["head_before"] as Uint8Array | null);
  }
}

interface AskedPage {
  readonly unit: UnitRoom;
  readonly after: number;
  readonly size: PageSize;
}

/** Pages of the log; for a room that may have too much, what retention prunes of it too: `keepBytes` is what it keeps. */
export async function loadRecords(
  db: PostgresConnection,
  rooms: readonly LoadedRoom[],
  retention: { readonly keepBytes: number; readonly step: PageSize },
): Promise<void> {
  const asked: AskedPage[] = rooms.flatMap(({ unit, reads }) =>
    reads.pages.map(({ fromN, size }) => ({ unit, after: Math.max(1, fromN) - 1, size })),
  );
  for (const { unit, reads } of rooms) {
    if (reads.hasNewest && unit.row.n > 0) asked.push({ unit, after: unit.row.n - 1, size: { items: 1, bytes: 0 } });
    const { messageBytes, probationBytes, availableFrom } = unit.row;
    const tooMuch = messageBytes - probationBytes + reads.addedBytes - retention.keepBytes;
    if (reads.prunedTo > availableFrom || (reads.addedBytes > 0 && tooMuch > 0))
      asked.push({ unit, after: availableFrom - 1, size: retention.step });
  }
  await loadRecordPages(db, asked);
}

/** Pages of the log. */
export async function loadRecordPages(db: PostgresConnection, asked: readonly AskedPage[]): Promise<void> {
  if (asked.length === 0) return;
  // One more than the page has, and the one that no longer fits: by these a page is seen to be full.
  const rows = await db.rows(
    `SELECT q.at, ${RECORD_COLUMNS} FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
       WITH ORDINALITY AS q (room, after, last, items, bytes, at),
     LATERAL (
       SELECT r.*, sum(length(payload) + length(attachment)) OVER (ORDER BY n) - length(payload) - length(attachment) AS before
       FROM record r WHERE r.room = q.room AND n > q.after AND n <= least(q.last, q.after + q.items + 1) ORDER BY n
     ) AS page WHERE before <= q.bytes ORDER BY q.at, n`,
    [
      asked.map(({ unit }) => unit.row.no),
      asked.map(({ after }) => after),
      asked.map(({ unit }) => unit.row.n),
      asked.map(({ size }) => size.items),
      asked.map(({ size }) => size.bytes),
    ],
  );
  const pages = asked.map((): [number, RecordRow][] => []);
  for (const row of rows) {
    const record = recordRow(row);
    pages[(row["at"] as number) - 1]!.push([record.n, record]);
  }
  asked.forEach(({ unit, after }, at) => {
    const last = pages[at]!.at(-1)?.[0] ?? unit.row.n;
    unit.records.load(after, Math.max(after, last), pages[at]!);
  });
}

/** Commits: those that lineages began with, and, where it is asked for, those of the write keys and what they follow. */
export async function loadCommits(db: PostgresConnection, rooms: readonly LoadedRoom[]): Promise<void> {
  const asked = rooms.flatMap(({ unit, reads }) => reads.onProbation.map((each) => ({ unit, ...each })));
  const found = await loadOnProbation(db, asked);
  const starts = rooms.flatMap(({ unit, reads }) => {
    const { writeKeys } = unit.row;
    const ofKeys = reads.hasKeysCommits ? writeKeys.map(({ n }) => n) : [];
    const all = [...writeKeys.map(({ lineage }) => lineage), ...ofKeys, ...(found.get(unit) ?? [])];
    return [...new Set(all)].filter((n) => n > 0).map((n) => ({ unit, n }));
  });
  if (starts.length === 0) return;
  for (const { unit, n } of starts) unit.commits.set(n, null);
  const rows = await db.rows(
    `WITH RECURSIVE chain AS (
       SELECT f.room, f.n, f.on_probation, f.parent, f.time FROM unnest($1::bigint[], $2::bigint[]) AS q (room, n),
         LATERAL (SELECT * FROM record r WHERE r.room = q.room AND ${recordAt("q.n")}) AS f WHERE f.kind = 1
       UNION
       SELECT f.room, f.n, f.on_probation, f.parent, f.time FROM chain c,
         LATERAL (SELECT * FROM record r WHERE r.room = c.room AND ${recordAt("c.parent")}) AS f
       WHERE c.on_probation AND f.kind = 1
     ) SELECT * FROM chain`,
    [starts.map(({ unit }) => unit.row.no), starts.map(({ n }) => n)],
  );
  const byNo = new Map(rooms.map(({ unit }) => [unit.row.no, unit]));
  for (const row of rows) byNo.get(row["room"] as number)!.commits.set(row["n"] as number, commitRow(row));
  for (const row of rows) {
    const { commits } = byNo.get(row["room"] as number)!;
    const parent = row["parent"] as number;
    if (row["on_probation"] === true && !commits.has(parent)) commits.set(parent, null);
  }
}

async function loadOnProbation(
  db: PostgresConnection,
  asked: readonly { readonly unit: UnitRoom; readonly epoch: number; readonly nextKey: Uint8Array | null }[],
): Promise<Map<UnitRoom, number[]>> {
  const found = new Map<UnitRoom, number[]>();
  if (asked.length === 0) return found;
  const rows = await db.rows(
    `SELECT q.at, n FROM unnest($1::bigint[], $2::bigint[], $3::bytea[]) WITH ORDINALITY AS q (room, epoch, next_key, at),
     LATERAL (
       SELECT n FROM record r WHERE r.room = q.room AND r.epoch = q.epoch AND r.next_key IS NOT NULL AND r.on_probation
         AND (q.next_key IS NULL OR r.next_key = q.next_key) ORDER BY n DESC LIMIT ${MOST_ON_PROBATION}
     ) AS commits ORDER BY q.at, n DESC`,
    [asked.map(({ unit }) => unit.row.no), asked.map(({ epoch }) => epoch), asked.map(({ nextKey }) => nextKey)],
  );
  asked.forEach(({ unit, epoch, nextKey }, at) => {
    const commits = rows.filter((row) => row["at"] === at + 1).map((row) => row["n"] as number);
    unit.onProbation.set(probationKey(epoch, nextKey), commits);
    found.set(unit, [...(found.get(unit) ?? []), ...commits]);
  });
  return found;
}

/** Chains of the roster log, each from the record with this hash on, as far as a page can need it. */
export async function loadRosterLog(db: PostgresConnection, rooms: readonly LoadedRoom[]): Promise<void> {
  const asked = rooms.flatMap(({ unit, reads }) => reads.roster.map((each) => ({ unit, ...each })));
  if (asked.length === 0) return;
  const rows = await db.rows(
    `WITH RECURSIVE chain AS (
       SELECT q.at, q.items, q.bytes, 1 AS depth, 0::bigint AS total, r.room, r.hash, r.before, r.record
       FROM unnest($1::bigint[], $2::bytea[], $3::bigint[], $4::bigint[]) WITH ORDINALITY AS q (room, hash, items, bytes, at)
       JOIN roster r ON r.room = q.room AND r.hash = q.hash
       UNION ALL
       SELECT c.at, c.items, c.bytes, c.depth + 1, c.total + length(c.record), r.room, r.hash, r.before, r.record
       FROM chain c JOIN roster r ON r.room = c.room AND r.hash = c.before WHERE c.depth <= c.items AND c.total <= c.bytes
     ) SELECT room, hash, before, record FROM chain`,
    [
      asked.map(({ unit }) => unit.row.no),
      asked.map(({ hash }) => hash),
      asked.map(({ size }) => size.items),
      asked.map(({ size }) => size.bytes),
    ],
  );
  const byNo = new Map(rooms.map(({ unit }) => [unit.row.no, unit]));
  for (const row of rows) {
    byNo.get(row["room"] as number)!.roster.set(keyOf(row["hash"] as Uint8Array), row["record"] as Uint8Array);
  }
  const absent = [
    ...asked.map(({ unit, hash }) => ({ unit, hash })),
    ...rows.map((row) => ({ unit: byNo.get(row["room"] as number)!, hash: row["before"] as Uint8Array | null })),
  ];
  for (const { unit, hash } of absent) {
    if (hash !== null && !unit.roster.has(keyOf(hash))) unit.roster.set(keyOf(hash), null);
  }
}

function roomRow(row: PostgresRow, writeKeys: readonly WriteKey[]): RoomRow {
  return {
    no: row["no"] as number,
    tag: RoomTag.of(row["tag"] as Uint8Array),
    creation: row["creation"] as Uint8Array,
    begin: row["begin"] as number,
    epoch: row["epoch"] as number,
    n: row["n"] as number,
    lastCommit: row["last_commit"] as number,
    head: row["head"] as Uint8Array,
    writeKeys,
    lineage: row["lineage"] as number,
    seenAt: row["seen_at"] as number,
    commits: row["commits"] as number,
    availableFrom: row["available_from"] as number,
    messageBytes: row["message_bytes"] as number,
    probationBytes: row["probation_bytes"] as number,
    blobBytes: row["blob_bytes"] as number,
    oldest: row["oldest"] as number | null,
    owed: row["owed"] as number,
    restored: row["restored"] as number,
  };
}

function writeKey(row: PostgresRow): WriteKey {
  const slot = row["slot_id"] as Uint8Array | null;
  return {
    key: row["key"] as Uint8Array,
    epoch: row["epoch"] as number,
    n: row["n"] as number,
    lineage: row["lineage"] as number,
    slot: slot === null ? null : SlotId.of(slot),
    live: row["live"] as boolean,
    since: row["since"] as number,
    until: row["until"] as number,
  };
}

/** A record as it is stored. */
export function recordRow(row: PostgresRow): RecordRow {
  return {
    n: row["n"] as number,
    kind: row["kind"] === 1 ? "commit" : "message",
    epoch: row["epoch"] as number,
    time: row["time"] as number,
    appendId: row["append_id"] as Uint8Array,
    head: row["head"] as Uint8Array,
    isOnProbation: row["on_probation"] as boolean,
    parent: row["parent"] as number,
    pruned: row["pruned"] as boolean,
    payload: row["payload"] as Uint8Array,
    attachment: row["attachment"] as Uint8Array,
  };
}

function commitRow(row: PostgresRow): CommitRow {
  return {
    isOnProbation: row["on_probation"] as boolean,
    parent: row["parent"] as number,
    time: row["time"] as number,
  };
}
