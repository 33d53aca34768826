import { encode, toHex } from "@conclave/codec";
import type { Message } from "@conclave/protocol";
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
  /** Authors of messages in turns that are not stored yet, by the message's id. */
  private readonly placing = new Map<string, Uint8Array>();

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
    if (item.kind === "message") this.place(turn, item.message, item.n);
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

  /** Who wrote the message with this id, or null when there is none. */
  async authorOf(id: Uint8Array): Promise<Uint8Array | null> {
    const placing = this.placing.get(toHex(id));
    if (placing) return placing;
    const place = await this.storage.get(this.keys.messageId(id));
    const n = place && stored(place, "message id", (r) => r.u53());
    const record = n === null ? null : await this.storage.get(this.keys.historyItem(n));
    const item = record && decodeHistoryItem(record);
    return item?.kind === "message" ? item.message.author : null;
  }

  async markRead(turn: Turn, n: number): Promise<void> {
    this.readUpTo = n;
    turn.put(
      this.keys.readMarker,
      encode(n, (w, value) => w.u53(value)),
    );
    this.unreadCount = await this.countUnread();
  }

  private place(turn: Turn, { id, author }: Message, n: number): void {
    const bytes = encode(n, (w, place) => w.u53(place));
    turn.put(this.keys.messageId(id), bytes);
    this.placing.set(toHex(id), author);
    turn.after(() => this.placing.delete(toHex(id)));
  }

  private async countUnread(): Promise<number> {
    const items = await this.page({ after: this.readUpTo, limit: MOST_COUNTED });
    return items.filter(isUnread).length;
  }
}

function isUnread(item: HistoryItem): boolean {
  return item.kind === "message" && !item.own && item.message.kind === "text";
}
