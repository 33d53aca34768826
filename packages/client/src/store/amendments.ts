import { orderedKey, type Storage } from "../ports/storage.js";
import type { RoomKeys } from "./homeKey.js";
import type { Transaction } from "./transaction.js";
import { type Amendment, decodeAmendment, encodeAmendment, UNAMENDED } from "./amendment.js";

/** What was done to a room's messages: one record for each that something was done to, by its place in the log. */
export class Amendments {
  /** Of transactions that are not stored yet. */
  private readonly unsaved = new Map<number, Amendment>();

  constructor(
    private readonly storage: Storage,
    private readonly keys: RoomKeys,
  ) {}

  /** What was done to the message at this place. */
  async at(n: number): Promise<Amendment> {
    const unsaved = this.unsaved.get(n);
    if (unsaved) return unsaved;
    const record = await this.storage.get(this.keys.amendment(n));
    return record ? decodeAmendment(record) : UNAMENDED;
  }

  /** All of them from one place to another, both included. */
  async between(first: number, last: number): Promise<ReadonlyMap<number, Amendment>> {
    const prefix = this.keys.amendments;
    const records = await this.storage.range({
      prefix,
      ...(first > 0 ? { after: prefix + orderedKey(first - 1) } : {}),
      before: prefix + orderedKey(last + 1),
    });
    const found = new Map(
      records.map(({ key, value }) => [Number.parseInt(key.slice(prefix.length), 16), decodeAmendment(value)]),
    );
    for (const [n, amendment] of this.unsaved) if (n >= first && n <= last) found.set(n, amendment);
    return found;
  }

  /** Deletes what was done to a message that is forgotten itself. */
  forget(tx: Transaction, n: number): void {
    tx.delete(this.keys.amendment(n));
    this.unsaved.delete(n);
  }

  put(tx: Transaction, n: number, amendment: Amendment): void {
    tx.put(this.keys.amendment(n), encodeAmendment(amendment));
    this.unsaved.set(n, amendment);
    tx.after(() => {
      if (this.unsaved.get(n) === amendment) this.unsaved.delete(n);
    });
  }
}
