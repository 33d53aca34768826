import { encode } from "@conclave/codec";
import { orderedKey, type Storage } from "../ports/storage.js";
import { decodeHistoryItem, encodeHistoryItem, type HistoryItem } from "./historyItem.js";
import type { RoomKeys } from "./homeKey.js";
import { stored } from "./stored.js";
import type { Turn } from "./turn.js";

/** Which part of a history to read. */
export interface HistoryPage {
  /** Only items before this place in the log. */
  readonly before?: number;
  /** Only items after this place. */
  readonly after?: number;
  /** At most this many (100); the newest, or with `after` the oldest. */
  readonly limit?: number;
}

const MOST_COUNTED = 10_000;

/** What a room's log has shown this device, kept for screens; and how far the person has read. */
export class History {
  private constructor(
    private readonly storage: Storage,
    private readonly keys: RoomKeys,
    private readUpTo: number,
    private unreadCount: number,
  ) {}

  static async load(storage: Storage, keys: RoomKeys): Promise<History> {
    const marker = await storage.get(keys.readMarker);
    const readUpTo = marker ? stored(marker, "read marker", (r) => r.u53()) : 0;
    const history = new History(storage, keys, readUpTo, 0);
    history.unreadCount = await history.countUnread();
    return history;
  }

  /** The place up to which the person has read. */
  get readMarker(): number {
    return this.readUpTo;
  }

  /** Texts of others after the marker. */
  get unread(): number {
    return this.unreadCount;
  }

  add(turn: Turn, item: HistoryItem): void {
    const key = item.kind === "alarm" ? this.keys.alarmLine(item.n, item.order) : this.keys.historyItem(item.n);
    turn.put(key, encodeHistoryItem(item));
    if (item.kind === "message")
      turn.put(
        this.keys.messageId(item.message.id),
        encode(item.n, (w, n) => w.u53(n)),
      );
    if (isUnread(item) && item.n > this.readUpTo) this.unreadCount++;
  }

  /** Items in the order of the log. */
  async page({ before, after, limit = 100 }: HistoryPage = {}): Promise<HistoryItem[]> {
    const reverse = after === undefined;
    const records = await this.storage.range({
      prefix: this.keys.history,
      limit,
      reverse,
      ...(before === undefined ? {} : { before: this.keys.history + orderedKey(before) }),
      // The lines of alarms that follow the place belong to it.
      ...(after === undefined ? {} : { after: `${this.keys.history}${orderedKey(after)}/~` }),
    });
    const items = records.map((record) => decodeHistoryItem(record.value));
    return reverse ? items.reverse() : items;
  }

  /** Where the message with this id is, or null. */
  async find(id: Uint8Array): Promise<number | null> {
    const place = await this.storage.get(this.keys.messageId(id));
    return place && stored(place, "message id", (r) => r.u53());
  }

  async markRead(turn: Turn, n: number): Promise<void> {
    this.readUpTo = n;
    turn.put(
      this.keys.readMarker,
      encode(n, (w, value) => w.u53(value)),
    );
    this.unreadCount = await this.countUnread();
  }

  private async countUnread(): Promise<number> {
    const items = await this.page({ after: this.readUpTo, limit: MOST_COUNTED });
    return items.filter(isUnread).length;
  }
}

function isUnread(item: HistoryItem): boolean {
  return item.kind === "message" && !item.own && item.message.kind === "text";
}
