import {
  APPEND_ID_BYTES,
  blobIdOf,
  copyTag,
  encodeCopyPart,
  type InboxId,
  type Limits,
  type Request,
  type RoomTag,
  type Sha256,
  type SlotId,
} from "@conclave/wire";
import { keyOf } from "../key.js";
import { ONE, type PageSize } from "./recordPage.js";
import { UNKNOWN_KEY } from "./recordTable.js";

/** What is read of one room. All of it is in memory while a group of requests is carried out. */
export class RoomReads {
  /** Something in it may change: then nobody else changes it, or signs for it, meanwhile. */
  isWritten = false;
  /** It may be made. */
  isMade = false;
  /** Payload bytes that may be added: what retention then prunes is read too. */
  addedBytes = 0;
  /** Messages before this one were deleted, as somebody shows: a copy that was put back may have them again. */
  prunedTo = 0;
  /** The newest record. */
  hasNewest = false;
  /** The commits that its write keys came with, and those that these follow. */
  hasKeysCommits = false;
  /** All its open slots. */
  hasOpenSlots = false;
  /** All its pleas, without their content. */
  hasPleas = false;
  readonly appendIds: Uint8Array[] = [];
  readonly pages: { readonly fromN: number; readonly size: PageSize }[] = [];
  readonly onProbation: { readonly epoch: number; readonly nextKey: Uint8Array | null }[] = [];
  readonly roster: { readonly hash: Uint8Array; readonly size: PageSize }[] = [];
  /** Slots; with the content of their versions, or with the requests that came through them, these without their content. */
  readonly slots = new Map<string, SlotReads>();
  /** Requests that may go: pages are read so much longer. */
  requestsGone = 0;
  readonly requestPages: { readonly after: number; readonly size: PageSize }[] = [];
  /** Blobs, with the chunk that is asked for. */
  readonly blobs: { readonly blobId: Uint8Array; readonly chunk: number | null }[] = [];

  constructor(readonly tag: RoomTag) {}

  slot(slotId: SlotId): SlotReads {
    const key = keyOf(slotId);
    const known = this.slots.get(key) ?? { slotId, hasContent: false, hasRequests: false };
    this.slots.set(key, known);
    return known;
  }
}

/** What is read of one slot: itself, and how many versions it has. */
export interface SlotReads {
  readonly slotId: SlotId;
  hasContent: boolean;
  hasRequests: boolean;
}

/** What is read of one inbox. */
export interface InboxReads {
  readonly inboxId: InboxId;
  readonly pages: { readonly after: number; readonly size: PageSize }[];
  /** The rooms from which something may be added. */
  readonly from: RoomTag[];
  isCleared: boolean;
  clearedUpTo: number;
}

/** What a sweep reads, beside what it finds by it. */
export interface SweepReads {
  /** Rooms that keep a message older than `before`, at most so many, and a page of what each of them would prune. */
  readonly old: { readonly before: number; readonly limit: number; readonly size: PageSize } | null;
  readonly slots: { readonly now: number; readonly before: number; readonly commits: number; readonly limit: number };
  readonly blobs: { readonly complete: number; readonly unfinished: number; readonly limit: number };
  /** Requests, and what is in inboxes, from before this: in so many rooms and inboxes. */
  readonly pending: { readonly before: number; readonly limit: number };
  /** So many chunks of blobs that were dropped. */
  readonly purge: number;
}

/** What the reads of requests depend on. */
export interface ReadSetParts {
  readonly sha256: Sha256;
  readonly limits: Pick<Limits, "pageItems" | "pageBytes">;
}

/**
 * What a group of requests reads, by their content alone: a store that is not in this process loads it before the group is carried
 * out, and then carrying it out waits for nothing. To read anything else is a programming error.
 */
export class ReadSet {
  readonly rooms = new Map<string, RoomReads>();
  readonly inboxes = new Map<string, InboxReads>();
  /** How many things are added at most that the store numbers: rooms, requests, inbox items and blobs. */
  numbers = 0;
  sweep: SweepReads | null = null;

  constructor(private readonly parts: ReadSetParts) {}

  /** Adds what a request reads. */
  add(request: Request): void {
    (READS[request.type] as (request: Request, reads: ReadSet) => void)(request, this);
  }

  room(tag: RoomTag): RoomReads {
    const key = keyOf(tag);
    const known = this.rooms.get(key) ?? new RoomReads(tag);
    this.rooms.set(key, known);
    return known;
  }

  /** A room in which something may change. */
  written(tag: RoomTag): RoomReads {
    const room = this.room(tag);
    room.isWritten = true;
    return room;
  }

  inbox(inboxId: InboxId): InboxReads {
    const key = keyOf(inboxId);
    const known = this.inboxes.get(key) ?? { inboxId, pages: [], from: [], isCleared: false, clearedUpTo: 0 };
    this.inboxes.set(key, known);
    return known;
  }

  get page(): PageSize {
    return { items: this.parts.limits.pageItems, bytes: this.parts.limits.pageBytes };
  }

  hashOf(record: Uint8Array): Uint8Array {
    return this.parts.sha256(record);
  }

  get sha256(): Sha256 {
    return this.parts.sha256;
  }

  blobOf(secret: Uint8Array): Uint8Array {
    return blobIdOf(this.parts.sha256, secret);
  }
}

type RequestOf<T extends Request["type"]> = Extract<Request, { readonly type: T }>;

