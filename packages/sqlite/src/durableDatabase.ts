import { DatabaseBroken, type Database, type Row, type SqlValue, type Statement } from "./database.js";
import type { Driver, DriverName, DriverStatement } from "./driver.js";

/** A driver behind the package's promises: plain values, and nothing after a failed COMMIT. */
export class DurableDatabase implements Database {
  private broken: DatabaseBroken | null = null;
  private open = false;

  constructor(private readonly driverDatabase: Driver) {}

  get driver(): DriverName {
    return this.driverDatabase.name;
  }

  exec(sql: string): void {
    this.check();
    this.driverDatabase.exec(sql);
  }

  prepare(sql: string): Statement {
    this.check();
    const statement = this.driverDatabase.prepare(sql);
    return new CheckedStatement(statement, () => {
      this.check();
    });
  }

  begin(): void {
    this.exec("BEGIN");
    this.open = true;
  }

  commit(): void {
    this.check();
    this.open = false;
    try {
      this.driverDatabase.exec("COMMIT");
    } catch (cause) {
      // RULE: sqlite.failed-commit-is-fatal: after a failed COMMIT (a failed fsync) nobody knows what is on the disk;
      // a retry or a rollback would pretend to know.
      this.broken = new DatabaseBroken("a COMMIT failed", { cause });
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
      this.rollback();
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

  private check(): void {
    if (this.broken !== null) throw this.broken;
  }
}

class CheckedStatement implements Statement {
  constructor(
    private readonly statement: DriverStatement,
    private readonly check: () => void,
  ) {}

  run(...values: readonly SqlValue[]): { changes: number; rowid: number } {
    this.check();
    return this.statement.run(values);
  }

  get(...values: readonly SqlValue[]): Row | null {
    this.check();
    const row = this.statement.get(values);
    return row === null ? null : plainRow(row);
  }

  all(...values: readonly SqlValue[]): Row[] {
    this.check();
    return this.statement.all(values).map(plainRow);
  }
}

function plainRow(row: Record<string, unknown>): Row {
  const plain: Record<string, SqlValue> = {};
  for (const name in row) plain[name] = plainValue(row[name]);
  return plain;
}

function plainValue(value: unknown): SqlValue {
  if (value === null || typeof value === "number" || typeof value === "string") return value;
  if (value instanceof Uint8Array) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  throw new TypeError("a column holds something other than null, a number, a text or a blob");
}
