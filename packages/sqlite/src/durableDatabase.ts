import { DatabaseBroken, WriteRefused, type Database, type SqlRow, type Statement } from "./database.js";
import type { SqlValue } from "./driver.js";
import type { Driver, DriverName, DriverStatement } from "./driver.js";

/** A driver behind the package's promises: plain values, whole transactions, and nothing after a failed COMMIT. */
export class DurableDatabase implements Database {
  private broken: DatabaseBroken | null = null;
  private open = false;

  /** `assertSettings` is called after every commit: for a database that could not be written to when it was opened. */
  constructor(
    private readonly driverDatabase: Driver,
    private readonly assertSettings: (() => void) | null = null,
  ) {}

  get driver(): DriverName {
    return this.driverDatabase.name;
  }

  exec(sql: string): void {
    this.checked(() => {
      this.driverDatabase.exec(sql);
    });
  }

  prepare(sql: string): Statement {
    const statement = this.checked(() => this.driverDatabase.prepare(sql));
    return new CheckedStatement(statement, (work) => this.checked(work));
  }

  begin(): void {
    // Not at the first statement that writes: libsql leaves a statement open that had to wait there in vain.
    this.exec("BEGIN IMMEDIATE");
    this.open = true;
  }

  commit(): void {
    try {
      this.exec("COMMIT");
      this.open = false;
      this.assertSettings?.();
    } catch (cause) {
      if (cause instanceof WriteRefused) throw cause;
      // RULE: sqlite.failed-commit-is-fatal: after a failed COMMIT (a failed fsync) nobody knows what is on the disk;
      // a retry or a rollback would pretend to know.
      this.open = false;
      this.broken = cause instanceof DatabaseBroken ? cause : new DatabaseBroken("a COMMIT failed", { cause });
      throw this.broken;
    }
  }

  rollback(): void {
    this.exec("ROLLBACK");
    this.open = false;
  }

  transaction<T>(work: () => T): T {
    this.begin();
    let result: T;
    try {
      result = work();
    } catch (error) {
      // What was refused is undone already.
      if (this.open) this.rollback();
      throw error;
    }
    this.commit();
    return result;
  }

  close(): void {
    // A driver may keep the connection until its statements are collected: an open transaction would go on locking.
    if (this.open && this.broken === null) this.rollback();
    this.driverDatabase.close();
  }

  private checked<T>(work: () => T): T {
    if (this.broken !== null) throw this.broken;
    try {
      return work();
    } catch (cause) {
      const reason = refusalOf(cause);
      if (reason === null) throw cause;
      this.undo();
      throw new WriteRefused(reason, { cause });
    }
  }

  // RULE: sqlite.refused-write-is-undone: a full disk or a foreign lock stops a write before anything is synced, so taking
  // the whole transaction back is safe; half of one must not be committed later (https://sqlite.org/lang_transaction.html).
  private undo(): void {
    if (!this.open) return;
    this.open = false;
    try {
      this.driverDatabase.exec("ROLLBACK");
    } catch {
      // SQLite has rolled it back by itself.
    }
  }
}

const FULL = 13;
const BUSY = 5;
/** SQLITE_IOERR_SHMSIZE: the disk has no space for the journal's index. */
const NO_SPACE_FOR_INDEX = 4874;

/** Why nothing could be written, or null for any other error. */
// Both drivers give SQLite's (extended) result code, each under a name of its own.
export function refusalOf(error: unknown): "full" | "busy" | null {
  const { errcode, rawCode } = error as { readonly errcode?: unknown; readonly rawCode?: unknown };
  const code = errcode ?? rawCode;
  if (typeof code !== "number") return null;
  if (code === NO_SPACE_FOR_INDEX || (code & 0xff) === FULL) return "full";
  return (code & 0xff) === BUSY ? "busy" : null;
}

class CheckedStatement implements Statement {
  constructor(
    private readonly statement: DriverStatement,
    private readonly checked: <T>(work: () => T) => T,
  ) {}

  run(...values: readonly SqlValue[]): { changes: number; rowid: number } {
    return this.checked(() => this.statement.run(values));
  }

  get(...values: readonly SqlValue[]): SqlRow | null {
    const row = this.checked(() => this.statement.get(values));
    return row === null ? null : plainRow(row);
  }

  all(...values: readonly SqlValue[]): SqlRow[] {
    return this.checked(() => this.statement.all(values)).map(plainRow);
  }
}

function plainRow(row: Record<string, unknown>): SqlRow {
  const plain: Record<string, SqlValue> = {};
  for (const name in row) plain[name] = plainValue(row[name]);
  return plain;
}

function plainValue(value: unknown): SqlValue {
  if (value === null || typeof value === "number" || typeof value === "string") return value;
  if (value instanceof Uint8Array) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  throw new TypeError("a column holds something other than null, a number, a text or a blob");
}
