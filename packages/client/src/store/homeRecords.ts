import { checkKey, type Storage, type StoredRecord, type Write } from "../ports/storage.js";
import type { ProgramRecords, RecordChange } from "../api/programRecords.js";
import { PROGRAM_PREFIX } from "./homeKey.js";

/** The records of the program on top, kept apart from the client's own by their prefix. */
export class HomeRecords implements ProgramRecords {
  constructor(private readonly storage: Storage) {}

  async list(prefix: string): Promise<readonly StoredRecord[]> {
    const found = await this.storage.range({ prefix: PROGRAM_PREFIX + prefix });
    return found.map(({ key, value }) => ({ key: key.slice(PROGRAM_PREFIX.length), value }));
  }

  async commit(changes: readonly RecordChange[]): Promise<void> {
    await this.storage.commit(recordWrites(changes));
  }
}

/** Changes of a program's records as writes of the storage. @throws RangeError for a key that is not valid */
export function recordWrites(changes: readonly RecordChange[]): Write[] {
  return changes.map(({ key, value }) => {
    if (key === "") throw new RangeError("a record needs a key");
    const stored = PROGRAM_PREFIX + key;
    checkKey(stored);
    return value === null ? { delete: stored } : { put: stored, value };
  });
}
