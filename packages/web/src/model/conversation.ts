import type { ForgottenMessage, SessionEvent, TimelineItem, TimelineMessage, TimelinePage } from "@conclave/client";
import type { RoomKey } from "@conclave/client/rpc";
import { equalBytes, toHex } from "@conclave/codec";
import { batch, signal } from "@preact/signals";
import { home } from "./home.js";

const PAGE = 80;
/** More than this is not held: a list of it is drawn at once wherever one scrolls. */
const MOST_HELD = 640;

/** What a list shows first after it was filled again: its end, or what is at a place of the log. */
export type ShownPlace =
  { readonly at: "newest" } | { readonly at: "unread" } | { readonly at: "place"; readonly n: number };

/** A page that replaced all that was shown. */
export interface Filled {
  /** Another number each time. */
  readonly order: number;
  readonly target: ShownPlace;
}

/**
 * The part of a room's timeline that a screen holds: pages are added at both ends, and what happens is put in its place.
 * Open one for a room that is shown, `close` it afterwards.
 */
export class Conversation {
  /** Oldest first; what waits to be sent comes last. */
  readonly items = signal<readonly TimelineItem[]>([]);
  readonly isLoading = signal(true);
  /** There is more before the first item. */
  readonly hasOlder = signal(false);
  /** There is more after the last item: the screen looks at the past. */
  readonly hasNewer = signal(false);
  /** Changes when everything was replaced. */
  readonly filled = signal<Filled>({ order: 0, target: { at: "newest" } });
  private readonly unwatch: () => void;
  private reading = 0;
  /** What happened while a page was being read. */
  private meanwhile: SessionEvent[] = [];

  /** @param firstUnread Where to begin, when there is much that was not read; null for the end. */
  constructor(
    readonly key: RoomKey,
    firstUnread: number | null = null,
  ) {
    this.unwatch = home().watch((event) => {
      if (event.type === "moved") void this.catchUp();
      else if (event.type === "events" && event.key === key) this.take(event.events);
    });
    if (firstUnread === null) void this.toNewest();
    else void this.fill({ around: firstUnread }, { at: "unread" });
  }

  close(): void {
    this.unwatch();
  }

  /** Shows the newest page. */
  async toNewest(): Promise<void> {
    if (!this.hasNewer.value && this.items.value.length > 0) this.aim({ at: "newest" });
    else await this.fill({}, { at: "newest" });
  }

  /** Shows what is around a place of the log: a search result, the message that another one answers. */
  async toPlace(n: number): Promise<void> {
    const target = { at: "place", n } as const;
    if (this.items.value.some((item) => item.n === n)) this.aim(target);
    else await this.fill({ around: n }, target);
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

  /** Lets go of what is far from where one looks: at the end that is given. */
  trim(end: "oldest" | "newest"): void {
    const { value } = this.items;
    if (value.length <= MOST_HELD || this.isLoading.value) return;
    batch(() => {
      if (end === "oldest") {
        this.items.value = value.slice(value.length - MOST_HELD / 2);
        this.hasOlder.value = true;
      } else {
        this.items.value = value.slice(0, MOST_HELD / 2);
        this.hasNewer.value = true;
      }
    });
  }

  /** Takes in what was not told while the home moved: nothing that is shown goes away. */
  private async catchUp(): Promise<void> {
    if (this.hasNewer.value) return;
    let isFar = false as boolean;
    await this.show({}, (page) => {
      const known = new Set(this.items.value.map(({ key }) => key));
      isFar = page.every(({ key }) => !known.has(key));
      if (!isFar) this.items.value = page.reduce((items, item) => this.put(items, item), [...this.items.value]);
    });
    if (isFar) await this.fill({}, { at: "newest" });
  }

  private aim(target: ShownPlace): void {
    this.filled.value = { order: this.filled.value.order, target };
  }

  private async fill(where: TimelinePage, target: ShownPlace): Promise<void> {
    await this.show(where, (page) => {
      const isNewest = where.around === undefined;
      this.items.value = page;
      this.hasOlder.value = isNewest ? page.length >= PAGE : true;
      // A page around a place that has all there is, or what is still pending, has the newest.
      this.hasNewer.value = !isNewest && page.length >= PAGE && page.every((item) => item.n !== 0);
      this.filled.value = { order: this.filled.value.order + 1, target };
    });
  }

  /**
   * Reads a page, and shows it unless something else was asked for meanwhile. The page may be older than what happens while
   * it comes: that is put in once more, or a message that was sent in that moment would be shown as waiting for ever.
   */
  private async show(where: TimelinePage, put: (page: readonly TimelineItem[]) => void): Promise<void> {
    const reading = ++this.reading;
    this.isLoading.value = true;
    this.meanwhile = [];
    try {
      const page = await home()
        .room(this.key)
        .timeline({ ...where, limit: PAGE });
      if (reading !== this.reading) return;
      batch(() => {
        put(page);
        this.apply(this.meanwhile);
      });
    } catch {
      // The home has moved to another tab: `moved` reads what is missing.
    } finally {
      if (reading === this.reading) this.isLoading.value = false;
    }
  }

  private take(events: readonly SessionEvent[]): void {
    if (this.isLoading.value) this.meanwhile.push(...events);
    this.apply(events);
  }

  private apply(events: readonly SessionEvent[]): void {
    let items: TimelineItem[] | null = null;
    for (const event of events) {
      if (event.type === "item") items = this.put(items ?? [...this.items.value], event.item);
      else if (event.type === "forgotten") items = without(items ?? this.items.value, event.messages);
      else if (event.type === "amended") items = amend(items ?? [...this.items.value], event.message);
    }
    if (items) this.items.value = items;
  }

  private put(items: TimelineItem[], item: TimelineItem): TimelineItem[] {
    const at = items.findLastIndex((each) => each.key === item.key);
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

function without(items: readonly TimelineItem[], gone: readonly ForgottenMessage[]): TimelineItem[] {
  const ids = new Set(gone.map(({ id }) => toHex(id)));
  return items.filter((item) => item.kind !== "message" || !ids.has(toHex(item.message.id)));
}

function amend(items: TimelineItem[], message: TimelineMessage): TimelineItem[] {
  const at = items.findLastIndex((item) => item.kind === "message" && equalBytes(item.message.id, message.id));
  const item = items[at];
  if (item?.kind === "message") items[at] = { ...item, message };
  return items;
}
