import type { InboxId } from "@conclave/wire";
import type { BlobTable } from "../blobTable.js";
import type { InboxTable } from "../inboxTable.js";
import type { Ledger } from "../ledger.js";
import type { RecordTable } from "../recordTable.js";
import type { RequestTable } from "../requestTable.js";
import type { RoomRow, RoomTable } from "../roomTable.js";
import type { RosterTable } from "../rosterTable.js";
import type { SlotTable } from "../slotTable.js";
import { UnitBlobTable } from "./unitBlobTable.js";
import type { UnitContent, UnitRoom, UnitWrites } from "./unitContent.js";
import { UnitInboxTable } from "./unitInboxTable.js";
import { UnitRecordTable } from "./unitRecordTable.js";
import { UnitRequestTable } from "./unitRequestTable.js";
import { UnitRoomTable } from "./unitRoomTable.js";
import { UnitRosterTable } from "./unitRosterTable.js";
import { UnitSlotTable } from "./unitSlotTable.js";

/**
 * The tables of a store for one group of requests: what was loaded for them, and on top what they have written. A store in another
 * process loads it, hands it to the core, which waits for nothing, and then writes {@link writes} down. Reading what was not loaded
 * throws `NotLoaded`, which is a mistake of `ReadSet`.
 */
export class UnitOfWork implements Ledger {
  readonly rooms: RoomTable;
  readonly records: RecordTable;
  readonly roster: RosterTable;
  readonly slots: SlotTable;
  readonly requests: RequestTable;
  readonly inboxes: InboxTable;
  readonly blobs: BlobTable;

  constructor(private readonly content: UnitContent) {
    this.rooms = new UnitRoomTable(content);
    this.records = new UnitRecordTable(content);
    this.roster = new UnitRosterTable(content);
    this.slots = new UnitSlotTable(content);
    this.requests = new UnitRequestTable(content);
    this.inboxes = new UnitInboxTable(content);
    this.blobs = new UnitBlobTable(content);
  }

  /** What is to be written, beside the rooms. */
  get writes(): UnitWrites {
    return this.content.writes;
  }

  /** A room of the unit, as it is now. */
  readonly roomAt = (room: number): RoomRow => this.content.at(room).row;

  /** Where what is too old may be deleted: nobody else changes these rooms and inboxes. */
  get swept(): { readonly rooms: readonly number[]; readonly inboxes: readonly InboxId[] } {
    return { rooms: [...this.content.byNo.keys()], inboxes: this.content.sweptInboxes };
  }

  /** Rooms that were made, or changed. */
  changedRooms(): UnitRoom[] {
    return [...this.content.byNo.values()].filter(({ row, before }) => row !== before);
  }

  signedUntil(): number {
    return this.content.writes.signedUntil ?? this.content.signedUntil;
  }

  restorations(): number {
    return this.content.restorations;
  }

  saveSignedUntil(time: number): void {
    this.content.writes.signedUntil = time;
  }
}
