import type { Database, SqlRow, SqlValue, Statement } from "@conclave/sqlite";
import { RecordPage, type PageSize } from "../recordPage.js";

/** The prepared statements of one database: each text is prepared once. */
export class Statements {
  private readonly prepared = new Map<string, Statement>();

  constructor(private readonly database: Database) {}

  run(sql: string, ...values: readonly SqlValue[]): { changes: number; rowid: number } {
    return this.statement(sql).run(...values);
  }

  /** The first row, or null. */
  get(sql: string, ...values: readonly SqlValue[]): SqlRow | null {
    return this.statement(sql).get(...values);
  }

  all(sql: string, ...values: readonly SqlValue[]): SqlRow[] {
    return this.statement(sql).all(...values);
  }

  private statement(sql: string): Statement {
    let statement = this.prepared.get(sql);
    if (statement === undefined) {
      statement = this.database.prepare(sql);
      this.prepared.set(sql, statement);
    }
    return statement;
  }
}

/**
 * Reads a page in steps, so that one of large items never loads many times its size. `next` gives rows with greater ids, in
 * order; a row for which `read` gives null is skipped.
 */
export function readPage<T>(
  size: PageSize,
  read: (row: SqlRow) => T | null,
  bytesOf: (item: T) => number,
  next: (after: number | null, limit: number) => SqlRow[],
): T[] {
  const page = new RecordPage<T>(size);
  let seen = 0;
  let last: number | null = null;
  for (let step = 8; ;) {
    const rows = next(last, step);
    for (const row of rows) {
      last = row["id"] as number;
      const item = read(row);
      if (item === null) continue;
      seen += bytesOf(item);
      if (!page.add(item, bytesOf(item))) return page.items;
    }
    if (rows.length < step) return page.items;
    const average = seen / Math.max(1, page.items.length) + 1;
    step = Math.max(
      1,
      Math.min(1024, size.items - page.items.length + 1, Math.ceil((size.bytes - seen) / average) + 1),
    );
  }
}
