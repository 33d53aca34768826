import { concatBytes } from "@conclave/codec";
import type { Database, SqlRow } from "@conclave/sqlite";
import {
  type BlobId,
  ID_BYTES,
  type InboxId,
  type InboxItem,
  type JoinRequestItem,
  RoomTag,
  SlotId,
  type SlotListItem,
} from "@conclave/wire";
import {
  appendIdOf,
  blobRow,
  bytes,
  CHUNK_SPAN,
  commitRow,
  encodeWriteKeys,
  LAST_ROOM,
  id,
  inboxRow,
  readNumber,
  readRow,
  recordRow,
  requestRow,
  roomRow,
  ROOM_SPAN,
  slotListRow,
  slotRow,
  slotVersionRow,
} from "./rowCodec.js";
import { RowDamaged } from "./rowDamage.js";
import { migrate } from "./schema.js";
import { readPage, Statements } from "./statements.js";
import {
  type BlobRow,
  type CommitRow,
  type CrowdedRequest,
  type PageSize,
  type RecordRow,
  type RoomRow,
  type RequestOrigin,
  type SlotRow,
  type SlotTime,
  type SlotVersion,
  type Store,
} from "./store.js";

const EMPTY = new Uint8Array();

/** The store on one SQLite database, which nobody else may use while it is open. */
export class SqliteStore implements Store {
  private readonly sql: Statements;

  /** Takes over the database, and brings its schema up to date. */
  constructor(
    private readonly database: Database,
    /** Copies the file before its schema is changed. */
    copyFirst: (version: number) => void = () => undefined,
    /** Told of a row that is skipped, because it cannot be read. */
    private readonly onDamage: (damage: RowDamaged) => void = () => undefined,
  ) {
    migrate(database, copyFirst);
    this.sql = new Statements(database);
    // Checkpoints move pages from the journal into the file; rarer ones write hot pages less often.
    database.exec("PRAGMA wal_autocheckpoint = 4000");
  }

  begin(): void {
    this.database.begin();
  }

  commit(): void {
    this.database.commit();
  }

  close(): void {
    this.database.close();
  }

  signedUntil(): number {
    const row = this.sql.get("SELECT signed_until FROM relay_time") ?? {};
    return readRow("relay_time", row, (each) => readNumber(each, "signed_until"));
  }

  saveSignedUntil(time: number): void {
    this.sql.run("UPDATE relay_time SET signed_until = ?", time);
  }

  room(tag: RoomTag): RoomRow | null {
    const row = this.sql.get("SELECT * FROM room WHERE tag = ?", tag);
    return row === null ? null : readRow("room", row, roomRow);
  }

  addRoom(room: Omit<RoomRow, "no">): RoomRow | null {
    if (this.roomCount() >= LAST_ROOM) return null;
    const { tag, creation, head } = room;
    const { rowid } = this.sql.run(
      "INSERT INTO room (tag, creation, epoch, n, last_commit, head, write_keys, lineage, seen_at, commits," +
        " available_from, message_bytes, probation_bytes, blob_bytes)" +
        " VALUES (?, ?, 0, 0, 0, ?, ?, 0, 0, 0, 1, 0, 0, 0)",
      tag,
      creation,
      head,
      encodeWriteKeys(room.writeKeys),
    );
    const added = { ...room, no: rowid };
    this.saveRoom(added);
    return added;
  }

  saveRoom(room: RoomRow): void {
    this.sql.run(
      "UPDATE room SET epoch = ?, n = ?, last_commit = ?, head = ?, write_keys = ?, lineage = ?," +
        " seen_at = ?, commits = ?, available_from = ?, message_bytes = ?, probation_bytes = ?," +
        " blob_bytes = ?, oldest = ? WHERE no = ?",
      room.epoch,
      room.n,
      room.lastCommit,
      room.head,
      encodeWriteKeys(room.writeKeys),
      room.lineage,
      room.seenAt,
      room.commits,
      room.availableFrom,
      room.messageBytes,
      room.probationBytes,
      room.blobBytes,
      room.oldest,
      room.no,
    );
  }

