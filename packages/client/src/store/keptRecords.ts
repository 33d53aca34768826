import { encode, opaque, stored, struct, u53 } from "@conclave/codec";
import { decodeLogItem, encodeLogItem, type LogItem } from "@conclave/wire";
import { orderedKey, type Storage } from "../ports/storage.js";
import type { RoomKeys } from "./homeKey.js";
import type { Transaction } from "./transaction.js";

/** Bytes and records of one room that are kept beyond which the oldest go: some days of a busy room. */
const MOST_BYTES = 4 * 1024 * 1024;
const MOST_RECORDS = 4096;
/** How many are looked at when some have to go. */
const STEP = 256;

/** `sum`: the bytes of this record and of all that were kept before it, ever. */
const layout = struct<{ sum: number; item: Uint8Array }>({ sum: u53, item: opaque() });

/**
 * The newest records of a room's log as the relay gave them, sealed as they were: what a relay that was restored from a copy may have
 * lost. They say nothing that the relay did not have, and nothing in them can be opened that could not be before.
 */
export class KeptRecords {
  private constructor(
    private readonly storage: Storage,
    private readonly keys: RoomKeys,
    private sum: number,
    private bytes: number,
    private oldest: number,
    private newest: number,
  ) {}

  static async load(storage: Storage, keys: RoomKeys): Promise<KeptRecords> {
    const [first] = await storage.range({ prefix: keys.kept, limit: 1 });
    const [last] = await storage.range({ prefix: keys.kept, limit: 1, reverse: true });
    if (!first || !last) return new KeptRecords(storage, keys, 0, 0, 1, 0);
    const [from, to] = [read(first.value), read(last.value)];
    const bytes = to.sum - from.sum + from.bytes;
    return new KeptRecords(storage, keys, to.sum, bytes, from.item.n, to.item.n);
  }

  /** Keeps the next record of the log. Where it does not follow the last one, the others go. */
  // RULE: kept.bounded: a relay that gives a lot, and whoever writes a lot, fills no device with it (attack A83).
  async add(tx: Transaction, item: LogItem): Promise<void> {
    if (item.n !== this.newest + 1 && this.newest > 0) {
      tx.clear(this.keys.kept);
      [this.bytes, this.newest] = [0, 0];
    }
    const bytes = encodeLogItem(item);
    if (this.newest === 0) this.oldest = item.n;
    this.newest = item.n;
    this.sum += bytes.length;
    this.bytes += bytes.length;
    tx.put(this.keys.keptRecord(item.n), encode({ sum: this.sum, item: bytes }, layout.write));
    if (this.bytes > MOST_BYTES || this.newest - this.oldest >= MOST_RECORDS) await this.dropOldest(tx);
  }

  /** Those from `fromN` on, in order, as far as they are here without a gap: of at most so many bytes, at least one. */
  async from(fromN: number, mostBytes: number): Promise<LogItem[]> {
    const items: LogItem[] = [];
    let bytes = 0;
    for (let next = fromN; ;) {
      const after = this.keys.kept + orderedKey(next - 1);
      const page = await this.storage.range({ prefix: this.keys.kept, after, limit: STEP });
      for (const { value } of page) {
        const record = read(value);
        bytes += record.bytes;
        if (record.item.n !== next || (items.length > 0 && bytes > mostBytes)) return items;
        items.push(record.item);
        next++;
      }
      if (page.length < STEP) return items;
    }
  }

  private async dropOldest(tx: Transaction): Promise<void> {
    for (const { key, value } of await this.storage.range({ prefix: this.keys.kept, limit: STEP })) {
      const { item, bytes } = read(value);
      if (item.n < this.oldest) continue;
      // A part more than needed, so that it is not done for each record.
      if (this.bytes <= MOST_BYTES * 0.98 && this.newest - this.oldest < MOST_RECORDS - STEP / 2) return;
      tx.delete(key);
      this.bytes -= bytes;
      this.oldest = item.n + 1;
    }
  }
}

function read(value: Uint8Array): { readonly sum: number; readonly bytes: number; readonly item: LogItem } {
  const { sum, item } = stored("kept record", value, layout);
  return { sum, bytes: item.length, item: decodeLogItem(item) };
}
