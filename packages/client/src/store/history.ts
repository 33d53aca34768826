import { encode, equalBytes, stored, toHex, u53 } from "@conclave/codec";
import type { Message, MessageId, PersonId, Unreadable } from "@conclave/protocol";
import { type Amendment, UNAMENDED } from "./amendment.js";
import type { Amendments } from "./amendments.js";
import { orderedKey, type Storage, type StoredRecord } from "../ports/storage.js";
import {
  decodeHistoryItem,
  encodeHistoryItem,
  type HistoryGap,
  type HistoryItem,
  type HistoryMessage,
} from "./historyItem.js";
import type { RoomKeys } from "./homeKey.js";
import type { Transaction } from "./transaction.js";

/** Which part of a history to read. */
export interface HistoryPage {
  /** Only items before this place in the log. */
  readonly before?: number;
  /** Only items after this place. */
  readonly after?: number;
  /** At most this many (100), and the rest of the last one's place; the newest, or with `after` the oldest. */
  readonly limit?: number;
}

const MOST_COUNTED = 10_000;
const decoder = new TextDecoder();

/** What a room's log has shown this device, kept for screens; and how far the person has read. */
export class History {
  /** Of transactions that are not stored yet: places of messages by their id, and messages by their place. */
  private readonly placing = new Map<string, number>();
  private readonly unsaved = new Map<number, HistoryMessage>();
  /** Places of messages that were forgotten, and are in the storage until that is stored. */
  private readonly forgetting = new Set<number>();
  /** Places of unread messages, and whether they name us; not more than are counted. */
  private unreadAt = new Map<number, boolean>();
  private namesUs: (text: string, author: PersonId) => boolean = () => false;
  /** What could not be shown since the last line that can, by its reason. */
  private readonly gaps = new Map<Unreadable, HistoryGap>();

  private constructor(
    private readonly storage: Storage,
    private readonly keys: RoomKeys,
    private readUpTo: number,
  ) {}

  static async load(storage: Storage, keys: RoomKeys): Promise<History> {
    const marker = await storage.get(keys.readMarker);
    return new History(storage, keys, marker ? stored("read marker", marker, u53) : 0);
  }

  /** Counts what is unread, once, before anything is added. `namesUs`: whether a text of an author does. */
  async countUnread(amendments: Amendments, namesUs: (text: string, author: PersonId) => boolean): Promise<void> {
    this.namesUs = namesUs;
    const items = await this.page({ after: this.readUpTo, limit: MOST_COUNTED });
    const changed = await amendments.between(this.readUpTo, items.at(-1)?.n ?? this.readUpTo);
    for (const item of items) if (item.kind === "message") this.count(item, changed.get(item.n) ?? UNAMENDED);
  }

  /** Messages of others after the marker. */
  get unread(): number {
    return this.unreadAt.size;
  }

  /** Those of them that name us. */
  get mentions(): number {
    let count = 0;
    for (const namesUs of this.unreadAt.values()) if (namesUs) count++;
    return count;
  }

  get firstUnread(): number | null {
    return this.unreadAt.keys().next().value ?? null;
  }

  add(tx: Transaction, item: Exclude<HistoryItem, HistoryGap>): void {
    this.gaps.clear();
    if (item.kind === "message") {
      this.keepMessage(tx, item);
      this.place(tx, item.message, item.n);
      this.count(item, UNAMENDED);
      return;
    }
    const key = item.kind === "alarm" ? this.keys.alarmLine(item.n, item.order) : this.keys.historyItem(item.n);
    tx.put(key, encodeHistoryItem(item));
  }

  /**
   * Notes that a record cannot be shown: those that follow one another for one reason are one line, which it returns.
   * RULE: history.gaps-bounded: a relay that gives nothing but records that cannot be read fills neither disk nor screen (A83).
   */
  addGap(tx: Transaction, n: number, reason: Unreadable): HistoryGap {
    const before = this.gaps.get(reason);
    const gap = { kind: "unreadable", n: before?.n ?? n, reason, count: (before?.count ?? 0) + 1 } as const;
    this.gaps.set(reason, gap);
    tx.put(this.keys.historyItem(gap.n), encodeHistoryItem(gap));
    return gap;
  }

