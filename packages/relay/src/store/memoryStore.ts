import { compareBytes } from "@conclave/codec";
import type { BlobId, InboxId, InboxItem, JoinRequestItem, RoomTag, SlotId, SlotListItem } from "@conclave/wire";
import { keyOf } from "../key.js";
import {
  type BlobRow,
  type CommitRow,
  type CrowdedRequest,
  RecordPage,
  type PageSize,
  type RecordRow,
  type RoomRow,
  type RequestOrigin,
  type SlotRow,
  type SlotTime,
  type SlotVersion,
  type Store,
} from "./store.js";

interface MemoryRoom {
  row: RoomRow;
  readonly records: RecordRow[];
  readonly nextKeys: Map<number, Uint8Array>;
  readonly roster: Map<string, Uint8Array>;
  readonly slots: Map<string, MemorySlot>;
  requests: ({ item: JoinRequestItem } & RequestOrigin)[];
}

interface MemorySlot extends SlotTime {
  readonly slotId: SlotId;
  readonly tokenPub: Uint8Array;
  closed: boolean;
  versions: (SlotVersion & { isOnProbation: boolean })[];
}

interface MemoryBlob {
  readonly no: number;
  readonly room: number;
  readonly blobId: BlobId;
  readonly size: number;
  readonly chunks: number;
  readonly time: number;
  readonly content: readonly Uint8Array[];
}

/**
 * A store in memory, for tests and simulations: deterministic, and gone with the process. A new relay core on the
 * same `MemoryStore` finds everything that was there, as after a restart.
 */
export class MemoryStore implements Store {
  private readonly rooms: MemoryRoom[] = [];
  private readonly byTag = new Map<string, MemoryRoom>();
  private readonly inboxes = new Map<string, { item: InboxItem; time: number }[]>();
  private blobs = new Map<number, MemoryBlob>();
  private lastBlob = 0;
  private lastRequest = 0;
  private lastItem = 0;
  private reserved = 0;

  /** A store with the same content: what a backup, or the other side of a fork, begins with. */
  copy(): MemoryStore {
    const copy = new MemoryStore();
    for (const { row, records, nextKeys, roster, slots, requests } of this.rooms) {
      const room = {
        row: { ...row },
        records: [...records],
        nextKeys: new Map(nextKeys),
        roster: new Map(roster),
        slots: new Map([...slots].map(([key, slot]) => [key, { ...slot }])),
        requests: [...requests],
      };
      copy.rooms.push(room);
      copy.byTag.set(keyOf(row.tag), room);
    }
    for (const [key, items] of this.inboxes) copy.inboxes.set(key, [...items]);
    copy.blobs = new Map(this.blobs);
    copy.lastBlob = this.lastBlob;
    [copy.lastRequest, copy.lastItem, copy.reserved] = [this.lastRequest, this.lastItem, this.reserved];
    return copy;
  }

  begin(): void {
    // Nothing to do: there is one user, and nothing fails halfway.
  }

  commit(): void {
    // Nothing to do: memory is as durable as it gets.
  }

  close(): void {
    // Nothing to do: the memory is freed with the object.
  }

  signedUntil(): number {
    return this.reserved;
  }

  saveSignedUntil(time: number): void {
    this.reserved = time;
  }

  room(tag: RoomTag): RoomRow | null {
    const room = this.byTag.get(keyOf(tag));
    return room === undefined ? null : { ...room.row };
  }

  addRoom(room: Omit<RoomRow, "no">): RoomRow {
    const row = { ...room, no: this.rooms.length + 1 };
    const memory = {
      row: { ...row },
      records: [],
      nextKeys: new Map(),
      roster: new Map(),
      slots: new Map(),
      requests: [],
    };
    this.rooms.push(memory);
    this.byTag.set(keyOf(room.tag), memory);
    return row;
  }

  saveRoom(room: RoomRow): void {
    this.at(room.no).row = { ...room };
  }

  roomCount(): number {
    return this.rooms.length;
  }

  roomsWithOld(before: number, limit: number): RoomTag[] {
    const old = this.rooms.filter(({ row }) => row.oldest !== null && row.oldest < before);
    return old.slice(0, limit).map(({ row }) => row.tag);
  }

  addRecord(room: number, record: RecordRow, nextKey?: Uint8Array): void {
    this.at(room).records.push(record);
    if (nextKey !== undefined) this.at(room).nextKeys.set(record.n, nextKey);
  }

  records(room: number, fromN: number, size: PageSize): RecordRow[] {
    const page = new RecordPage<RecordRow>(size);
    const { records } = this.at(room);
    for (let at = Math.max(0, fromN - 1); at < records.length; at++) {
      const record = records[at]!;
      if (!page.add(record, record.payload.length + record.attachment.length)) break;
    }
    return page.items;
  }

  appendIds(room: number, count: number): { n: number; appendId: Uint8Array }[] {
    return this.at(room)
      .records.slice(-count)
      .map(({ n, appendId }) => ({ n, appendId }));
  }

