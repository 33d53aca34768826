import type {
  BlobId,
  InboxId,
  InboxItem,
  JoinRequestItem,
  RecordDigest,
  RecordKind,
  RoomTag,
  SlotId,
  SlotListItem,
} from "@conclave/wire";

/** A key that proves membership in the epoch that the commit at `n` led to. */
export interface WriteKey {
  readonly key: Uint8Array;
  readonly epoch: number;
  /** The commit that registered it; 0 for the room's creation. */
  readonly n: number;
  /** The commit that its lineage began with: one by an invite or by a retired key; 0 for that of the room's creation. */
  readonly lineage: number;
  /** The slot of the invite by which its lineage began; null where that was no commit by an invite. */
  readonly slot: SlotId | null;
  /** It can do everything; a retired key can only append a commit now and then. */
  readonly live: boolean;
  /** When it was registered, ms. */
  readonly since: number;
  /** When the next commit registered another one, ms; 0 for the newest. */
  readonly until: number;
}

/** A room as it is stored. */
export interface RoomRow {
  /** The store's own number of the room. */
  readonly no: number;
  readonly tag: RoomTag;
  /** Hash of what the room was created with: tells a repeated creation from a clash. */
  readonly creation: Uint8Array;
  epoch: number;
  n: number;
  lastCommit: number;
  head: Uint8Array;
  writeKeys: readonly WriteKey[];
  /** The lineage whose keys are the members'. */
  lineage: number;
  /** When somebody with such a key was last there, ms. */
  seenAt: number;
  /** How many commits there are. */
  commits: number;
  /** From here on no message is pruned. */
  availableFrom: number;
  /** Payload bytes of messages that are kept. */
  messageBytes: number;
  /** The part of them that was written on probation. */
  probationBytes: number;
  blobBytes: number;
  /** Time of the record at `availableFrom`; null when there is none. */
  oldest: number | null;
}

/** A log record as it is stored. When pruned, `payload` and `attachment` are their hashes. */
export interface RecordRow {
  readonly n: number;
  readonly kind: RecordKind;
  readonly epoch: number;
  readonly time: number;
  readonly appendId: Uint8Array;
  readonly head: Uint8Array;
  /** A message written on probation, or a commit that no member has confirmed. */
  readonly isOnProbation: boolean;
  /** The commit that this commit follows; 0 for none, and in a message. */
  readonly parent: number;
  readonly pruned: boolean;
  readonly payload: Uint8Array;
  readonly attachment: Uint8Array;
}

/** What is asked of a commit. */
export type CommitRow = Pick<RecordRow, "isOnProbation" | "parent" | "time">;

/** A slot without its versions. */
export interface SlotRow {
  readonly tokenPub: Uint8Array;
  readonly closed: boolean;
  /** When it ends by itself, ms; 0 for one that does not. */
  readonly end: number;
  /** How many there are of members, and of people on probation. */
  readonly versions: number;
  readonly onProbation: number;
}

/** When a slot was put, and how many commits the room had then. */
export interface SlotTime {
  readonly time: number;
  readonly commits: number;
  readonly end: number;
}

/** What tells requests apart: the hash of their content, and a name of the address that they came from. */
export interface RequestOrigin {
  readonly digest: Uint8Array;
  readonly address: Uint8Array;
}

/** A request, and how many there are from its address. */
export interface CrowdedRequest {
  readonly request: number;
  readonly count: number;
}

/** One version of a slot. */
export interface SlotVersion {
  readonly blob: Uint8Array;
  readonly n: number;
  readonly time: number;
}

/** A blob without its bytes. */
export interface BlobRow {
  /** The store's own number of the blob. */
  readonly no: number;
  readonly size: number;
  /** How many chunks are there: those from 0 on. */
  readonly chunks: number;
}

/** How much of a list to read: at most so many items, and it ends once so many bytes are reached. */
export interface PageSize {
  readonly items: number;
  readonly bytes: number;
}

/**
 * Port: where the relay keeps everything. Synchronous, one user. Writes happen between `begin` and `commit`, and are
 * durable when `commit` returns; reads see the writes before them. Throws `WriteRefused` (of `@conclave/sqlite`) when
 * nothing can be written now: then everything since `begin` is undone, and the store goes on. Throws anything else only
 * when the environment is broken; then the process must end. The conformance suite is `storeConformance`.
 */
export interface Store {
  /** Begins a batch of writes. Reading needs none. */
  begin(): void;
  commit(): void;
  close(): void;

  /** A time in ms that no receipt signed so far has reached; 0 for a new store. */
  signedUntil(): number;
  saveSignedUntil(time: number): void;

  room(tag: RoomTag): RoomRow | null;
  /** The new room with its number; null when the store has no number left. */
  addRoom(room: Omit<RoomRow, "no">): RoomRow | null;
  saveRoom(room: RoomRow): void;
  roomCount(): number;
  /** Tags of rooms that keep a message older than `before`. */
  roomsWithOld(before: number, limit: number): RoomTag[];

