import type { BlobId, InboxItem, JoinRequestItem, SlotId } from "@conclave/wire";
import { keyOf } from "../../key.js";
import type { RecordRow } from "../recordTable.js";
import type { RequestOrigin } from "../requestTable.js";
import type { RoomRow } from "../roomTable.js";
import type { SlotTime, SlotVersion } from "../slotTable.js";

export interface MemoryRoom {
  row: RoomRow;
  readonly records: RecordRow[];
  /** The `n` of each record, by its append id. */
  readonly appended: Map<string, number>;
  readonly nextKeys: Map<number, Uint8Array>;
  readonly roster: Map<string, Uint8Array>;
  readonly slots: Map<string, MemorySlot>;
  requests: ({ item: JoinRequestItem } & RequestOrigin)[];
}

export interface MemorySlot extends SlotTime {
  readonly slotId: SlotId;
  readonly tokenPub: Uint8Array;
  closed: boolean;
  versions: (SlotVersion & { isOnProbation: boolean })[];
}

export interface MemoryBlob {
  readonly no: number;
  readonly room: number;
  readonly blobId: BlobId;
  readonly size: number;
  readonly chunks: number;
  readonly time: number;
  readonly content: readonly Uint8Array[];
}

/** What the tables of a `MemoryStore` share. */
export class MemoryContent {
  readonly rooms: MemoryRoom[] = [];
  readonly byTag = new Map<string, MemoryRoom>();
  readonly deleted = new Set<string>();
  readonly inboxes = new Map<string, { item: InboxItem; time: number }[]>();
  blobs = new Map<number, MemoryBlob>();
  lastBlob = 0;
  lastRequest = 0;
  lastItem = 0;
  signedUntil = 0;
  restorations = 0;

  copy(): MemoryContent {
    const copy = new MemoryContent();
    for (const { row, records, appended, nextKeys, roster, slots, requests } of this.rooms) {
      const room = {
        row: { ...row },
        records: [...records],
        appended: new Map(appended),
        nextKeys: new Map(nextKeys),
        roster: new Map(roster),
        slots: new Map([...slots].map(([key, slot]) => [key, { ...slot }])),
        requests: [...requests],
      };
      copy.rooms.push(room);
      if (!this.deleted.has(keyOf(row.tag))) copy.byTag.set(keyOf(row.tag), room);
    }
    for (const key of this.deleted) copy.deleted.add(key);
    for (const [key, items] of this.inboxes) copy.inboxes.set(key, [...items]);
    copy.blobs = new Map(this.blobs);
    copy.lastBlob = this.lastBlob;
    [copy.lastRequest, copy.lastItem, copy.signedUntil] = [this.lastRequest, this.lastItem, this.signedUntil];
    copy.restorations = this.restorations;
    return copy;
  }

  /** The room with this number. */
  at(room: number): MemoryRoom {
    return this.rooms[room - 1]!;
  }
}
