import type { BlobTable } from "../blobTable.js";
import type { InboxTable } from "../inboxTable.js";
import type { RecordTable } from "../recordTable.js";
import type { RequestTable } from "../requestTable.js";
import type { OwnRoomTable } from "../roomTable.js";
import type { RosterTable } from "../rosterTable.js";
import type { SlotTable } from "../slotTable.js";
import type { Store } from "../store.js";
import { MemoryBlobTable } from "./memoryBlobTable.js";
import { MemoryContent } from "./memoryContent.js";
import { MemoryInboxTable } from "./memoryInboxTable.js";
import { MemoryRecordTable } from "./memoryRecordTable.js";
import { MemoryRequestTable } from "./memoryRequestTable.js";
import { MemoryRoomTable } from "./memoryRoomTable.js";
import { MemoryRosterTable } from "./memoryRosterTable.js";
import { MemorySlotTable } from "./memorySlotTable.js";

/**
 * A store in memory, for tests and simulations: deterministic, and gone with the process. A new relay core on the
 * same `MemoryStore` finds everything that was there, as after a restart.
 */
export class MemoryStore implements Store {
  readonly rooms: OwnRoomTable;
  readonly records: RecordTable;
  readonly roster: RosterTable;
  readonly slots: SlotTable;
  readonly requests: RequestTable;
  readonly inboxes: InboxTable;
  readonly blobs: BlobTable;

  constructor(private readonly content = new MemoryContent()) {
    this.rooms = new MemoryRoomTable(content);
    this.records = new MemoryRecordTable(content);
    this.roster = new MemoryRosterTable(content);
    this.slots = new MemorySlotTable(content);
    this.requests = new MemoryRequestTable(content);
    this.inboxes = new MemoryInboxTable(content);
    this.blobs = new MemoryBlobTable(content);
  }

  /** A store with the same content: what a backup, or the other side of a fork, begins with. */
  copy(): MemoryStore {
    return new MemoryStore(this.content.copy());
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
    return this.content.signedUntil;
  }

  saveSignedUntil(time: number): void {
    this.content.signedUntil = time;
  }

  restorations(): number {
    return this.content.restorations;
  }

  /** It is a copy that is put back. */
  restored(): void {
    this.content.restorations++;
  }
}
