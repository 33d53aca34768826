import type { BlobId, InboxId, InboxItem, JoinRequestItem, SlotId } from "@conclave/wire";
import { keyOf } from "../../key.js";
import type { CommitRow, PrunedDigest, RecordRow } from "../recordTable.js";
import type { RequestOrigin } from "../requestTable.js";
import type { RoomRow } from "../roomTable.js";
import type { SlotTime, SlotVersion } from "../slotTable.js";
import { loaded, LoadedPages, NotLoaded } from "./loadedPages.js";

/** A version of a slot. `no` is null for one of this unit; `blob` for one whose content was not loaded. */
export interface UnitVersion {
  readonly no: number | null;
  readonly n: number;
  readonly time: number;
  readonly isOnProbation: boolean;
  readonly bytes: number;
  readonly blob: Uint8Array | null;
}

/** A slot; its versions are the newest first, those of members before the others. */
export interface UnitSlot {
  readonly slotId: SlotId;
  row: (SlotTime & { readonly tokenPub: Uint8Array; readonly closed: boolean }) | null;
  versions: readonly UnitVersion[];
}

/** What is known of a request without its content. */
export interface UnitRequest extends RequestOrigin {
  readonly request: number;
}

/** A blob with those of its chunks that were loaded. */
export interface UnitBlob {
  readonly no: number;
  readonly room: number;
  readonly blobId: BlobId;
  readonly size: number;
  /** How many there are, and will be. */
  chunks: number;
  readonly allChunks: number;
  time: number;
  readonly content: Map<number, Uint8Array>;
}

/** One room, as far as it was loaded. */
export class UnitRoom {
  /** As it was loaded; null for one of this unit. */
  readonly before: RoomRow | null;
  readonly appended = new Map<string, number | null>();
  readonly records = new LoadedPages<RecordRow>(
    "records",
    (record) => record.payload.length + record.attachment.length,
  );
  /** Heads of records: of the newest, and of those before what was loaded. */
  readonly heads = new Map<number, Uint8Array | null>();
  readonly commits = new Map<number, CommitRow | null>();
  /** The newest commits on probation of an epoch, by {@link probationKey}, the newest first. */
  readonly onProbation = new Map<string, readonly number[]>();
  readonly roster = new Map<string, Uint8Array | null>();
  readonly slots = new Map<string, UnitSlot>();
  /** How many slots are open, and whether all of them were loaded. */
  openSlots: number | null = null;
  hasOpenSlots = false;
  /** Requests by slot, in order; pleas under "". */
  readonly requestsOf = new Map<string, readonly UnitRequest[]>();
  readonly requests = new LoadedPages<JoinRequestItem>("requests", (item) => item.blob.length);
  readonly pleas = new LoadedPages<JoinRequestItem>("pleas", (item) => item.blob.length);
  readonly blobs = new Map<string, UnitBlob | null>();
  /** The newest record. */
  last: number;

  constructor(
    public row: RoomRow,
    isNew = false,
  ) {
    this.before = isNew ? null : row;
    this.last = row.n;
    this.records.load(isNew ? 0 : row.n, Infinity, []);
    if (!isNew) return;
    this.openSlots = 0;
    this.hasOpenSlots = true;
    this.requests.load(0, Infinity, []);
    this.pleas.load(0, Infinity, []);
  }

  /** What was loaded under a key; in a room of this unit there is nothing but what it has put there. @throws NotLoaded */
  known<T>(value: T | undefined, absent: T, what: string): T {
    return value === undefined && this.before === null ? absent : loaded(value, what);
  }
}

/** A record that is to be written. */
export interface AddedRecord {
  readonly room: number;
  record: RecordRow;
  readonly nextKey: Uint8Array | null;
}

