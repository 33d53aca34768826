import { type InboxItem, type JoinRequestItem, RoomTag, SlotId } from "@conclave/wire";
import { keyOf } from "../../key.js";
import type { PageSize } from "../recordPage.js";
import type { InboxReads, ReadSet } from "../readSet.js";
import type { LoadedPages } from "../unit/loadedPages.js";
import { slotKey, type UnitContent, UnitInbox, type UnitRoom, type UnitVersion } from "../unit/unitContent.js";
import type { PostgresRow } from "./driver.js";
import type { LoadedRoom } from "./loadLog.js";
import type { PostgresConnection } from "./postgresConnection.js";

interface AskedSlot {
  readonly unit: UnitRoom;
  readonly slotId: SlotId;
  readonly hasContent: boolean;
}

/** Slots with their versions, and how many are open where some are written. */
export async function loadSlots(db: PostgresConnection, rooms: readonly LoadedRoom[]): Promise<void> {
  const asked: AskedSlot[] = rooms.flatMap(({ unit, reads }) =>
    [...reads.slots.values()].map((slot) => ({ unit, ...slot })),
  );
  asked.push(...(await loadOpenSlots(db, rooms)));
  if (asked.length === 0) return;
  for (const { unit, slotId } of asked) {
    if (!unit.slots.has(slotKey(slotId))) unit.slots.set(slotKey(slotId), { slotId, row: null, versions: [] });
  }
  const pairs = [asked.map(({ unit }) => unit.row.no), asked.map(({ slotId }) => slotId)];
  const rows = await db.rows(
    `SELECT q.at, s.* FROM unnest($1::bigint[], $2::bytea[]) WITH ORDINALITY AS q (room, slot_id, at)
     JOIN slot s ON s.room = q.room AND s.slot_id = q.slot_id`,
    pairs,
  );
  for (const row of rows) slotOf(asked, row).row = slotRow(row);
  if (rows.length === 0) return;
  const versions = await db.rows(
    `SELECT q.at, v.no, v.n, v.time, v.on_probation, length(v.blob) AS size, CASE WHEN q.content THEN v.blob END AS blob
     FROM unnest($1::bigint[], $2::bytea[], $3::boolean[]) WITH ORDINALITY AS q (room, slot_id, content, at)
     JOIN slot_version v ON v.room = q.room AND v.slot_id = q.slot_id ORDER BY q.at, v.on_probation, v.no DESC`,
    [...pairs, asked.map(({ hasContent }) => hasContent)],
  );
  const found = new Map<number, UnitVersion[]>();
  for (const row of versions) {
    const at = row["at"] as number;
    found.set(at, [...(found.get(at) ?? []), versionOf(row)]);
  }
  // A slot may be asked for twice: once with its content.
  for (const [at, list] of found) {
    const { unit, slotId, hasContent } = asked[at - 1]!;
    const slot = unit.slots.get(slotKey(slotId))!;
    if (hasContent || slot.versions.length === 0) slot.versions = list;
  }
}

async function loadOpenSlots(db: PostgresConnection, rooms: readonly LoadedRoom[]): Promise<AskedSlot[]> {
  const counted = rooms.filter(({ reads }) => reads.isWritten && reads.slots.size > 0);
  const listed = rooms.filter(({ reads }) => reads.hasOpenSlots);
  if (counted.length + listed.length === 0) return [];
  const rows = await db.rows(
    `SELECT room, CASE WHEN room = ANY($2) THEN array_to_string(array_agg(encode(slot_id, 'hex')), ' ') END AS ids,
       count(*) AS open
     FROM slot WHERE room = ANY($1) AND NOT closed GROUP BY room`,
    [[...counted, ...listed].map(({ unit }) => unit.row.no), listed.map(({ unit }) => unit.row.no)],
  );
  const byNo = new Map(rooms.map(({ unit }) => [unit.row.no, unit]));
  for (const { unit } of [...counted, ...listed]) unit.openSlots = 0;
  for (const { unit } of listed) unit.hasOpenSlots = true;
  return rows.flatMap((row) => {
    const unit = byNo.get(row["room"] as number)!;
    unit.openSlots = row["open"] as number;
    const ids = ((row["ids"] as string | null) ?? "").split(" ");
    return ids
      .filter((id) => id !== "")
      .map((id) => ({ unit, slotId: SlotId.of(Uint8Array.from(Buffer.from(id, "hex"))), hasContent: false }));
  });
}

