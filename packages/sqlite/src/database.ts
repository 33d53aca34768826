import type { DriverName, SqlValue } from "./driver.js";

/** One row, by column name. */
export type SqlRow = Readonly<Record<string, SqlValue>>;

/** A prepared statement. Prepare once, run often. Parameters are positional (`?`). */
export interface Statement {
  /** Runs a statement that gives no rows. */
  run(...values: readonly SqlValue[]): { readonly changes: number; readonly rowid: number };
  /** The first row, or null. */
  get(...values: readonly SqlValue[]): SqlRow | null;
  all(...values: readonly SqlValue[]): SqlRow[];
}

/**
 * An open database. Synchronous; one writer. Every method throws the driver's error for a statement that fails,
 * {@link WriteRefused} when the disk is full or another process holds the database, and {@link DatabaseBroken} once a
 * COMMIT has failed for any other reason.
 */
export interface Database {
  readonly driver: DriverName;
  /** Runs statements without parameters. Not for BEGIN and COMMIT: use the methods below. */
  exec(sql: string): void;
  prepare(sql: string): Statement;
  /**
   * Begins a transaction that writes: it waits here for another process that is writing, and nowhere else.
   * @throws WriteRefused when that takes too long.
   */
  begin(): void;
  /**
   * Durable when it returns.
   * @throws WriteRefused when nothing of the transaction was kept; DatabaseBroken when nobody knows what was: nothing can
   * be done with this database any more.
   */
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

/**
 * Nothing could be written: the disk is full, or another process holds the database's write lock for longer than is
 * waited. The transaction is undone as if it had never begun; reading goes on, and so does writing once the cause is gone.
 */
export class WriteRefused extends Error {
  override readonly name = "WriteRefused";

  constructor(
    readonly reason: "full" | "busy",
    options?: ErrorOptions,
  ) {
    super(reason === "full" ? "the disk is full" : "another process holds the database", options);
  }
}