/** What a unit writes, beside its rooms: what goes is deleted before anything is added. */
export class UnitWrites {
  readonly records: AddedRecord[] = [];
  readonly pruned: ({ readonly room: number; readonly n: number } & PrunedDigest)[] = [];
  readonly confirmed: { readonly room: number; readonly n: number }[] = [];
  readonly roster: { readonly room: number; readonly hash: Uint8Array; readonly record: Uint8Array }[] = [];
  /** Slots in their last state. */
  readonly slots = new Map<string, { readonly room: number; readonly slot: UnitSlot }>();
  /** Slots whose versions and requests go. */
  readonly emptied: { readonly room: number; readonly slotId: SlotId }[] = [];
  readonly versionsGone: number[] = [];
  versions: {
    readonly room: number;
    readonly slotId: SlotId;
    readonly version: SlotVersion & { isOnProbation: boolean };
  }[] = [];
  requests: ({ readonly room: number; readonly item: JoinRequestItem } & RequestOrigin)[] = [];
  readonly requestsGone: { readonly room: number; readonly request: number }[] = [];
  requestsBefore: number | null = null;
  items: { readonly inboxId: InboxId; readonly item: InboxItem; readonly time: number }[] = [];
  readonly itemsGone: number[] = [];
  readonly cleared: { readonly inboxId: InboxId; readonly upTo: number }[] = [];
  itemsBefore: number | null = null;
  readonly blobs: UnitBlob[] = [];
  /** Blobs that got chunks. */
  readonly grown = new Set<UnitBlob>();
  readonly chunks: { readonly blob: number; readonly at: number; readonly bytes: Uint8Array }[] = [];
  readonly dropped: number[] = [];
  readonly purged: { readonly blob: number; readonly at: number | null }[] = [];
  signedUntil: number | null = null;
}

/** One inbox, as far as it was loaded: the numbers of what is from each room of the group. */
export class UnitInbox {
  readonly pages = new LoadedPages<InboxItem>("inbox", (item) => item.blob.length);
  readonly ofRoom = new Map<string, number[]>();
  /** When the items of its pages were added. */
  readonly times = new Map<number, number>();
}

/** Everything that was loaded for a unit, with what it has changed since. */
export class UnitContent {
  readonly rooms = new Map<string, UnitRoom | null>();
  /** Keys of the tags of rooms that were deleted. */
  readonly deleted = new Set<string>();
  readonly byNo = new Map<number, UnitRoom>();
  readonly inboxes = new Map<string, UnitInbox>();
  readonly blobs = new Map<number, UnitBlob>();
  readonly writes = new UnitWrites();
  /** Chunks of blobs that were dropped, in a unit that sweeps; a blob without any has one whose `at` is null. */
  dropped: readonly { readonly blob: number; readonly at: number | null }[] | null = null;
  /** The inboxes in which such a unit may delete what is too old. */
  sweptInboxes: readonly InboxId[] = [];
  signedUntil = 0;
  restorations = 0;

  /** To be given to what is added, in order. */
  numbers: number[] = [];

  addRoom(room: UnitRoom): void {
    this.rooms.set(keyOf(room.row.tag), room);
    this.byNo.set(room.row.no, room);
  }

  addBlob(blob: UnitBlob): void {
    this.at(blob.room).blobs.set(keyOf(blob.blobId), blob);
    this.blobs.set(blob.no, blob);
  }

  /** The room with this number. @throws NotLoaded */
  at(room: number): UnitRoom {
    return loaded(this.byNo.get(room), `room ${room}`);
  }

  nextNumber(): number {
    return loaded(this.numbers.shift(), "number");
  }

  /** @throws NotLoaded unless what a sweep finds was loaded. */
  checkSwept(): void {
    if (this.dropped === null) throw new NotLoaded("what a sweep finds");
  }
}

/** The newest commit on probation of this epoch: with this key, or any. */
export function probationKey(epoch: number, nextKey: Uint8Array | null): string {
  return `${epoch} ${nextKey === null ? "" : keyOf(nextKey)}`;
}

/** A slot's key; that of pleas is "". */
export function slotKey(slotId: SlotId | null): string {
  return slotId === null ? "" : keyOf(slotId);
}
