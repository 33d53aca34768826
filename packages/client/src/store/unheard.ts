import { toHex } from "@conclave/codec";
import type { PersonId } from "@conclave/protocol";
import type { StoredRecord } from "../ports/storage.js";
import type { RoomKeys } from "./homeKey.js";
import type { Transaction } from "./transaction.js";

const NOTHING = new Uint8Array(0);

/**
 * Members who were let in, as this device saw, and of whom it has received nothing since: their device may never have fetched
 * the admission, and then nobody holds its keys.
 */
export class Unheard {
  private readonly people: Set<string>;

  constructor(
    private readonly keys: RoomKeys,
    records: readonly StoredRecord[],
  ) {
    this.people = new Set(records.map(({ key }) => key.slice(keys.unheard.length)));
  }

  has(person: PersonId): boolean {
    return this.people.has(toHex(person));
  }

  /** They were let in by somebody else. */
  add(tx: Transaction, person: PersonId): void {
    this.people.add(toHex(person));
    tx.put(this.keys.unheard + toHex(person), NOTHING);
  }

  /** They have signed something, or are gone. True where that is news. */
  drop(tx: Transaction, person: PersonId): boolean {
    if (!this.people.delete(toHex(person))) return false;
    tx.delete(this.keys.unheard + toHex(person));
    return true;
  }
}
