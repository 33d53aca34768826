import { createRequire } from "node:module";

/** One row, by the names of its columns. */
export type PostgresRow = Readonly<Record<string, unknown>>;

/** A value in the place of `$1`, `$2`, …: an array is one of PostgreSQL's. */
export type PostgresValue =
  string | number | boolean | Uint8Array | null | readonly (string | number | boolean | Uint8Array | null)[];

interface Query {
  readonly text: string;
  readonly values?: readonly PostgresValue[];
  /** A statement with a name is parsed once for each connection. */
  readonly name?: string;
  readonly binary?: boolean;
  readonly queryMode?: "extended";
}

interface Answer {
  readonly rows: readonly PostgresRow[];
  readonly rowCount: number | null;
}

/** What this package uses of a connection of `pg`. */
export interface DriverClient {
  connect(): Promise<void>;
  query(query: Query): Promise<Answer>;
  on(event: "error" | "end", listener: (error: Error) => void): void;
  on(event: "notification", listener: (message: { readonly channel: string; readonly payload?: string }) => void): void;
  end(): Promise<void>;
}

/** How a connection is made. */
export interface DriverOptions {
  readonly connectionString: string;
  readonly connectionTimeoutMillis: number;
  readonly application_name: string;
  readonly keepAlive: boolean;
  readonly types: { getTypeParser(oid: number, format?: "text" | "binary"): (value: Buffer | string) => unknown };
}

/** What this package uses of `pg`. */
export interface PgDriver {
  readonly Client: new (options: DriverOptions) => DriverClient;
}

const BOOL = 16;
const BYTEA = 17;
const INT8 = 20;
const INT2 = 21;
const INT4 = 23;
const VOID = 2278;

const BINARY: Readonly<Record<number, (value: Buffer) => unknown>> = {
  [BOOL]: (value) => value[0] === 1,
  // A copy: the buffer that it comes in is used again, and a view would keep all of it.
  [BYTEA]: (value) => Uint8Array.from(value),
  [INT8]: (value) => Number(value.readBigInt64BE()),
  [INT2]: (value) => value.readInt16BE(),
  [INT4]: (value) => value.readInt32BE(),
  [VOID]: () => null,
};

/** Reads what comes in PostgreSQL's binary format; everything else is text. */
export const TYPES: DriverOptions["types"] = {
  getTypeParser: (oid, format) => (value) => {
    const read = format === "binary" ? BINARY[oid] : undefined;
    return read === undefined || typeof value === "string" ? String(value) : read(value);
  },
};

/** Loads `pg`: only a relay that keeps its rooms in PostgreSQL needs it. */
export function loadDriver(): PgDriver {
  const require = createRequire(import.meta.url);
  return require("pg") as PgDriver;
}
