import Libsql from "libsql";
import type { Driver, DriverStatement, SqlValue } from "./driver.js";

/** SQLite as libsql ships it (prebuilt, same file format), for Node versions without `node:sqlite`. */
export function libsqlDriver(path: string): Driver {
  const database = new Libsql(path);
  return {
    name: "libsql",
    exec: (sql) => {
      database.exec(sql);
    },
    prepare: (sql) => new LibsqlStatement(database.prepare(sql)),
    close: () => {
      database.close();
    },
  };
}

// Rows are read raw: only then are blobs plain buffers, and nothing is added to a row.
class LibsqlStatement implements DriverStatement {
  private names: string[] | null = null;

  constructor(private readonly statement: Libsql.Statement) {}

  run(values: readonly SqlValue[]): { changes: number; rowid: number } {
    const { changes, lastInsertRowid } = this.statement.run(values);
    return { changes, rowid: Number(lastInsertRowid) };
  }

  get(values: readonly SqlValue[]): Record<string, unknown> | null {
    const names = this.columns();
    const row = this.statement.get(values) as unknown[] | undefined;
    return row === undefined ? null : named(names, row);
  }

  all(values: readonly SqlValue[]): Record<string, unknown>[] {
    const names = this.columns();
    return (this.statement.all(values) as unknown[][]).map((row) => named(names, row));
  }

  private columns(): string[] {
    if (this.names === null) {
      this.names = this.statement.columns().map((column) => column.name);
      this.statement.raw(true);
    }
    return this.names;
  }
}

function named(names: readonly string[], row: readonly unknown[]): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (let at = 0; at < names.length; at++) result[names[at]!] = row[at];
  return result;
}
