import { openDatabase, openUnwritable, type Database, type SqlValue, type Statement } from "@conclave/sqlite";
import { checkKey, prefixEnd, type Range, type Storage, type StoredRecord, type Write } from "../ports/storage.js";

const SCHEMA = "CREATE TABLE IF NOT EXISTS records (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID, STRICT";

/**
 * Storage in one SQLite file, for Node. A commit is one transaction, flushed to the disk before it resolves, because a
 * ratchet key must never be used twice. The file is for one process at a time: see {@link HomeLock}.
 */
export class SqliteStorage implements Storage {
  private readonly database: Database;
  private readonly select: Statement;
  private readonly up: Statement;
  private readonly down: Statement;
  private readonly put: Statement;
  private readonly remove: Statement;
  private readonly clear: Statement;
  private closed = false;

  /** Opens, or creates, the file. @throws when it cannot be opened or is not a database. */
  constructor(path: string) {
    this.database = openDatabase(path);
    this.database.exec(SCHEMA);
    const range = "SELECT key, value FROM records WHERE key >= ? AND key < ? AND key <> ? ORDER BY key";
    this.select = this.database.prepare("SELECT value FROM records WHERE key = ?");
    this.up = this.database.prepare(`${range} ASC LIMIT ?`);
    this.down = this.database.prepare(`${range} DESC LIMIT ?`);
    this.put = this.database.prepare(
      "INSERT INTO records VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    );
    this.remove = this.database.prepare("DELETE FROM records WHERE key = ?");
    this.clear = this.database.prepare("DELETE FROM records WHERE key >= ? AND key < ?");
  }

  get(key: string): Promise<Uint8Array | null> {
    return this.work(() => {
      checkKey(key);
      const row = this.select.get(key);
      return row ? bytesOf(row["value"]) : null;
    });
  }

  range(range: Range): Promise<StoredRecord[]> {
    return this.work(() => {
      const { prefix, after = "", before, limit = -1, reverse = false } = range;
      const end = prefixEnd(prefix);
      const lower = after > prefix ? after : prefix;
      const upper = before !== undefined && before < end ? before : end;
      const rows = (reverse ? this.down : this.up).all(lower, upper, after, limit);
      return rows.map((row) => ({ key: String(row["key"]), value: bytesOf(row["value"]) }));
    });
  }

  commit(writes: readonly Write[]): Promise<void> {
    return this.work(() => {
      for (const write of writes) checkKey("put" in write ? write.put : "delete" in write ? write.delete : write.clear);
      this.database.transaction(() => {
        for (const write of writes) this.apply(write);
      });
    });
  }

  close(): Promise<void> {
    if (!this.closed) this.database.close();
    this.closed = true;
    return Promise.resolve();
  }

  private apply(write: Write): void {
    if ("put" in write) this.put.run(write.put, write.value);
    else if ("delete" in write) this.remove.run(write.delete);
    else this.clear.run(write.clear, prefixEnd(write.clear));
  }

  private work<T>(job: () => T): Promise<T> {
    return new Promise((resolve) => {
      if (this.closed) throw new Error("storage is closed");
      resolve(job());
    });
  }
}

/** Every record of a file that may only be read; nothing is written. @throws when it cannot be opened, or is not whole. */
export function readSqliteRecords(path: string): StoredRecord[] {
  const database = openUnwritable(path);
  try {
    const rows = database.prepare("SELECT key, value FROM records ORDER BY key").all();
    return rows.map((row) => ({ key: String(row["key"]), value: bytesOf(row["value"]) }));
  } finally {
    database.close();
  }
}

function bytesOf(value: SqlValue | undefined): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new TypeError("a stored value is not bytes");
  return value.slice();
}
