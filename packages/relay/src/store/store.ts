import type { BlobTable } from "./blobTable.js";
import type { InboxTable } from "./inboxTable.js";
import type { RecordTable } from "./recordTable.js";
import type { RequestTable } from "./requestTable.js";
import type { RoomTable } from "./roomTable.js";
import type { RosterTable } from "./rosterTable.js";
import type { SlotTable } from "./slotTable.js";

/**
 * Port: where the relay keeps everything. Synchronous, one user. Writes happen between `begin` and `commit`, and are
 * durable when `commit` returns; reads see the writes before them. Throws `WriteRefused` (of `@conclave/sqlite`) when
 * nothing can be written now: then everything since `begin` is undone, and the store goes on. Throws anything else only
 * when the environment is broken; then the process must end. The conformance suite is `storeConformance`.
 */
export interface Store {
  readonly rooms: RoomTable;
  readonly records: RecordTable;
  readonly roster: RosterTable;
  readonly slots: SlotTable;
  readonly requests: RequestTable;
  readonly inboxes: InboxTable;
  readonly blobs: BlobTable;

  /** Begins a batch of writes. Reading needs none. */
  begin(): void;
  commit(): void;
  close(): void;

  /** A time in ms that no receipt signed so far has reached; 0 for a new store. */
  signedUntil(): number;
  saveSignedUntil(time: number): void;
}