/** Requests: those of slots and pleas without their content, and pages of them. */
export async function loadRequests(db: PostgresConnection, rooms: readonly LoadedRoom[]): Promise<void> {
  const slots = rooms.flatMap(({ unit, reads }) =>
    [...reads.slots.values()].filter(({ hasRequests }) => hasRequests).map(({ slotId }) => ({ unit, slotId })),
  );
  const pleas = rooms.filter(({ reads }) => reads.hasPleas);
  if (slots.length + pleas.length > 0) {
    const rows = await db.rows(
      `SELECT r.room, r.slot_id, r.no, r.digest, r.address FROM unnest($1::bigint[], $2::bytea[]) AS q (room, slot_id)
       JOIN request r ON r.room = q.room AND r.slot_id = q.slot_id
       UNION ALL SELECT room, slot_id, no, digest, address FROM request WHERE room = ANY($3) AND slot_id IS NULL ORDER BY no`,
      [slots.map(({ unit }) => unit.row.no), slots.map(({ slotId }) => slotId), pleas.map(({ unit }) => unit.row.no)],
    );
    for (const { unit, slotId } of slots) unit.requestsOf.set(slotKey(slotId), []);
    for (const { unit } of pleas) unit.requestsOf.set("", []);
    const byNo = new Map(rooms.map(({ unit }) => [unit.row.no, unit]));
    for (const row of rows) {
      const { requestsOf } = byNo.get(row["room"] as number)!;
      const key = slotKey(row["slot_id"] === null ? null : SlotId.of(row["slot_id"] as Uint8Array));
      const request = {
        request: row["no"] as number,
        digest: row["digest"] as Uint8Array,
        address: row["address"] as Uint8Array,
      };
      requestsOf.set(key, [...(requestsOf.get(key) ?? []), request]);
    }
  }
  await loadRequestPages(db, rooms);
}

async function loadRequestPages(db: PostgresConnection, rooms: readonly LoadedRoom[]): Promise<void> {
  const asked = rooms.flatMap(({ unit, reads }) =>
    reads.requestPages.map(longerBy(reads.requestsGone)).flatMap(({ after, size }) => [
      { pages: unit.requests, room: unit.row.no, isPlea: false, after, size },
      { pages: unit.pleas, room: unit.row.no, isPlea: true, after, size },
    ]),
  );
  if (asked.length === 0) return;
  const rows = await db.rows(
    `SELECT q.at, page.* FROM unnest($1::bigint[], $2::boolean[], $3::bigint[], $4::bigint[], $5::bigint[])
       WITH ORDINALITY AS q (room, plea, after, items, bytes, at),
     LATERAL (
       SELECT no, slot_id, time, blob, sum(length(blob)) OVER (ORDER BY no) - length(blob) AS before,
         row_number() OVER (ORDER BY no) AS place
       FROM request r WHERE r.room = q.room AND no > q.after AND (slot_id IS NULL OR NOT q.plea) ORDER BY no LIMIT q.items + 1
     ) AS page WHERE before <= q.bytes OR place = 2 ORDER BY q.at, no`,
    [
      asked.map(({ room }) => room),
      asked.map(({ isPlea }) => isPlea),
      asked.map(({ after }) => after),
      asked.map(({ size }) => size.items),
      asked.map(({ size }) => size.bytes),
    ],
  );
  fill(
    asked,
    rows,
    requestItem,
    ({ request }) => request,
    (item) => item.blob.length,
  );
}