  roomCount(): number {
    return readNumber(this.sql.get("SELECT coalesce(max(no), 0) AS n FROM room")!, "n");
  }

  roomsWithOld(before: number, limit: number): RoomTag[] {
    // Nobody can ask for a tag of another length.
    const sql = "SELECT tag FROM room WHERE oldest < ? AND typeof(tag) = 'blob' AND length(tag) = ? LIMIT ?";
    return this.sql.all(sql, before, ID_BYTES, limit).map((row) => RoomTag.of(id(row, "tag")));
  }

  addRecord(room: number, record: RecordRow, nextKey?: Uint8Array): void {
    this.sql.run(
      "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      room * ROOM_SPAN + record.n,
      record.kind === "commit" ? 1 : 2,
      record.epoch,
      record.time,
      record.appendId,
      record.head,
      record.isOnProbation ? 1 : 0,
      record.parent,
      record.attachment.length === 0 ? EMPTY : record.attachment,
      nextKey ?? null,
      record.payload,
    );
  }

  records(room: number, fromN: number, size: PageSize): RecordRow[] {
    const [from, end] = [room * ROOM_SPAN + Math.max(1, fromN), (room + 1) * ROOM_SPAN];
    const sql = "SELECT * FROM record WHERE id >= ? AND id < ? ORDER BY id LIMIT ?";
    return readPage(
      size,
      (row) => readRow("record", row, recordRow),
      (record) => record.payload.length + record.attachment.length,
      (after, limit) => this.sql.all(sql, after === null ? from : after + 1, end, limit),
    );
  }

  appendIds(room: number, count: number): { n: number; appendId: Uint8Array }[] {
    const sql = "SELECT id, append_id FROM record WHERE id > ? AND id < ? ORDER BY id DESC LIMIT ?";
    return this.sql
      .all(sql, room * ROOM_SPAN, (room + 1) * ROOM_SPAN, count)
      .map((row) => ({ n: readNumber(row, "id") % ROOM_SPAN, appendId: readRow("record", row, appendIdOf) }))
      .reverse();
  }

  pruneRecord(room: number, n: number, { payloadHash, attachmentHash }: Parameters<Store["pruneRecord"]>[2]): void {
    const hashes = concatBytes(payloadHash, attachmentHash);
    this.sql.run("UPDATE record SET payload = ?, attachment = NULL WHERE id = ?", hashes, room * ROOM_SPAN + n);
  }

  commitAt(room: number, n: number): CommitRow | null {
    const sql = "SELECT id, on_probation, parent, time FROM record WHERE id = ? AND kind = 1";
    const row = this.sql.get(sql, room * ROOM_SPAN + n);
    return row === null ? null : readRow("record", row, commitRow);
  }

  commitOnProbation(room: number, epoch: number, nextKey: Uint8Array | null): number | null {
    const sql =
      "SELECT id FROM record WHERE next_key IS NOT NULL AND on_probation = 1 AND epoch = ? AND id > ? AND id < ?" +
      " AND (? IS NULL OR next_key = ?) ORDER BY id DESC LIMIT 1";
    const row = this.sql.get(sql, epoch, room * ROOM_SPAN, (room + 1) * ROOM_SPAN, nextKey, nextKey);
    return row && readNumber(row, "id") % ROOM_SPAN;
  }

  confirmCommit(room: number, n: number): void {
    this.sql.run("UPDATE record SET on_probation = 0 WHERE id = ?", room * ROOM_SPAN + n);
  }

  addRoster(room: number, hash: Uint8Array, record: Uint8Array): void {
    this.sql.run("INSERT OR IGNORE INTO roster (room, hash, record) VALUES (?, ?, ?)", room, hash, record);
  }