  /** For a message that is no line, keeps only that it was there, so that it counts once. */
  addAct(tx: Transaction, act: Message): void {
    this.place(tx, act, act.n);
  }

  /** Something was done to a message. RULE: conversation.erased: a message that was deleted is gone from this device too (attack A72). */
  amended(tx: Transaction, item: HistoryMessage, amendment: Amendment): void {
    if (amendment.deletion && item.message.body.length > 0) {
      this.keepMessage(tx, { ...item, message: { ...item.message, body: new Uint8Array(0) } });
    }
    this.count(item, amendment);
  }

  /** Deletes a message's line from this device. Its id stays known: it does not come a second time, and nothing is done to it. */
  forget(tx: Transaction, n: number): void {
    tx.delete(this.keys.historyItem(n));
    this.unsaved.delete(n);
    this.unreadAt.delete(n);
    this.forgetting.add(n);
    tx.after(() => this.forgetting.delete(n));
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
    if (records.length === limit) records.push(...(await this.restOfPlace(records.at(-1), reverse)));
    const items = records.map((record) => decodeHistoryItem(record.value));
    return reverse ? items.reverse() : items;
  }

  /** What is at this place of the log, or null. */
  async at(n: number): Promise<HistoryItem | null> {
    if (this.forgetting.has(n)) return null;
    const unsaved = this.unsaved.get(n);
    if (unsaved) return unsaved;
    const record = await this.storage.get(this.keys.historyItem(n));
    return record && decodeHistoryItem(record);
  }

  /** The message with this id, or null when there is none. */
  async find(id: MessageId): Promise<HistoryMessage | null> {
    const n = this.placing.get(toHex(id)) ?? (await this.placed(id));
    const item = n === null ? null : await this.at(n);
    return item?.kind === "message" && equalBytes(item.message.id, id) ? item : null;
  }

  /** Whether there was a message with this id, whatever it was. */
  async has(id: MessageId): Promise<boolean> {
    return this.placing.has(toHex(id)) || (await this.placed(id)) !== null;
  }

  markRead(tx: Transaction, n: number): void {
    this.readUpTo = n;
    tx.put(this.keys.readMarker, encode(n, u53.write));
    this.unreadAt = new Map([...this.unreadAt].filter(([at]) => at > n));
  }

  private count({ n, own, message }: HistoryMessage, { edit, deletion }: Amendment): void {
    if (own || n <= this.readUpTo) return;
    if (deletion) this.unreadAt.delete(n);
    else if (this.unreadAt.has(n) || this.unreadAt.size < MOST_COUNTED) {
      const text = message.kind === "text" ? decoder.decode(edit?.body ?? message.body) : "";
      this.unreadAt.set(n, this.namesUs(text, message.author));
    }
  }

  private keepMessage(tx: Transaction, item: HistoryMessage): void {
    tx.put(this.keys.historyItem(item.n), encodeHistoryItem(item));
    this.unsaved.set(item.n, item);
    tx.after(() => {
      if (this.unsaved.get(item.n) === item) this.unsaved.delete(item.n);
    });
  }

  private place(tx: Transaction, { id }: Message, n: number): void {
    tx.put(this.keys.messageId(id), encode(n, u53.write));
    this.placing.set(toHex(id), n);
    tx.after(() => this.placing.delete(toHex(id)));
  }

  /** Where a message is in the log, whatever it was. */
  private async placed(id: MessageId): Promise<number | null> {
    const record = await this.storage.get(this.keys.messageId(id));
    return record && stored("message id", record, u53);
  }

  /** A page that ended in the middle of a place takes the rest of it: else the next page would begin after it. */
  private async restOfPlace(edge: StoredRecord | undefined, reverse: boolean): Promise<StoredRecord[]> {
    if (!edge) return [];
    const { n } = decodeHistoryItem(edge.value);
    const prefix = this.keys.historyItem(n);
    if (reverse) return edge.key === prefix ? [] : this.storage.range({ prefix, before: edge.key, reverse });
    return this.storage.range({ prefix, after: edge.key });
  }
}