/** Pages of inboxes, and the numbers of what they have from the rooms that may deliver something now. */
export async function loadInboxes(db: PostgresConnection, reads: ReadSet, content: UnitContent): Promise<void> {
  const inboxes = [...reads.inboxes.values()];
  const units = new Map<InboxReads, UnitInbox>(inboxes.map((inbox) => [inbox, new UnitInbox()]));
  for (const [{ inboxId }, unit] of units) content.inboxes.set(keyOf(inboxId), unit);
  const from = inboxes.flatMap((inbox) => inbox.from.map((tag) => ({ inbox, tag })));
  if (from.length > 0) {
    for (const { inbox, tag } of from) units.get(inbox)!.ofRoom.set(keyOf(tag), []);
    const rows = await db.rows(
      `SELECT DISTINCT q.inbox_id, q.room_tag, i.no FROM unnest($1::bytea[], $2::bytea[]) AS q (inbox_id, room_tag)
       JOIN inbox i ON i.inbox_id = q.inbox_id AND i.room_tag = q.room_tag ORDER BY i.no`,
      [from.map(({ inbox }) => inbox.inboxId), from.map(({ tag }) => tag)],
    );
    for (const row of rows) {
      const { ofRoom } = content.inboxes.get(keyOf(row["inbox_id"] as Uint8Array))!;
      ofRoom.get(keyOf(row["room_tag"] as Uint8Array))!.push(row["no"] as number);
    }
  }
  const asked = inboxes.flatMap((inbox) =>
    pagesOf(inbox).map(({ after, size }) => ({ inbox, pages: units.get(inbox)!.pages, after, size })),
  );
  if (asked.length === 0) return;
  const rows = await db.rows(
    `SELECT q.at, page.* FROM unnest($1::bytea[], $2::bigint[], $3::bigint[], $4::bigint[])
       WITH ORDINALITY AS q (inbox_id, after, items, bytes, at),
     LATERAL (
       SELECT no, room_tag, n, time, blob, sum(length(blob)) OVER (ORDER BY no) - length(blob) AS before,
         row_number() OVER (ORDER BY no) AS place
       FROM inbox i WHERE i.inbox_id = q.inbox_id AND no > q.after ORDER BY no LIMIT q.items + 1
     ) AS page WHERE before <= q.bytes OR place = 2 ORDER BY q.at, no`,
    [
      asked.map(({ inbox }) => inbox.inboxId),
      asked.map(({ after }) => after),
      asked.map(({ size }) => size.items),
      asked.map(({ size }) => size.bytes),
    ],
  );
  fill(
    asked,
    rows,
    inboxItem,
    ({ item }) => item,
    (item) => item.blob.length,
  );
  for (const row of rows)
    units.get(asked[(row["at"] as number) - 1]!.inbox)!.times.set(row["no"] as number, row["time"] as number);
}

/** The pages that are asked for, and what may take their place behind what is cleared. */
function pagesOf({ pages, clearedUpTo }: InboxReads): InboxReads["pages"] {
  const covered = pages.filter(({ after }) => after < clearedUpTo);
  return [...pages, ...covered.map(({ size }) => ({ after: clearedUpTo, size }))];
}

function longerBy(gone: number) {
  return ({ after, size }: { readonly after: number; readonly size: PageSize }) => {
    return { after, size: { ...size, items: size.items + gone } };
  };
}

/** Gives pages what was found for each of them: all that there is, unless it is more than the page. */
function fill<T>(
  asked: readonly { readonly pages: LoadedPages<T>; readonly after: number; readonly size: PageSize }[],
  rows: readonly PostgresRow[],
  read: (row: PostgresRow) => T,
  numberOf: (item: T) => number,
  bytesOf: (item: T) => number,
): void {
  const found = asked.map((): [number, T][] => []);
  for (const row of rows) {
    const item = read(row);
    found[(row["at"] as number) - 1]!.push([numberOf(item), item]);
  }
  asked.forEach(({ pages, after, size }, at) => {
    const list = found[at]!;
    const bytes = list.reduce((sum, [, item]) => sum + bytesOf(item), 0);
    // A page has its first item however large that is: so the second one is always looked for.
    const isAll = list.length <= size.items && (bytes <= size.bytes || list.length === 1);
    pages.load(after, isAll ? Infinity : list.at(-1)![0], list);
  });
}

function slotOf(asked: readonly AskedSlot[], row: PostgresRow) {
  const { unit, slotId } = asked[(row["at"] as number) - 1]!;
  return unit.slots.get(slotKey(slotId))!;
}

/** A slot's row. */
export function slotRow(row: PostgresRow) {
  return {
    tokenPub: row["token_pub"] as Uint8Array,
    closed: row["closed"] as boolean,
    end: row["end_at"] as number,
    time: row["time"] as number,
    commits: row["commits"] as number,
  };
}

function versionOf(row: PostgresRow): UnitVersion {
  return {
    no: row["no"] as number,
    n: row["n"] as number,
    time: row["time"] as number,
    isOnProbation: row["on_probation"] as boolean,
    bytes: row["size"] as number,
    blob: row["blob"] as Uint8Array | null,
  };
}

function requestItem(row: PostgresRow): JoinRequestItem {
  const slotId = row["slot_id"] as Uint8Array | null;
  return {
    request: row["no"] as number,
    slotId: slotId === null ? null : SlotId.of(slotId),
    blob: row["blob"] as Uint8Array,
    time: row["time"] as number,
  };
}

function inboxItem(row: PostgresRow): InboxItem {
  return {
    item: row["no"] as number,
    roomTag: RoomTag.of(row["room_tag"] as Uint8Array),
    n: row["n"] as number,
    blob: row["blob"] as Uint8Array,
  };
}
