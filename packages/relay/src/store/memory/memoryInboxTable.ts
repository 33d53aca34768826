import { compareBytes } from "@conclave/codec";
import type { InboxId, InboxItem } from "@conclave/wire";
import { keyOf } from "../../key.js";
import type { InboxTable } from "../inboxTable.js";
import { ONE, type PageSize, RecordPage } from "../recordPage.js";
import type { MemoryContent } from "./memoryContent.js";

/** The inboxes of a `MemoryStore`. */
export class MemoryInboxTable implements InboxTable {
  constructor(private readonly content: MemoryContent) {}

  add(inboxId: InboxId, item: Omit<InboxItem, "item">, time: number, keepOfRoom: number): void {
    const key = keyOf(inboxId);
    const items = this.content.inboxes.get(key) ?? [];
    items.push({ item: { ...item, item: ++this.content.lastItem }, time });
    const ofRoom = items.filter((stored) => compareBytes(stored.item.roomTag, item.roomTag) === 0);
    const surplus = new Set(ofRoom.slice(0, Math.max(0, ofRoom.length - keepOfRoom)));
    this.content.inboxes.set(
      key,
      items.filter((stored) => !surplus.has(stored)),
    );
  }

  page(inboxId: InboxId, after: number, size: PageSize): InboxItem[] {
    const page = new RecordPage<InboxItem>(size);
    for (const { item } of this.content.inboxes.get(keyOf(inboxId)) ?? []) {
      if (item.item > after && !page.add(item, item.blob.length)) break;
    }
    return page.items;
  }

  hasAfter(inboxId: InboxId, after: number): boolean {
    return this.page(inboxId, after, ONE).length > 0;
  }

  clear(inboxId: InboxId, upTo: number): void {
    this.keep(keyOf(inboxId), ({ item }) => item.item > upTo);
  }

  deleteBefore(time: number): void {
    for (const key of [...this.content.inboxes.keys()]) this.keep(key, (stored) => stored.time >= time);
  }

  private keep(key: string, keep: (stored: { item: InboxItem; time: number }) => boolean): void {
    const kept = (this.content.inboxes.get(key) ?? []).filter(keep);
    if (kept.length > 0) this.content.inboxes.set(key, kept);
    else this.content.inboxes.delete(key);
  }
}
