import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import { checkKey, prefixEnd, type Range, type Storage, type StoredRecord, type Write } from "../ports/storage.js";
import { inOneTransaction } from "./transaction.js";
import { StorageError } from "./storageError.js";

interface Schema extends DBSchema {
  records: { key: string; value: Uint8Array };
}

/**
 * Storage in IndexedDB, for a page or a Web Worker. A commit is one `readwrite` transaction with strict durability:
 * it resolves when the browser has flushed it to the disk, because a ratchet key must never be used twice. It rejects
 * with a {@link StorageError} when the browser gives no more space.
 */
export class IndexedDbStorage implements Storage {
  private closed = false;

  private constructor(private readonly database: IDBPDatabase<Schema>) {}

  /** Opens, or creates, the database of one home. Rejects where the browser has no IndexedDB or denies it. */
  static async open(name: string): Promise<IndexedDbStorage> {
    const database = await openDB<Schema>(name, 1, {
      upgrade(created) {
        created.createObjectStore("records");
      },
    });
    return new IndexedDbStorage(database);
  }

  async get(key: string): Promise<Uint8Array | null> {
    checkKey(key);
    return (await this.open().get("records", key)) ?? null;
  }

  async range(range: Range): Promise<StoredRecord[]> {
    const { prefix, after, before, limit = Number.POSITIVE_INFINITY, reverse = false } = range;
    const end = prefixEnd(prefix);
    const lower = after !== undefined && after >= prefix ? after : prefix;
    const upper = before !== undefined && before < end ? before : end;
    const database = this.open();
    if (limit <= 0 || lower >= upper) return [];
    const bounds = IDBKeyRange.bound(lower, upper, lower === after, true);
    const transaction = database.transaction("records", "readonly");
    if (!reverse) {
      const count = Number.isFinite(limit) ? limit : undefined;
      const [keys, values] = await Promise.all([
        transaction.store.getAllKeys(bounds, count),
        transaction.store.getAll(bounds, count),
      ]);
      return keys.map((key, at) => ({ key, value: values[at]! }));
    }
    const found: StoredRecord[] = [];
    let cursor = await transaction.store.openCursor(bounds, "prev");
    while (cursor && found.length < limit) {
      found.push({ key: cursor.key, value: cursor.value });
      cursor = await cursor.continue();
    }
    return found;
  }

  async commit(writes: readonly Write[]): Promise<void> {
    for (const write of writes) checkKey("put" in write ? write.put : "delete" in write ? write.delete : write.clear);
    const transaction = this.open().transaction("records", "readwrite", { durability: "strict" });
    const { store } = transaction;
    const steps = writes.map((write) => () => {
      // A copy, not a view: structured clone of a view would store the whole buffer behind it.
      if ("put" in write) return store.put(write.value.slice(), write.put);
      if ("delete" in write) return store.delete(write.delete);
      return store.delete(IDBKeyRange.bound(write.clear, prefixEnd(write.clear), false, true));
    });
    try {
      await inOneTransaction(transaction, steps);
    } catch (error) {
      const isFull = error instanceof DOMException && error.name === "QuotaExceededError";
      throw isFull ? new StorageError("full", { cause: error }) : error;
    }
  }

  close(): Promise<void> {
    if (!this.closed) this.database.close();
    this.closed = true;
    return Promise.resolve();
  }

  private open(): IDBPDatabase<Schema> {
    if (this.closed) throw new Error("storage is closed");
    return this.database;
  }
}