/** What each type of request reads. The compiler sees to it that none is left out. */
const READS: { readonly [K in Request["type"]]: (request: RequestOf<K>, reads: ReadSet) => void } = {
  createRoom: ({ roomTag }, reads) => {
    reads.written(roomTag).isMade = true;
    reads.numbers++;
  },
  offerRoom: ({ roomTag }, reads) => {
    reads.room(roomTag);
  },
  adoptRoom: ({ roomTag }, reads) => {
    reads.written(roomTag).isMade = true;
    reads.numbers++;
  },
  bringRoster: ({ roomTag, after, records }, reads) => {
    const { roster } = reads.written(roomTag);
    for (const hash of [after, ...records.map((record) => reads.hashOf(record))]) roster.push({ hash, size: ONE });
  },
  bringCopy: ({ roomTag, source, after, part }, reads) => {
    const room = reads.written(roomTag);
    const payload = encodeCopyPart(part);
    room.isMade = true;
    reads.numbers++;
    room.appendIds.push(reads.sha256(payload).slice(0, APPEND_ID_BYTES));
    room.addedBytes += payload.length;
    reads.room(copyTag(reads.sha256, source)).pages.push({ fromN: after, size: ONE });
  },
  append: ({ roomTag, appendId, kind, epoch, payload, ground, slots, deliveries }, reads) => {
    const room = reads.written(roomTag);
    room.appendIds.push(appendId);
    if (kind === "message") room.addedBytes += payload.length;
    else {
      room.hasKeysCommits = true;
      room.onProbation.push({ epoch: epoch - 1, nextKey: null });
    }
    if (ground.by === "slot") room.slot(ground.slotId);
    for (const { slotId } of slots) room.slot(slotId);
    for (const { inboxId } of deliveries) {
      reads.inbox(inboxId).from.push(roomTag);
      reads.numbers++;
    }
  },
  bring: ({ roomTag, receipt, items, fromN }, reads) => {
    const room = reads.written(roomTag);
    // It may have been made after the copy that was put back.
    if (fromN === 1 && items.length > 0) {
      room.isMade = true;
      reads.numbers++;
    }
    room.hasKeysCommits = true;
    room.hasNewest = true;
    room.pages.push({ fromN: receipt.receipt.n, size: ONE });
    room.prunedTo = Math.max(room.prunedTo, receipt.receipt.availableFrom);
    for (const item of items) {
      if (!item.pruned) room.addedBytes += item.payload.length;
    }
  },
  prove: ({ roomTag, epoch, writeKey }, reads) => {
    // It may vouch for a key, and it says that a member is there.
    const room = reads.written(roomTag);
    room.hasKeysCommits = true;
    for (const nextKey of [writeKey, UNKNOWN_KEY]) room.onProbation.push({ epoch: epoch - 1, nextKey });
  },
  read: ({ roomTag, fromN, limit }, reads) => {
    const size = { ...reads.page, items: Math.min(reads.page.items, limit) };
    reads.room(roomTag).pages.push({ fromN, size });
  },
  readRoster: ({ roomTag, record }, reads) => {
    reads.room(roomTag).roster.push({ hash: record, size: reads.page });
  },
  subscribe: ({ roomTag, fromN }, reads) => {
    reads.room(roomTag).pages.push({ fromN, size: reads.page });
  },
  unsubscribe: ({ roomTag }, reads) => {
    reads.room(roomTag);
  },
  beginBlob: ({ roomTag, blobId }, reads) => {
    reads.written(roomTag).blobs.push({ blobId, chunk: null });
    reads.numbers++;
  },
  writeBlob: ({ roomTag, blobId, index }, reads) => {
    reads.written(roomTag).blobs.push({ blobId, chunk: index });
  },
  readBlob: ({ roomTag, blobId, index }, reads) => {
    reads.room(roomTag).blobs.push({ blobId, chunk: index });
  },
  dropBlob: ({ roomTag, secret }, reads) => {
    reads.written(roomTag).blobs.push({ blobId: reads.blobOf(secret), chunk: null });
  },
  putSlot: ({ roomTag, slot }, reads) => {
    reads.written(roomTag).slot(slot.slotId);
  },
  closeSlot: ({ roomTag, slotId }, reads) => {
    reads.written(roomTag).slot(slotId);
  },
  getSlot: ({ roomTag, slotId }, reads) => {
    reads.room(roomTag).slot(slotId).hasContent = true;
  },
  listSlots: ({ roomTag }, reads) => {
    reads.room(roomTag).hasOpenSlots = true;
  },
  proveSlot: ({ roomTag, slotId }, reads) => {
    reads.room(roomTag).slot(slotId);
  },
  postRequest: ({ roomTag, slotId }, reads) => {
    reads.written(roomTag).slot(slotId).hasRequests = true;
    reads.numbers++;
  },
  postPlea: ({ roomTag }, reads) => {
    reads.written(roomTag).hasPleas = true;
    reads.numbers++;
  },
  listRequests: ({ roomTag, after }, reads) => {
    reads.room(roomTag).requestPages.push({ after, size: reads.page });
  },
  deleteRequest: ({ roomTag, request }, reads) => {
    const room = reads.written(roomTag);
    room.requestPages.push({ after: request - 1, size: ONE });
    room.requestsGone++;
  },
  answerRequest: ({ roomTag, request, inboxId }, reads) => {
    const room = reads.written(roomTag);
    room.requestPages.push({ after: request - 1, size: ONE });
    room.requestsGone++;
    reads.inbox(inboxId).from.push(roomTag);
    reads.numbers++;
  },
  proveInbox: () => undefined,
  fetchInbox: ({ inboxId, after }, reads) => {
    reads.inbox(inboxId).pages.push({ after, size: reads.page });
  },
  clearInbox: ({ inboxId, upTo }, reads) => {
    const inbox = reads.inbox(inboxId);
    inbox.isCleared = true;
    // Whoever reads on in the same group begins behind it.
    if (inbox.clearedUpTo < upTo) inbox.clearedUpTo = upTo;
  },
};
