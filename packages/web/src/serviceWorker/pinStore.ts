import type { Pin } from "../trust/pin.js";

const DATABASE = "conclave-trust";
const STORE = "pins";
const KEY = "held";

/** Where the pin lies: one record in a database of its own, beside what the client stores. */
export class PinStore {
  private held: Pin | null | undefined;

  /** The pin, or null when nothing is held yet. */
  async read(): Promise<Pin | null> {
    const stored =
      this.held ?? (await this.within("readonly", (store) => store.get(KEY) as IDBRequest<Pin | undefined>));
    return (this.held = stored ?? null);
  }

  /** Reads it again the next time. */
  forget(): void {
    this.held = undefined;
  }

  async write(pin: Pin): Promise<void> {
    await this.within("readwrite", (store) => store.put(pin, KEY));
    this.held = pin;
  }

  private async within<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const opening = indexedDB.open(DATABASE, 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(opening.error ?? new Error("IndexedDB"));
    });
    try {
      return await new Promise<T>((resolve, reject) => {
        const transaction = database.transaction(STORE, mode);
        const request = work(transaction.objectStore(STORE));
        transaction.oncomplete = () => resolve(request.result);
        transaction.onabort = () => reject(transaction.error ?? new Error("IndexedDB"));
      });
    } finally {
      database.close();
    }
  }
}