  roster(room: number, hash: Uint8Array): Uint8Array | null {
    const row = this.sql.get("SELECT id, record FROM roster WHERE room = ? AND hash = ?", room, hash);
    return row === null ? null : readRow("roster", row, (each) => bytes(each, "record"));
  }

  slot(room: number, slotId: SlotId): SlotRow | null {
    const row = this.sql.get(
      "SELECT token_pub, closed, end_at," +
        " (SELECT count(*) FROM slot_version v WHERE v.room = s.room AND v.slot_id = s.slot_id) AS versions," +
        " (SELECT coalesce(sum(on_probation), 0) FROM slot_version v WHERE v.room = s.room AND v.slot_id = s.slot_id)" +
        " AS on_probation FROM slot s WHERE room = ? AND slot_id = ?",
      room,
      slotId,
    );
    if (row === null) return null;
    return readRow("slot", row, slotRow);
  }

  openSlotCount(room: number): number {
    return readNumber(this.sql.get("SELECT count(*) AS n FROM slot WHERE room = ? AND closed = 0", room)!, "n");
  }

  openSlots(room: number, after: SlotId | null, count: number): SlotListItem[] {
    const sql =
      "SELECT slot_id, end_at, (SELECT coalesce(sum(length(blob)), 0) FROM slot_version v WHERE v.room = s.room AND v.slot_id = s.slot_id)" +
      " AS bytes FROM slot s WHERE room = ? AND closed = 0 AND slot_id > ? ORDER BY slot_id LIMIT ?";
    return this.sql.all(sql, room, after ?? EMPTY, count).map((row) => readRow("slot", row, slotListRow));
  }

  openSlot(room: number, slotId: SlotId, tokenPub: Uint8Array, { time, commits, end }: SlotTime): void {
    const sql = "INSERT OR REPLACE INTO slot VALUES (?, ?, ?, 0, ?, ?, ?)";
    this.sql.run(sql, room, slotId, tokenPub, end, time, commits);
  }

  closeSlot(room: number, slotId: SlotId): void {
    this.sql.run("UPDATE slot SET closed = 1 WHERE room = ? AND slot_id = ?", room, slotId);
    this.emptySlot(room, slotId);
  }

  dropSlot(room: number, slotId: SlotId): void {
    this.sql.run("DELETE FROM slot WHERE room = ? AND slot_id = ?", room, slotId);
    this.emptySlot(room, slotId);
  }

  endedSlots(now: number, before: number, commits: number, limit: number): { room: number; slotId: SlotId }[] {
    const ended = this.sql.all("SELECT room, slot_id FROM slot WHERE end_at > 0 AND end_at < ? LIMIT ?", now, limit);
    const sql =
      "SELECT room, slot_id FROM slot s WHERE time < ? AND commits + ? <= (SELECT commits FROM room WHERE no = s.room) LIMIT ?";
    const stale = this.sql.all(sql, before, commits, Math.max(0, limit - ended.length));
    return [...ended, ...stale].map((row) => ({
      room: readNumber(row, "room"),
      slotId: SlotId.of(id(row, "slot_id")),
    }));
  }

  private emptySlot(room: number, slotId: SlotId): void {
    this.sql.run("DELETE FROM slot_version WHERE room = ? AND slot_id = ?", room, slotId);
    this.sql.run("DELETE FROM request WHERE room = ? AND slot_id = ?", room, slotId);
  }

  addSlotVersion(room: number, slotId: SlotId, { blob, n, time }: SlotVersion, isOnProbation: boolean, keep: number) {
    const kind = isOnProbation ? 1 : 0;
    this.sql.run(
      "INSERT INTO slot_version (room, slot_id, blob, n, time, on_probation) VALUES (?, ?, ?, ?, ?, ?)",
      room,
      slotId,
      blob,
      n,
      time,
      kind,
    );
    const sql =
      "DELETE FROM slot_version WHERE id IN" +
      " (SELECT id FROM slot_version WHERE room = ? AND slot_id = ? AND on_probation = ? ORDER BY id DESC LIMIT -1 OFFSET ?)";
    this.sql.run(sql, room, slotId, kind, keep);
  }

