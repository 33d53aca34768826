import type { InboxId, InboxItem } from "@conclave/wire";
import type { PageSize } from "./recordPage.js";

/** Port: the inboxes of a store; see `Store`. */
export interface InboxTable {
  /** Adds an item, and keeps the newest `keepOfRoom` of this room in this inbox. Numbers rise within a store. */
  add(inboxId: InboxId, item: Omit<InboxItem, "item">, time: number, keepOfRoom: number): void;
  page(inboxId: InboxId, after: number, size: PageSize): InboxItem[];
  /** Whether there is anything after this number, or may be. */
  hasAfter(inboxId: InboxId, after: number): boolean;
  clear(inboxId: InboxId, upTo: number): void;
  deleteBefore(time: number): void;
}
