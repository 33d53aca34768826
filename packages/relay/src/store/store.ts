import type {
  BlobId,
  InboxId,
  InboxItem,
  JoinRequestItem,
  RecordDigest,
  RecordKind,
  RoomTag,
  RosterRecord,
  SlotId,
  SlotListItem,
} from "@conclave/wire";

/** A key that proves membership in the epoch that the commit at `n` led to. */
export interface WriteKey {
  readonly key: Uint8Array;
  readonly epoch: number;
  /** The commit that registered it; 0 for the room's creation. */
  readonly n: number;
  /** Registered by an external commit, on the ground of an invite. */
  readonly byToken: boolean;
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
  /** Where the newest record of the roster log is from. */
  rosterN: number;
  writeKeys: readonly WriteKey[];
  /** From here on no message is pruned. */
  availableFrom: number;
  /** Payload bytes of messages that are kept. */
  messageBytes: number;
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
  readonly pruned: boolean;
  readonly payload: Uint8Array;
  readonly attachment: Uint8Array;
}

/** An invite's slot without its versions. */
export interface SlotRow {
  readonly tokenPub: Uint8Array;
  readonly closed: boolean;
  readonly versions: number;
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

  addRecord(room: number, record: RecordRow): void;
  /** Records from `fromN` on, in order. */
  records(room: number, fromN: number, size: PageSize): RecordRow[];
  /** The newest `count` append ids, in order of `n`. */
  appendIds(room: number, count: number): { n: number; appendId: Uint8Array }[];
  /** Replaces payload and attachment of a message by their hashes. */
  pruneRecord(room: number, n: number, digest: Pick<RecordDigest, "payloadHash" | "attachmentHash">): void;

  addRoster(room: number, record: RosterRecord): void;
  /** Roster records of the commits from `fromN` on, in order. */
  roster(room: number, fromN: number, size: PageSize): RosterRecord[];

  slot(room: number, slotId: SlotId): SlotRow | null;
  openSlotCount(room: number): number;
  /** Open slots with an id above `after`, in order of their ids. */
  openSlots(room: number, after: SlotId | null, count: number): SlotListItem[];
  addSlot(room: number, slotId: SlotId, tokenPub: Uint8Array): void;
  /** Closes the slot and forgets its versions and requests. */
  closeSlot(room: number, slotId: SlotId): void;
  /** Adds a version and keeps the newest `keep`. */
  addSlotVersion(room: number, slotId: SlotId, version: SlotVersion, keep: number): void;
  /** The version `back` before the newest, or null. */
  slotVersion(room: number, slotId: SlotId, back: number): SlotVersion | null;

  /** How many came through this slot; null: how many are pleas. */
  requestCount(room: number, slotId: SlotId | null): number;
  /** The number of a request with this content, or null. */
  findRequest(room: number, slotId: SlotId | null, digest: Uint8Array): number | null;
  /** The new request's number: greater than every earlier one of the store. */
  addRequest(room: number, request: Omit<JoinRequestItem, "request">, digest: Uint8Array): number;
  requests(room: number, after: number, size: PageSize): JoinRequestItem[];
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
