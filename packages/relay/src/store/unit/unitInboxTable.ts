import { equalBytes } from "@conclave/codec";
import type { InboxId, InboxItem } from "@conclave/wire";
import { keyOf } from "../../key.js";
import type { InboxTable } from "../inboxTable.js";
import type { PageSize } from "../recordPage.js";
import { loaded } from "./loadedPages.js";
import type { UnitContent, UnitInbox } from "./unitContent.js";

/** The inboxes of a `UnitOfWork`. */
export class UnitInboxTable implements InboxTable {
  constructor(private readonly content: UnitContent) {}

  add(inboxId: InboxId, content: Omit<InboxItem, "item">, time: number, keepOfRoom: number): void {
    const inbox = this.inbox(inboxId);
    const item = { ...content, item: this.content.nextNumber() };
    inbox.pages.set(item.item, item);
    inbox.times.set(item.item, time);
    const { writes } = this.content;
    writes.items.push({ inboxId, item, time });
    const ofRoom = loaded(inbox.ofRoom.get(keyOf(item.roomTag)), "what an inbox has from a room");
    ofRoom.push(item.item);
    const gone = new Set(ofRoom.splice(0, Math.max(0, ofRoom.length - keepOfRoom)));
    if (gone.size === 0) return;
    inbox.pages.keep((_item, no) => !gone.has(no));
    writes.items = writes.items.filter((each) => !gone.delete(each.item.item));
    writes.itemsGone.push(...gone);
  }

  page(inboxId: InboxId, after: number, size: PageSize): InboxItem[] {
    return this.inbox(inboxId).pages.page(after, size);
  }

  hasAfter(inboxId: InboxId, after: number): boolean {
    return this.inbox(inboxId).pages.hasAfter(after);
  }

  clear(inboxId: InboxId, upTo: number): void {
    const inbox = this.inbox(inboxId);
    const { writes } = this.content;
    inbox.pages.keep((_item, no) => no > upTo);
    // Nothing is left up to there: what follows begins behind it.
    inbox.pages.load(0, upTo, []);
    for (const [key, numbers] of inbox.ofRoom)
      inbox.ofRoom.set(
        key,
        numbers.filter((no) => no > upTo),
      );
    writes.items = writes.items.filter(({ inboxId: of, item }) => item.item > upTo || !equalBytes(of, inboxId));
    writes.cleared.push({ inboxId, upTo });
  }

  deleteBefore(time: number): void {
    const { writes } = this.content;
    writes.itemsBefore = Math.max(time, writes.itemsBefore ?? 0);
    writes.items = writes.items.filter((item) => item.time >= time);
    for (const { pages, times } of this.content.inboxes.values()) pages.keep((_item, no) => times.get(no)! >= time);
  }

  private inbox(inboxId: InboxId): UnitInbox {
    return loaded(this.content.inboxes.get(keyOf(inboxId)), "inbox");
  }
}