  /** `nextKey`: the write key that a commit on probation registers. */
  addRecord(room: number, record: RecordRow, nextKey?: Uint8Array): void;
  /** Records from `fromN` on, in order. */
  records(room: number, fromN: number, size: PageSize): RecordRow[];
  /** The newest `count` append ids, in order of `n`. */
  appendIds(room: number, count: number): { n: number; appendId: Uint8Array }[];
  /** Replaces payload and attachment of a message by their hashes. */
  pruneRecord(room: number, n: number, digest: Pick<RecordDigest, "payloadHash" | "attachmentHash">): void;

  /** The commit at `n`; null where there is none. */
  commitAt(room: number, n: number): CommitRow | null;
  /** The newest commit of this epoch that is on probation: that with this key, or any; null where there is none. */
  commitOnProbation(room: number, epoch: number, nextKey: Uint8Array | null): number | null;
  /** The commit at `n` is on probation no longer. */
  confirmCommit(room: number, n: number): void;

  /** Adds a roster record under its hash; nothing changes where there is one. */
  addRoster(room: number, hash: Uint8Array, record: Uint8Array): void;
  /** The roster record with this hash, or null. */
  roster(room: number, hash: Uint8Array): Uint8Array | null;

  slot(room: number, slotId: SlotId): SlotRow | null;
  openSlotCount(room: number): number;
  /** Open slots with an id above `after`, in order of their ids. */
  openSlots(room: number, after: SlotId | null, count: number): SlotListItem[];
  /** Opens a slot, or opens it again. */
  openSlot(room: number, slotId: SlotId, tokenPub: Uint8Array, time: SlotTime): void;
  /** Closes the slot and forgets its versions and requests. */
  closeSlot(room: number, slotId: SlotId): void;
  /** Forgets the slot, its versions and requests. */
  dropSlot(room: number, slotId: SlotId): void;
  /** At most so many slots that have ended by themselves, or were put before `time` and so many commits ago. */
  endedSlots(now: number, before: SlotTime["time"], commits: number, limit: number): { room: number; slotId: SlotId }[];
  /** Adds a version, and keeps the newest `keep` of its kind. */
  addSlotVersion(room: number, slotId: SlotId, version: SlotVersion, isOnProbation: boolean, keep: number): void;
  /** The version `back` before the newest, those of members first; or null. */
  slotVersion(room: number, slotId: SlotId, back: number): SlotVersion | null;

  /** How many came through this slot; null: how many are pleas. */
  requestCount(room: number, slotId: SlotId | null): number;
  /** The number of a request with this content, or null. */
  findRequest(room: number, slotId: SlotId | null, digest: Uint8Array): number | null;
  /** The new request's number: greater than every earlier one of the store. */
  addRequest(room: number, request: Omit<JoinRequestItem, "request">, from: RequestOrigin): number;
  /** The oldest of those from the address with the most, or from the one given; null where there are none. */
  oldestRequest(room: number, slotId: SlotId | null, address: Uint8Array | null): CrowdedRequest | null;
  /** `isPlea`: of pleas only. */
  requests(room: number, after: number, size: PageSize, isPlea?: boolean): JoinRequestItem[];
  deleteRequest(room: number, request: number): void;
  deleteRequestsBefore(time: number): void;

  /** Adds an item, and keeps the newest `keepOfRoom` of this room in this inbox. Numbers rise within a store. */
  addInboxItem(inboxId: InboxId, item: Omit<InboxItem, "item">, time: number, keepOfRoom: number): void;
  inbox(inboxId: InboxId, after: number, size: PageSize): InboxItem[];
  clearInbox(inboxId: InboxId, upTo: number): void;
  deleteInboxItemsBefore(time: number): void;

  blob(room: number, blobId: BlobId): BlobRow | null;
  /** `chunks`: how many it will have. */
  addBlob(room: number, blob: { blobId: BlobId; size: number; chunks: number; time: number }): void;
  /** Adds the chunk that is next. `time` is the blob's from then on. */
  addBlobChunk(blob: number, index: number, chunk: Uint8Array, time: number): void;
  blobChunk(blob: number, index: number): Uint8Array | null;
  /** Forgets a blob. Its bytes go with `purgeBlobs`. */
  dropBlob(blob: number): void;
  /** Blobs whose time is before that of their kind, with their rooms' tags. */
  expiredBlobs(before: { complete: number; unfinished: number }, limit: number): { roomTag: RoomTag; blob: BlobRow }[];
  /** Deletes at most so many chunks of forgotten blobs. True when there are more. */
  purgeBlobs(limit: number): boolean;
}

/** Applies a page size to items that come in order. The first item is always taken. */
export class RecordPage<T> {
  readonly items: T[] = [];
  private bytes = 0;

  constructor(private readonly size: PageSize) {}

  /** False when the page is full and the item was not taken. */
  add(item: T, bytes: number): boolean {
    const full = this.items.length >= this.size.items || this.bytes + bytes > this.size.bytes;
    if (full && (this.items.length > 0 || this.size.items === 0)) return false;
    this.items.push(item);
    this.bytes += bytes;
    return true;
  }
}
