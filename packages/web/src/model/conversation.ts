import type { SessionEvent, TimelineItem, TimelineMessage, TimelinePage } from "@conclave/client";
import type { RoomKey } from "@conclave/client/remote";
import { signal } from "@preact/signals";
import { home } from "./home.js";

const PAGE = 80;

/**
 * The part of a room's timeline that a screen holds: pages are added at both ends, and what happens is put in its place.
 * Open one for a room that is shown, `close` it afterwards.
 */
export class Conversation {
  /** Oldest first; what waits to be sent comes last. */
  readonly items = signal<readonly TimelineItem[]>([]);
  readonly isLoading = signal(true);
  /** There is more before the first item. */
  readonly hasOlder = signal(true);
  /** There is more after the last item: the screen looks at the past. */
  readonly hasNewer = signal(false);
  private readonly unwatch: () => void;
  private reading = 0;

  constructor(readonly key: RoomKey) {
    this.unwatch = home().watch((event) => {
      if (event.type === "moved") void this.toNewest();
      else if (event.type === "events" && event.key === key) this.take(event.events);
    });
    void this.toNewest();
  }

  close(): void {
    this.unwatch();
  }

  /** Shows the newest page. */
  async toNewest(): Promise<void> {
    await this.show({}, (page) => {
      this.items.value = page;
      this.hasOlder.value = page.length >= PAGE;
      this.hasNewer.value = false;
    });
  }

  /** Shows what is around a place of the log: a search result, the message that another one answers. */
  async toPlace(n: number): Promise<void> {
    await this.show({ around: n }, (page) => {
      this.items.value = page;
      this.hasOlder.value = true;
      this.hasNewer.value = page.every((item) => item.n !== 0);
    });
  }

  async loadOlder(): Promise<void> {
    const [first] = this.items.value;
    if (this.isLoading.value || !this.hasOlder.value || !first || first.n === 0) return;
    await this.show({ before: first.n }, (page) => {
      this.items.value = [...page, ...this.items.value];
      this.hasOlder.value = page.length >= PAGE;
    });
  }

  async loadNewer(): Promise<void> {
    const last = this.items.value.at(-1);
    if (this.isLoading.value || !this.hasNewer.value || !last || last.n === 0) return;
    await this.show({ after: last.n }, (page) => {
      const known = new Set(this.items.value.map((item) => item.key));
      this.items.value = [...this.items.value, ...page.filter((item) => !known.has(item.key))];
      this.hasNewer.value = page.length >= PAGE;
    });
  }

  /** Reads a page, and shows it unless something else was asked for meanwhile. */
  private async show(where: TimelinePage, put: (page: readonly TimelineItem[]) => void): Promise<void> {
    const reading = ++this.reading;
    this.isLoading.value = true;
    try {
      const page = await home()
        .room(this.key)
        .timeline({ ...where, limit: PAGE });
      if (reading === this.reading) put(page);
    } catch {
      // The home has moved to another tab: `moved` reads anew.
    } finally {
      if (reading === this.reading) this.isLoading.value = false;
    }
  }

  private take(events: readonly SessionEvent[]): void {
    let items: TimelineItem[] | null = null;
    for (const event of events) {
      if (event.type === "item") items = this.put(items ?? [...this.items.value], event.item);
      else if (event.type === "amended") items = amend(items ?? [...this.items.value], event.message);
    }
    if (items) this.items.value = items;
  }

  private put(items: TimelineItem[], item: TimelineItem): TimelineItem[] {
    const at = items.findIndex((each) => each.key === item.key);
    if (at >= 0) items.splice(at, 1);
    else if (this.hasNewer.value) return items;
    items.splice(placeOf(items, item), 0, item);
    return items;
  }
}

/** After everything that is before it in the log; what is not in the log yet comes last. */
function placeOf(items: readonly TimelineItem[], { n }: TimelineItem): number {
  if (n === 0) return items.length;
  let at = items.length;
  while (at > 0 && (items[at - 1]!.n === 0 || items[at - 1]!.n > n)) at--;
  return at;
}

function amend(items: TimelineItem[], message: TimelineMessage): TimelineItem[] {
  const id = message.id.join();
  return items.map((item) => (item.kind === "message" && item.message.id.join() === id ? { ...item, message } : item));
}