  slotVersion(room: number, slotId: SlotId, back: number): SlotVersion | null {
    const sql =
      "SELECT id, blob, n, time FROM slot_version WHERE room = ? AND slot_id = ?" +
      " ORDER BY on_probation, id DESC LIMIT 1 OFFSET ?";
    const row = this.sql.get(sql, room, slotId, back);
    return row === null ? null : readRow("slot_version", row, slotVersionRow);
  }

  requestCount(room: number, slotId: SlotId | null): number {
    return readNumber(
      this.sql.get("SELECT count(*) AS n FROM request WHERE room = ? AND slot_id IS ?", room, slotId)!,
      "n",
    );
  }

  findRequest(room: number, slotId: SlotId | null, digest: Uint8Array): number | null {
    const row = this.sql.get(
      "SELECT id FROM request WHERE room = ? AND slot_id IS ? AND digest = ?",
      room,
      slotId,
      digest,
    );
    return row === null ? null : readNumber(row, "id");
  }

  addRequest(room: number, { slotId, blob, time }: Omit<JoinRequestItem, "request">, from: RequestOrigin) {
    const sql = "INSERT INTO request (room, slot_id, digest, address, blob, time) VALUES (?, ?, ?, ?, ?, ?)";
    return this.sql.run(sql, room, slotId, from.digest, from.address, blob, time).rowid;
  }

  oldestRequest(room: number, slotId: SlotId | null, address: Uint8Array | null): CrowdedRequest | null {
    const sql =
      "SELECT min(id) AS id, count(*) AS n FROM request WHERE room = ? AND slot_id IS ? AND (? IS NULL OR address = ?)" +
      " GROUP BY address ORDER BY n DESC, min(id) LIMIT 1";
    const row = this.sql.get(sql, room, slotId, address, address);
    return row && { request: readNumber(row, "id"), count: readNumber(row, "n") };
  }

  requests(room: number, after: number, size: PageSize, isPlea = false): JoinRequestItem[] {
    const kind = isPlea ? "AND slot_id IS NULL" : "";
    const sql = `SELECT id, slot_id, blob, time FROM request WHERE room = ? AND id > ? ${kind} ORDER BY id LIMIT ?`;
    return readPage(
      size,
      (row) => readRow("request", row, requestRow),
      (item) => item.blob.length,
      (last, limit) => this.sql.all(sql, room, last ?? after, limit),
    );
  }

  deleteRequest(room: number, request: number): void {
    this.sql.run("DELETE FROM request WHERE room = ? AND id = ?", room, request);
  }

  deleteRequestsBefore(time: number): void {
    this.sql.run("DELETE FROM request WHERE time < ?", time);
  }

  addInboxItem(inboxId: InboxId, item: Omit<InboxItem, "item">, time: number, keepOfRoom: number): void {
    const insert = "INSERT INTO inbox (inbox_id, room_tag, n, blob, time) VALUES (?, ?, ?, ?, ?)";
    this.sql.run(insert, inboxId, item.roomTag, item.n, item.blob, time);
    const trim =
      "DELETE FROM inbox WHERE id IN (SELECT id FROM inbox WHERE inbox_id = ? AND room_tag = ? ORDER BY id DESC LIMIT -1 OFFSET ?)";
    this.sql.run(trim, inboxId, item.roomTag, keepOfRoom);
  }

  inbox(inboxId: InboxId, after: number, size: PageSize): InboxItem[] {
    const sql = "SELECT id, room_tag, n, blob FROM inbox WHERE inbox_id = ? AND id > ? ORDER BY id LIMIT ?";
    return readPage(
      size,
      // A damaged delivery from one room does not hide those from others.
      (row) => this.orNull(() => readRow("inbox", row, inboxRow)),
      (item) => item.blob.length,
      (last, limit) => this.sql.all(sql, inboxId, last ?? after, limit),
    );
  }

