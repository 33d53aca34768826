import type { Ledger } from "./ledger.js";
import type { OwnRoomTable } from "./roomTable.js";

/**
 * Port: a store of this process alone, where the relay keeps everything. Synchronous. Writes happen between `begin` and `commit`,
 * and are durable when `commit` returns. Throws `WriteRefused` (of `@conclave/sqlite`) when nothing can be written now: then
 * everything since `begin` is undone, and the store goes on. Throws anything else only when the environment is broken; then the
 * process must end. The conformance suite is `storeConformance`.
 */
export interface Store extends Ledger {
  readonly rooms: OwnRoomTable;
  /** Begins a batch of writes. Reading needs none. */
  begin(): void;
  commit(): void;
  close(): void;
}
