import type { DriverName } from "./driver.js";

/** What a column or a parameter holds. Numbers are safe integers or doubles; blobs come back as plain `Uint8Array`. */
export type SqlValue = null | number | string | Uint8Array;

/** One row, by column name. */
export type Row = Readonly<Record<string, SqlValue>>;

/** A prepared statement. Prepare once, run often. Parameters are positional (`?`). */
export interface Statement {
  /** Runs a statement that gives no rows. */
  run(...values: readonly SqlValue[]): { readonly changes: number; readonly rowid: number };
  /** The first row, or null. */
  get(...values: readonly SqlValue[]): Row | null;
  all(...values: readonly SqlValue[]): Row[];
}

/**
 * An open database. Synchronous; one writer. Every method throws the driver's error for a statement that fails, and
 * {@link DatabaseBroken} once a COMMIT has failed.
 */
export interface Database {
  readonly driver: DriverName;
  /** Runs statements without parameters. Not for BEGIN and COMMIT: use the methods below. */
  exec(sql: string): void;
  prepare(sql: string): Statement;
  begin(): void;
  /** Durable when it returns. @throws DatabaseBroken when it could not: nothing can be done with this database any more. */
  commit(): void;
  rollback(): void;
  /** Runs `work` in one transaction: committed when it returns, rolled back when it throws. Do not nest. */
  transaction<T>(work: () => T): T;
  close(): void;
}

/**
 * A COMMIT failed, or the database does not keep its promise of durability. What the operating system has of the last
 * transaction is unknown, so it must not be retried: end the process, and recover by opening the database again.
 */
export class DatabaseBroken extends Error {
  override readonly name = "DatabaseBroken";

  constructor(reason: string, options?: ErrorOptions) {
    super(`the database is broken: ${reason}`, options);
  }
}
