import { createRequire } from "node:module";
import type { Driver, SqlValue } from "./driver.js";

interface NodeStatement {
  run(...values: readonly SqlValue[]): { changes: number | bigint; lastInsertRowid: number | bigint };
  get(...values: readonly SqlValue[]): Record<string, unknown> | undefined;
  all(...values: readonly SqlValue[]): Record<string, unknown>[];
}

interface NodeDatabase {
  exec(sql: string): void;
  prepare(sql: string): NodeStatement;
  close(): void;
}

/** Whether this Node has `node:sqlite` without a flag (22.13 and later). */
export function hasNodeSqlite(version = process.versions.node): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 13);
}

// Node 22 warns once, on standard error, that its SQLite is experimental: nothing that the user of a program can act on.
// Only this warning, and only while the module is loaded, is not shown.
function loadNodeSqlite(): { readonly DatabaseSync: new (path: string) => NodeDatabase } {
  const emit = process.emitWarning.bind(process);
  const quiet = (warning: string | Error, ...rest: unknown[]): void => {
    if (!String(warning).startsWith("SQLite is an experimental feature")) Reflect.apply(emit, null, [warning, ...rest]);
  };
  process.emitWarning = quiet;
  try {
    return createRequire(import.meta.url)("node:sqlite") as ReturnType<typeof loadNodeSqlite>;
  } finally {
    process.emitWarning = emit;
  }
}

/** SQLite as Node itself ships it. */
export function nodeSqliteDriver(path: string): Driver {
  const { DatabaseSync } = loadNodeSqlite();
  const database = new DatabaseSync(path);
  return {
    name: "node:sqlite",
    exec: (sql) => {
      database.exec(sql);
    },
    prepare: (sql) => {
      const statement = database.prepare(sql);
      return {
        run: (values) => {
          const { changes, lastInsertRowid } = statement.run(...values);
          return { changes: Number(changes), rowid: Number(lastInsertRowid) };
        },
        get: (values) => statement.get(...values) ?? null,
        all: (values) => statement.all(...values),
      };
    },
    close: () => {
      database.close();
    },
  };
}
