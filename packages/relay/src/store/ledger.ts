import type { BlobTable } from "./blobTable.js";
import type { InboxTable } from "./inboxTable.js";
import type { RecordTable } from "./recordTable.js";
import type { RequestTable } from "./requestTable.js";
import type { RoomTable } from "./roomTable.js";
import type { RosterTable } from "./rosterTable.js";
import type { SlotTable } from "./slotTable.js";

/**
 * Port: the tables in which requests are carried out. Synchronous; reads see the writes before them. When what was written is
 * durable is its store's affair: a `Store` is a ledger itself, and a `SharedStore` loads one for each run of the core.
 */
export interface Ledger {
  readonly rooms: RoomTable;
  readonly records: RecordTable;
  readonly roster: RosterTable;
  readonly slots: SlotTable;
  readonly requests: RequestTable;
  readonly inboxes: InboxTable;
  readonly blobs: BlobTable;

  /** A time in ms that no receipt signed so far has reached; 0 for a new store. */
  signedUntil(): number;
  saveSignedUntil(time: number): void;

  /** How often this store was put back from a copy: what was signed after the copy may be missing in it. */
  restorations(): number;
}
