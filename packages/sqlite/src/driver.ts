/** What a column or a parameter holds. Numbers are safe integers or doubles; blobs come back as plain `Uint8Array`. */
export type SqlValue = null | number | string | Uint8Array;

/** What this package needs of a driver's statement. Rows may hold the driver's own kind of buffer. */
export interface DriverStatement {
  run(values: readonly SqlValue[]): { readonly changes: number; readonly rowid: number };
  get(values: readonly SqlValue[]): Record<string, unknown> | null;
  all(values: readonly SqlValue[]): Record<string, unknown>[];
}

/** The drivers there are. */
export type DriverName = "node:sqlite" | "libsql";

/** What this package needs of a driver. */
export interface Driver {
  readonly name: DriverName;
  exec(sql: string): void;
  prepare(sql: string): DriverStatement;
  close(): void;
}