  pruneRecord(room: number, n: number, { payloadHash, attachmentHash }: Parameters<Store["pruneRecord"]>[2]): void {
    const { records } = this.at(room);
    records[n - 1] = { ...records[n - 1]!, pruned: true, payload: payloadHash, attachment: attachmentHash };
  }

  commitAt(room: number, n: number): CommitRow | null {
    const record = this.at(room).records[n - 1];
    if (record?.kind !== "commit") return null;
    const { isOnProbation, parent, time } = record;
    return { isOnProbation, parent, time };
  }

  commitOnProbation(room: number, epoch: number, nextKey: Uint8Array | null): number | null {
    const { records, nextKeys } = this.at(room);
    const found = [...nextKeys].findLast(([n, key]) => {
      const record = records[n - 1]!;
      return record.isOnProbation && record.epoch === epoch && (nextKey === null || compareBytes(key, nextKey) === 0);
    });
    return found?.[0] ?? null;
  }

  confirmCommit(room: number, n: number): void {
    const { records } = this.at(room);
    records[n - 1] = { ...records[n - 1]!, isOnProbation: false };
  }

  addRoster(room: number, hash: Uint8Array, record: Uint8Array): void {
    const { roster } = this.at(room);
    if (!roster.has(keyOf(hash))) roster.set(keyOf(hash), record);
  }

  roster(room: number, hash: Uint8Array): Uint8Array | null {
    return this.at(room).roster.get(keyOf(hash)) ?? null;
  }

  slot(room: number, slotId: SlotId): SlotRow | null {
    const slot = this.at(room).slots.get(keyOf(slotId));
    if (slot === undefined) return null;
    const { tokenPub, closed, end, versions } = slot;
    const onProbation = versions.filter(({ isOnProbation }) => isOnProbation).length;
    return { tokenPub, closed, end, versions: versions.length - onProbation, onProbation };
  }

  openSlotCount(room: number): number {
    return [...this.at(room).slots.values()].filter((slot) => !slot.closed).length;
  }

  openSlots(room: number, after: SlotId | null, count: number): SlotListItem[] {
    const open = [...this.at(room).slots.values()].filter(
      ({ slotId, closed }) => !closed && (after === null || compareBytes(slotId, after) > 0),
    );
    const listed = open.sort((a, b) => compareBytes(a.slotId, b.slotId)).slice(0, count);
    return listed.map(({ slotId, versions, end }) => ({
      slotId,
      bytes: versions.reduce((sum, { blob }) => sum + blob.length, 0),
      end,
    }));
  }

  openSlot(room: number, slotId: SlotId, tokenPub: Uint8Array, time: SlotTime): void {
    const { slots } = this.at(room);
    const versions = slots.get(keyOf(slotId))?.versions ?? [];
    slots.set(keyOf(slotId), { slotId, tokenPub, closed: false, versions, ...time });
  }

  closeSlot(room: number, slotId: SlotId): void {
    const memory = this.at(room);
    const slot = memory.slots.get(keyOf(slotId));
    if (slot === undefined) return;
    slot.closed = true;
    slot.versions = [];
    memory.requests = memory.requests.filter(({ item }) => !isOf(item, slotId));
  }

  dropSlot(room: number, slotId: SlotId): void {
    this.closeSlot(room, slotId);
    this.at(room).slots.delete(keyOf(slotId));
  }

  endedSlots(now: number, before: number, commits: number, limit: number): { room: number; slotId: SlotId }[] {
    const ended = this.rooms.flatMap(({ row, slots }) =>
      [...slots.values()]
        .filter(({ end, ...put }) => {
          return (end > 0 && end < now) || (put.time < before && put.commits + commits <= row.commits);
        })
        .map(({ slotId }) => ({ room: row.no, slotId })),
    );
    return ended.slice(0, limit);
  }

  addSlotVersion(room: number, slotId: SlotId, version: SlotVersion, isOnProbation: boolean, keep: number): void {
    const slot = this.at(room).slots.get(keyOf(slotId));
    if (slot === undefined) return;
    const isOther = (other: { isOnProbation: boolean }) => other.isOnProbation !== isOnProbation;
    const same = [{ ...version, isOnProbation }, ...slot.versions.filter((other) => !isOther(other))].slice(0, keep);
    const others = slot.versions.filter(isOther);
    slot.versions = isOnProbation ? [...others, ...same] : [...same, ...others];
  }

  slotVersion(room: number, slotId: SlotId, back: number): SlotVersion | null {
    const version = this.at(room).slots.get(keyOf(slotId))?.versions[back];
    if (version === undefined) return null;
    const { blob, n, time } = version;
    return { blob, n, time };
  }

  requestCount(room: number, slotId: SlotId | null): number {
    return this.at(room).requests.filter(({ item }) => isOf(item, slotId)).length;
  }

  findRequest(room: number, slotId: SlotId | null, digest: Uint8Array): number | null {
    const same = this.at(room).requests.find(
      (request) => isOf(request.item, slotId) && compareBytes(request.digest, digest) === 0,
    );
    return same?.item.request ?? null;
  }

