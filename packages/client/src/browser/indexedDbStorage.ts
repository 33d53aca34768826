import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import { checkKey, prefixEnd, type Range, type Storage, type StoredRecord, type Write } from "../ports/storage.js";
import { inOneTransaction } from "./transaction.js";
import { StorageError } from "./storageError.js";

interface Schema extends DBSchema {
  records: { key: string; value: Uint8Array };
}

/** Where the number of the one writer is kept: no key of a client's own (`checkKey`), and in none of its ranges. */
const WRITER = "\u00ff/writer";

/**
 * Storage in IndexedDB, for a page or a Web Worker. A commit is one `readwrite` transaction with strict durability:
 * it resolves when the browser has flushed it to the disk, because a ratchet key must never be used twice. It rejects
 * with a {@link StorageError} when the browser gives no more space.
 *
 * The tab that opens it is its one writer from then on. A tab that hung, and wakes up when another has taken its home over, can
 * read what is there and change nothing: its commits reject as `superseded`.
 */
export class IndexedDbStorage implements Storage {
  private closed = false;

  private constructor(
    private readonly database: IDBPDatabase<Schema>,
    private readonly writer: string,
  ) {}

  /** Opens, or creates, the database of one home. Rejects where the browser has no IndexedDB or denies it. */
  static async open(name: string): Promise<IndexedDbStorage> {
    const database = await openDB<Schema>(name, 1, {
      upgrade(created) {
        created.createObjectStore("records");
      },
    });
    return new IndexedDbStorage(database, await claim(database));
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
    // RULE: storage.one-writer: in the transaction itself, which the browser lets run after all earlier ones: whoever is not the
    // newest writer any more changes nothing, and so, as it stores first, sends nothing (attacks A64, A65).
    const found = { isOther: false };
    const check = async () => {
      if (String(await store.get(WRITER)) === this.writer) return;
      found.isOther = true;
      transaction.abort();
    };
    const steps: (() => Promise<unknown>)[] = writes.map((write) => () => {
      // A copy, not a view: structured clone of a view would store the whole buffer behind it.
      if ("put" in write) return store.put(write.value.slice(), write.put);
      if ("delete" in write) return store.delete(write.delete);
      return store.delete(IDBKeyRange.bound(write.clear, prefixEnd(write.clear), false, true));
    });
    try {
      await inOneTransaction(transaction, [check, ...steps]);
    } catch (error) {
      if (found.isOther) throw new StorageError("superseded", { cause: error });
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

/** Becomes the one writer: a number that nobody had before, durable before anything is read. */
async function claim(database: IDBPDatabase<Schema>): Promise<string> {
  const writer = crypto.getRandomValues(new Uint8Array(16));
  const transaction = database.transaction("records", "readwrite", { durability: "strict" });
  await inOneTransaction(transaction, [() => transaction.store.put(writer, WRITER)]);
  return String(writer);
}