  clearInbox(inboxId: InboxId, upTo: number): void {
    this.sql.run("DELETE FROM inbox WHERE inbox_id = ? AND id <= ?", inboxId, upTo);
  }

  deleteInboxItemsBefore(time: number): void {
    this.sql.run("DELETE FROM inbox WHERE time < ?", time);
  }

  blob(room: number, blobId: BlobId): BlobRow | null {
    const row = this.sql.get("SELECT * FROM blob WHERE room = ? AND blob_id = ? AND dropped = 0", room, blobId);
    return row === null ? null : readRow("blob", row, blobRow);
  }

  addBlob(room: number, blob: { blobId: BlobId; size: number; chunks: number; time: number }): void {
    const sql = "INSERT INTO blob (room, blob_id, size, chunks, missing, time, dropped) VALUES (?, ?, ?, ?, ?, ?, 0)";
    this.sql.run(sql, room, blob.blobId, blob.size, blob.chunks, blob.chunks, blob.time);
  }

  addBlobChunk(blob: number, index: number, chunk: Uint8Array, time: number): void {
    if (this.blobChunk(blob, index) !== null) throw new RowDamaged(`table blob, row ${blob}, column missing`);
    this.sql.run("INSERT INTO blob_chunk VALUES (?, ?)", blob * CHUNK_SPAN + index, chunk);
    this.sql.run("UPDATE blob SET missing = missing - 1, time = ? WHERE no = ?", time, blob);
  }

  blobChunk(blob: number, index: number): Uint8Array | null {
    if (index >= CHUNK_SPAN) return null;
    const row = this.sql.get("SELECT id, bytes FROM blob_chunk WHERE id = ?", blob * CHUNK_SPAN + index);
    return row === null ? null : readRow("blob_chunk", row, (chunk) => bytes(chunk, "bytes"));
  }

  dropBlob(blob: number): void {
    this.sql.run("UPDATE blob SET dropped = 1 WHERE no = ?", blob);
  }

  expiredBlobs(before: { complete: number; unfinished: number }, limit: number) {
    const sql =
      "SELECT blob.*, room.tag FROM blob JOIN room ON room.no = blob.room WHERE dropped = 0" +
      " AND time < max(?1, ?2) AND time < CASE missing WHEN 0 THEN ?1 ELSE ?2 END ORDER BY time LIMIT ?3";
    const rows = this.sql.all(sql, before.complete, before.unfinished, limit);
    return rows.flatMap((row) => {
      const read = (each: SqlRow) => ({ roomTag: RoomTag.of(id(each, "tag")), blob: blobRow(each) });
      const expired = this.orNull(() => readRow("blob", row, read));
      // Nobody can read it any more, and it must not stay at the head of the queue for ever.
      if (expired === null) this.dropBlob(readNumber(row, "no"));
      return expired ?? [];
    });
  }

  purgeBlobs(limit: number): boolean {
    const row = this.sql.get("SELECT no FROM blob WHERE dropped = 1 ORDER BY no LIMIT 1");
    if (row === null) return false;
    const blob = readNumber(row, "no");
    const sql = "DELETE FROM blob_chunk WHERE id IN (SELECT id FROM blob_chunk WHERE id >= ? AND id < ? LIMIT ?)";
    const { changes } = this.sql.run(sql, blob * CHUNK_SPAN, (blob + 1) * CHUNK_SPAN, limit);
    if (changes < limit) this.sql.run("DELETE FROM blob WHERE no = ?", blob);
    return this.sql.get("SELECT no FROM blob WHERE dropped = 1 LIMIT 1") !== null;
  }

  private orNull<T>(read: () => T): T | null {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof RowDamaged)) throw error;
      this.onDamage(error);
      return null;
    }
  }
}