  addRequest(room: number, request: Omit<JoinRequestItem, "request">, from: RequestOrigin): number {
    const number = ++this.lastRequest;
    this.at(room).requests.push({ item: { ...request, request: number }, ...from });
    return number;
  }

  oldestRequest(room: number, slotId: SlotId | null, address: Uint8Array | null): CrowdedRequest | null {
    const found = new Map<string, CrowdedRequest>();
    for (const { item, address: from } of this.at(room).requests) {
      if (!isOf(item, slotId) || (address !== null && compareBytes(address, from) !== 0)) continue;
      const { request, count } = found.get(keyOf(from)) ?? { request: item.request, count: 0 };
      found.set(keyOf(from), { request, count: count + 1 });
    }
    return [...found.values()].sort((a, b) => b.count - a.count || a.request - b.request)[0] ?? null;
  }

  requests(room: number, after: number, size: PageSize, isPlea = false): JoinRequestItem[] {
    const page = new RecordPage<JoinRequestItem>(size);
    for (const { item } of this.at(room).requests) {
      if (isPlea && item.slotId !== null) continue;
      if (item.request > after && !page.add(item, item.blob.length)) break;
    }
    return page.items;
  }

  deleteRequest(room: number, request: number): void {
    const memory = this.at(room);
    memory.requests = memory.requests.filter(({ item }) => item.request !== request);
  }

  deleteRequestsBefore(time: number): void {
    for (const room of this.rooms) room.requests = room.requests.filter(({ item }) => item.time >= time);
  }

  addInboxItem(inboxId: InboxId, item: Omit<InboxItem, "item">, time: number, keepOfRoom: number): void {
    const key = keyOf(inboxId);
    const items = this.inboxes.get(key) ?? [];
    items.push({ item: { ...item, item: ++this.lastItem }, time });
    const ofRoom = items.filter((stored) => compareBytes(stored.item.roomTag, item.roomTag) === 0);
    const surplus = new Set(ofRoom.slice(0, Math.max(0, ofRoom.length - keepOfRoom)));
    this.inboxes.set(
      key,
      items.filter((stored) => !surplus.has(stored)),
    );
  }

  inbox(inboxId: InboxId, after: number, size: PageSize): InboxItem[] {
    const page = new RecordPage<InboxItem>(size);
    for (const { item } of this.inboxes.get(keyOf(inboxId)) ?? []) {
      if (item.item > after && !page.add(item, item.blob.length)) break;
    }
    return page.items;
  }

  clearInbox(inboxId: InboxId, upTo: number): void {
    this.keepInInbox(keyOf(inboxId), ({ item }) => item.item > upTo);
  }

  deleteInboxItemsBefore(time: number): void {
    for (const key of [...this.inboxes.keys()]) this.keepInInbox(key, (stored) => stored.time >= time);
  }

  blob(room: number, blobId: BlobId): BlobRow | null {
    const blob = [...this.blobs.values()].find((each) => each.room === room && keyOf(each.blobId) === keyOf(blobId));
    return blob === undefined ? null : rowOf(blob);
  }

  addBlob(room: number, blob: { blobId: BlobId; size: number; chunks: number; time: number }): void {
    const no = ++this.lastBlob;
    this.blobs.set(no, { ...blob, no, room, content: [] });
  }

  addBlobChunk(blob: number, _index: number, chunk: Uint8Array, time: number): void {
    const stored = this.blobs.get(blob);
    if (stored !== undefined) this.blobs.set(blob, { ...stored, time, content: [...stored.content, chunk.slice()] });
  }

  blobChunk(blob: number, index: number): Uint8Array | null {
    return this.blobs.get(blob)?.content[index] ?? null;
  }

  dropBlob(blob: number): void {
    this.blobs.delete(blob);
  }

  expiredBlobs(before: { complete: number; unfinished: number }, limit: number) {
    const isExpired = ({ time, chunks, content }: MemoryBlob): boolean =>
      time < (content.length === chunks ? before.complete : before.unfinished);
    const expired = [...this.blobs.values()].filter(isExpired).sort((a, b) => a.time - b.time);
    return expired.slice(0, limit).map((blob) => ({ roomTag: this.at(blob.room).row.tag, blob: rowOf(blob) }));
  }

  purgeBlobs(): boolean {
    return false;
  }

  private at(room: number): MemoryRoom {
    return this.rooms[room - 1]!;
  }

  private keepInInbox(key: string, keep: (stored: { item: InboxItem; time: number }) => boolean): void {
    const kept = (this.inboxes.get(key) ?? []).filter(keep);
    if (kept.length > 0) this.inboxes.set(key, kept);
    else this.inboxes.delete(key);
  }
}

function isOf({ slotId }: JoinRequestItem, of: SlotId | null): boolean {
  return slotId === null || of === null ? slotId === of : compareBytes(slotId, of) === 0;
}

function rowOf({ no, size, content }: MemoryBlob): BlobRow {
  return { no, size, chunks: content.length };
}
